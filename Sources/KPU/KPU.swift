import Bits
import Machine

/// The neural network accelerator of the Kendryte K210: its registers, the FIFO of layer commands, and the stream of
/// results. Names and bits are those of the SDK's kpu.h.
///
/// Registers have 64 bits. An access to a half is as a bridge makes it of a wide one, the low half first: writing the
/// high half of `layer_argument_fifo` pushes the word, reading the high half of `fifo_data_out` fetches the next.
public final class KPU: Peripheral {
    public enum Register: UInt32, CaseIterable {
        case layer_argument_fifo = 0x00
        case interrupt_status = 0x08
        case interrupt_raw = 0x10
        case interrupt_mask = 0x18
        case interrupt_clear = 0x20
        case fifo_threshold = 0x28
        case fifo_data_out = 0x30
        case fifo_control = 0x38
        case eight_bit_mode = 0x40
    }

    /// The bits of the interrupt registers.
    enum Interrupt {
        static let calcDone: UInt64 = 1 << 0
        static let almostEmpty: UInt64 = 1 << 1
        static let almostFull: UInt64 = 1 << 2
        static let all: UInt64 = 7
    }

    /// The bits of `fifo_control`; a zero empties the FIFO.
    enum FIFOControl {
        static let dma: UInt64 = 1 << 0
        static let configuration: UInt64 = 1 << 2
        static let command: UInt64 = 1 << 3
        static let all: UInt64 = 0x1F
    }

    /// Commands that the FIFO holds, with the one that is carried out, which leaves it when its result is in the AI
    /// memory.
    ///
    /// Assumed: the SDK writes twelve when one at most is left, and the thresholds have four bits.
    public static let depth = 16

    public let name = "KPU"
    /// Asserted while eight bytes of a result are ready.
    public let request = DMARequest("AI_RX")
    /// Told of every layer when it is over, its stream included.
    public var onLayer: (LayerRecord) -> Void = { _ in }
    /// One more than the highest byte of the AI memory that a layer read or wrote.
    public var aiMemoryPeak: Int { engine.memoryPeak }
    /// Why the last command could not be carried out; `nil` if it could.
    public private(set) var fault: LayerFault?
    /// Whether a layer is under way, waits, or has results that nobody has fetched.
    public var isBusy: Bool { engine.isBusy || !queue.isEmpty }

    private let chip: Chip
    private let interrupt: InterruptLine
    private let engine: LayerEngine
    private var queue: [Layer] = []
    private var words: [UInt64] = []
    /// The low half of a word that is written in halves.
    private var lowHalf: UInt64 = 0
    private var raw: UInt64 = 0 { didSet { drive() } }
    private var mask: UInt64 = 0 { didSet { drive() } }
    private var threshold: UInt64 = 0
    private var control: UInt64 = FIFOControl.all
    private var eightBitMode: UInt64 = 0

    /// - Parameters:
    ///   - aiMemory: at least 2 MiB.
    ///   - rounding: of the activation, which no public source settles.
    ///   - interrupt: high while an interrupt is raised and not masked.
    ///   - kpuHertz: the accelerator's clock at the moment, 0 while it is stopped. After it has been started again,
    ///     `clockDidStart` is to be called.
    public init(
        chip: Chip, aiMemory: Memory, timings: KPUTimings, rounding: ActivationRounding = .halfToEven,
        interrupt: InterruptLine, kpuHertz: @escaping () -> Double
    ) {
        precondition(aiMemory.size >= Layer.memorySize, "the AI memory has 2 MiB")
        self.chip = chip
        self.interrupt = interrupt
        engine = LayerEngine(
            chip: chip, memory: aiMemory, timings: timings, rounding: rounding, request: request, hertz: kpuHertz)
        engine.onComputed = { [weak self] layer in self?.finished(layer) }
        engine.onEnd = { [weak self] record in
            self?.onLayer(record)
            self?.startNext()
        }
    }

    public func reset() {
        engine.reset()
        fault = nil
        queue = []
        words = []
        lowHalf = 0
        raw = 0
        mask = 0
        threshold = 0
        control = FIFOControl.all
        eightBitMode = 0
    }

    /// Takes up what waited for the accelerator's clock.
    public func clockDidStart() {
        startNext()
    }

    // MARK: Registers

