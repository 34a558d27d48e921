import Bits
import Machine

/// The FFT accelerator of the K210 (`fft.h` and `fft.c` of Kendryte's standalone SDK): 64 to 512 complex points of 16
/// bits, forward and backward, with an optional halving after each layer of butterflies.
///
/// What is not published is assumed: decimation in time with the layers of `fft_shift` counted from the first one,
/// twiddle factors of 16 bits, products rounded to nearest, halving towards minus infinity, sums limited to 16 bits,
/// and one butterfly per cycle of its clock.
public final class FFTAccelerator: DoublewordRegisterMap {
    public enum Register: UInt32 {
        case fft_input_fifo = 0x00, fft_ctrl = 0x08, fifo_ctrl = 0x10, intr_mask = 0x18, intr_clear = 0x20
        case fft_status = 0x28, fft_status_raw = 0x30, fft_output_fifo = 0x38
    }

    /// `fft_input_mode`.
    private enum InputMode: UInt64 {
        /// Pairs of imaginary (low) and real part.
        case pairs = 0
        /// Real parts only.
        case real
        /// All real parts, then all imaginary parts.
        case planes
    }

    public let name: String
    public let notices: Notices
    /// `FFT_TX`, asserted while it takes input, and `FFT_RX`, while it has output; both only with `dma_send`.
    public let transmitRequest = DMARequest("FFT_TX")
    public let receiveRequest = DMARequest("FFT_RX")

    private let chip: Chip
    private let clock: () -> Double
    private let interrupt: InterruptLine
    private var fft_ctrl: UInt64 = 0
    private var fifo_ctrl: UInt64 = 7
    private var isMasked = false
    private var isDone = false
    private var isWorking = false
    /// 16-bit values as they came.
    private var input: [Int16] = []
    private var output: [UInt64] = []
    private var position = 0
    private var event: EventQueue.Event?

    /// - Parameters:
    ///   - clock: its frequency in Hz, that of the CPU.
    ///   - interrupt: raised while `fft_status` is set.
    public init(
        name: String = "FFT", chip: Chip, clock: @escaping () -> Double, interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.clock = clock
        self.interrupt = interrupt
        notices = chip.notices
    }

    // MARK: Registers

    public func reset() {
        (fft_ctrl, fifo_ctrl, isMasked, isDone) = (0, 7, false, false)
        flush()
        update()
    }

    private func flush() {
        event?.cancel()
        (input, output, position, isWorking) = ([], [], 0, false)
    }

    private var isEnabled: Bool { fft_ctrl.bit(13) }
    private var points: Int { 512 >> Int(fft_ctrl.bits(2, 0)) }
    private var inputMode: InputMode { InputMode(rawValue: fft_ctrl.bits(16, 15)) ?? .pairs }
    /// Values of 16 bits that a transform needs.
    private var inputSize: Int { inputMode == .real ? points : 2 * points }
    private var hasOutput: Bool { position < output.count }
    private var takesInput: Bool { isEnabled && !isWorking && !hasOutput && input.count < inputSize }

    public func read(_ register: Register) -> UInt64 {
        switch register {
        case .fft_input_fifo, .intr_clear: return 0
        case .fft_ctrl: return fft_ctrl
        case .fifo_ctrl: return fifo_ctrl
        case .intr_mask: return isMasked ? 1 : 0
        case .fft_status: return isDone && !isMasked ? 1 : 0
        case .fft_status_raw: return (isDone ? 1 : 0) | (isWorking ? 2 : 0)
        case .fft_output_fifo:
            guard hasOutput else { return 0 }
            defer { update() }
            position += 1
            return output[position - 1]
        }
    }

    public func write(_ register: Register, _ value: UInt64, lanes: UInt64) {
        switch register {
        case .fft_input_fifo: push(value, lanes: lanes)
        case .fft_ctrl:
            fft_ctrl = fft_ctrl.merging(value, lanes: lanes) & 0x3_FFFF
            if fft_ctrl.bits(2, 0) > 3 {
                notices.misuse("\(name)_fft_ctrl: fft_point \(fft_ctrl.bits(2, 0)) is reserved")
            }
        case .fifo_ctrl:
            fifo_ctrl = fifo_ctrl.merging(value, lanes: lanes) & 7
            if fifo_ctrl != 7 { flush() }
        case .intr_mask: if lanes.bit(0) { isMasked = value.bit(0) }
        case .intr_clear: if value.bit(0) { isDone = false }
        case .fft_status, .fft_status_raw, .fft_output_fifo:
            notices.misuse("\(name)_\(register) written, which is read-only")
        }
        update()
    }