    public func readDoubleword(_ offset: UInt32) throws(BusError) -> UInt64 {
        guard let register = Register(rawValue: offset) else { return unknown(offset) }
        defer { if register == .fifo_data_out { fetched() } }
        return value(register)
    }

    public func read(_ offset: UInt32, _ width: AccessWidth) throws(BusError) -> UInt32 {
        guard let register = Register(rawValue: offset & ~7) else { return UInt32(truncatingIfNeeded: unknown(offset)) }
        defer { if register == .fifo_data_out, offset & 4 != 0 { fetched() } }
        return UInt32(truncatingIfNeeded: value(register) >> (8 * UInt64(offset & 7))) & width.mask
    }

    public func writeDoubleword(_ offset: UInt32, _ value: UInt64) throws(BusError) {
        guard let register = Register(rawValue: offset) else {
            _ = unknown(offset)
            return
        }
        write(register, value)
    }

    public func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) throws(BusError) {
        guard let register = Register(rawValue: offset & ~7) else {
            _ = unknown(offset)
            return
        }
        if width != .word { chip.notices.misuse("\(name) register \(register) written in less than 32 bits") }
        if register == .layer_argument_fifo {
            if offset & 4 == 0 { lowHalf = UInt64(value) } else { write(register, lowHalf | UInt64(value) << 32) }
        } else if offset & 7 == 0 {
            write(register, UInt64(value))
        }
    }

    private func unknown(_ offset: UInt32) -> UInt64 {
        chip.notices.unmodelled("\(name) offset 0x\(String(offset, radix: 16))")
        return 0
    }

    private func value(_ register: Register) -> UInt64 {
        switch register {
        case .layer_argument_fifo, .interrupt_clear: 0
        case .interrupt_status: raw & ~mask
        case .interrupt_raw: raw
        case .interrupt_mask: mask
        case .fifo_threshold: threshold
        case .fifo_data_out: engine.nextWord
        case .fifo_control: control
        case .eight_bit_mode: eightBitMode
        }
    }

    private func write(_ register: Register, _ value: UInt64) {
        switch register {
        case .layer_argument_fifo: push(value)
        case .interrupt_status, .interrupt_raw, .fifo_data_out: break
        case .interrupt_mask: mask = value & Interrupt.all
        case .interrupt_clear: raw &= ~value
        case .fifo_threshold: threshold = value & 0xFF
        case .fifo_control: empty(value)
        case .eight_bit_mode: eightBitMode = value & 1
        }
    }

    private func drive() {
        interrupt.set(raw & ~mask != 0)
    }

    private func fetched() {
        if !engine.takeWord() { chip.notices.misuse("\(name) fifo_data_out read while nothing is ready") }
    }

    private func empty(_ value: UInt64) {
        control = value & FIFOControl.all
        if control & FIFOControl.configuration == 0 || control & FIFOControl.command == 0 {
            queue = []
            words = []
        }
        if control & FIFOControl.dma == 0 { engine.dropStream() }
    }

    // MARK: Commands

    private func push(_ word: UInt64) {
        guard held < KPU.depth else {
            chip.notices.misuse("\(name) layer_argument_fifo written while it is full; the word is lost")
            return
        }
        words.append(word)
        guard words.count == Layer.wordCount else { return }
        queue.append(Layer(words))
        words = []
        let full = Int(threshold.bits(3, 0))
        if full > 0, held >= full { raw |= Interrupt.almostFull }
        startNext()
    }

    /// Commands in the FIFO.
    private var held: Int { queue.count + (engine.isComputing ? 1 : 0) }

    /// That the FIFO is almost empty is an event, when a command leaves it. An empty FIFO at rest raises nothing:
    /// kpu_run_kmodel clears and unmasks the interrupt before its first layer. Nor does the first of twelve commands
    /// that kpu_start writes; but the only one does that kpu_run writes, which waits for this interrupt to write the
    /// next.
    private func finished(_ layer: Layer) {
        if layer.raisesInterrupt { raw |= Interrupt.calcDone }
        if held <= Int(threshold.bits(7, 4)) { raw |= Interrupt.almostEmpty }
    }

    /// Hands the next command to the engine when it is free.
    private func startNext() {
        while let layer = queue.first, engine.isFree {
            queue.removeFirst()
            do {
                try engine.start(layer, hasEightBitWeights: eightBitMode != 0)
            } catch {
                fault = error
                chip.requestStop(.fault(error.description))
            }
        }
    }
}