    /// With `fft_data_mode` only the low 32 bits of a doubleword count.
    private func push(_ value: UInt64, lanes: UInt64) {
        guard takesInput, fft_ctrl.bits(2, 0) <= 3 else {
            return notices.misuse("\(name)_fft_input_fifo written while it takes no data: lost")
        }
        for place in 0..<(fft_ctrl.bit(17) ? 2 : 4) where lanes.bit(16 * place) {
            input.append(Int16(truncatingIfNeeded: value >> UInt64(16 * place)))
        }
        guard input.count >= inputSize else { return }
        isWorking = true
        let hertz = clock()
        let butterflies = points / 2 * points.trailingZeroBitCount
        let time = hertz > 0 ? chip.clock.cycles(in: Double(butterflies) / hertz) : 0
        event = chip.after(time) { [weak self] _ in self?.finish() }
    }

    private func finish() {
        let count = points
        guard input.count >= inputSize else { return flush() }
        var real = [Int16](repeating: 0, count: count)
        var imaginary = real
        for index in 0..<count {
            switch inputMode {
            case .pairs: (imaginary[index], real[index]) = (input[2 * index], input[2 * index + 1])
            case .real: real[index] = input[index]
            case .planes: (real[index], imaginary[index]) = (input[index], input[count + index])
            }
        }
        FixedFourier.transform(
            &real, &imaginary, isForward: fft_ctrl.bit(3), halvings: UInt16(truncatingIfNeeded: fft_ctrl.bits(12, 4)))
        let half = { (index: Int) in
            UInt64(UInt16(bitPattern: imaginary[index])) | UInt64(UInt16(bitPattern: real[index])) << 16
        }
        (output, position) = (stride(from: 0, to: count, by: 2).map { half($0) | half($0 + 1) << 32 }, 0)
        input = []
        (isWorking, isDone) = (false, true)
        update()
    }

    private func update() {
        interrupt.set(isDone && !isMasked)
        receiveRequest.set(fft_ctrl.bit(14) && hasOutput)
        transmitRequest.set(fft_ctrl.bit(14) && takesInput)
    }
}

/// The arithmetic of the accelerator, from values to values.
enum FixedFourier {
    /// Transforms in place, radix 2, decimation in time.
    /// - Parameters:
    ///   - isForward: the exponent is negative.
    ///   - halvings: bit k halves what the k-th layer gives.
    static func transform(_ real: inout [Int16], _ imaginary: inout [Int16], isForward: Bool, halvings: UInt16) {
        let count = real.count
        let layers = count.trailingZeroBitCount
        guard count > 1, count == 1 << layers, imaginary.count == count else { return }
        for index in 0..<count {
            let mirrored = (0..<layers).reduce(0) { $0 << 1 | index >> $1 & 1 }
            if mirrored > index {
                real.swapAt(index, mirrored)
                imaginary.swapAt(index, mirrored)
            }
        }
        for layer in 0..<layers {
            let half = 1 << layer
            let shift = layer < 16 && halvings >> UInt16(layer) & 1 != 0 ? 1 : 0
            for place in 0..<half {
                let (c, s) = twiddle(place * (512 / (2 * half)), isForward)
                for first in stride(from: place, to: count, by: 2 * half) {
                    let second = first + half
                    let (x, y) = (Int(real[second]), Int(imaginary[second]))
                    let (u, v) = ((x * c - y * s + 0x4000) >> 15, (x * s + y * c + 0x4000) >> 15)
                    let (a, b) = (Int(real[first]), Int(imaginary[first]))
                    real[first] = Int16(clamping: (a + u) >> shift)
                    imaginary[first] = Int16(clamping: (b + v) >> shift)
                    real[second] = Int16(clamping: (a - u) >> shift)
                    imaginary[second] = Int16(clamping: (b - v) >> shift)
                }
            }
        }
    }

    /// cos and sin of 2 pi k / 512, the sine with the sign of the direction, as fractions of 2^15.
    private static func twiddle(_ k: Int, _ isForward: Bool) -> (Int, Int) {
        let sine = quarter(k)
        return (quarter(k + 128), isForward ? -sine : sine)
    }

    private static func quarter(_ k: Int) -> Int {
        let place = k & 511
        switch place {
        case 0...128: return sines[place]
        case 129...256: return sines[256 - place]
        case 257...384: return -sines[place - 256]
        default: return -sines[512 - place]
        }
    }

    /// sin(2 pi k / 512) for k from 0 to 128, times 2^15, rounded; one is 32767 in 16 bits, but the hardware need not
    /// multiply for that, so it is exact here.
    private static let sines: [Int] = (0...128).map { k in
        let angle = Double.pi * Double(k) / 256
        // The series to the 19th power: below a quarter turn its error is under 2^-50.
        var (term, sum) = (angle, angle)
        for n in 1...9 {
            term *= -angle * angle / Double(2 * n * (2 * n + 1))
            sum += term
        }
        return Int((sum * 32768).rounded())
    }
}
