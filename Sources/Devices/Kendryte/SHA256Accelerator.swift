import Bits
import Machine

/// The SHA-256 accelerator of the K210 (`sha256.h` of Kendryte's standalone SDK). It takes whole blocks: firmware pads.
///
/// One round per cycle of its clock is assumed, with one block waiting in the FIFO while another is worked on; the real
/// rate is not published.
public final class SHA256Accelerator: RegisterMap {
    public enum Register: RawRepresentable {
        /// The digest, the last word first.
        case sha_result(Int)
        case sha_data_in1, sha_num_reg, sha_function_reg_0, sha_function_reg_1

        public init?(rawValue: UInt32) {
            switch rawValue {
            case 0x00...0x1C: self = .sha_result(Int(rawValue / 4))
            case 0x20: self = .sha_data_in1
            case 0x28: self = .sha_num_reg
            case 0x2C: self = .sha_function_reg_0
            case 0x34: self = .sha_function_reg_1
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .sha_result(let index): 4 * UInt32(index)
            case .sha_data_in1: 0x20
            case .sha_num_reg: 0x28
            case .sha_function_reg_0: 0x2C
            case .sha_function_reg_1: 0x34
            }
        }
    }

    /// Cycles of its clock for a block. Assumed.
    public static let blockTime = 64

    public let name: String
    public let notices: Notices
    /// Asserted while `dma_en` is set and there is room for a word.
    public let request = DMARequest("SHA_RX")

    private let chip: Chip
    private let clock: () -> Double
    private var state = SHA256State()
    private var FIFO: [UInt32] = []
    private var isEnabled = false
    private var isWorking = false
    private var isBigEndian = false
    private var usesDMA = false
    /// Blocks that make the message, and those that are through.
    private var total: UInt32 = 0
    private var done: UInt32 = 0
    private var overflow = false
    private var event: EventQueue.Event?

    /// - Parameter clock: the frequency of APB0 in Hz.
    public init(name: String = "SHA256", chip: Chip, clock: @escaping () -> Double) {
        self.name = name
        self.chip = chip
        self.clock = clock
        notices = chip.notices
    }

    public func reset() {
        restart()
        (isEnabled, isBigEndian, usesDMA, total) = (false, false, false, 0)
        update()
    }

    private func restart() {
        event?.cancel()
        state = SHA256State()
        (FIFO, isWorking, done, overflow) = ([], false, 0, false)
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .sha_result(let index):
            let word = state.words[7 - index]
            return isBigEndian ? word.byteSwapped : word
        case .sha_data_in1: return 0
        case .sha_num_reg: return total | done << 16
        case .sha_function_reg_0: return (isFinished ? 1 : 0) | (overflow ? 1 << 8 : 0) | (isBigEndian ? 1 << 16 : 0)
        case .sha_function_reg_1: return (usesDMA ? 1 : 0) | (FIFO.count == 16 ? 1 << 8 : 0)
        }
    }

    /// `sha_en` reads as "the digest is ready".
    private var isFinished: Bool { isEnabled && total > 0 && done == total }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .sha_result: notices.misuse("\(name)_sha_result written, which is read-only")
        case .sha_data_in1: push(value)
        case .sha_num_reg: total = total.merging(value, lanes: lanes) & 0xFFFF
        case .sha_function_reg_0:
            if lanes.bit(16) { isBigEndian = value.bit(16) }
            if lanes.bit(0) {
                isEnabled = value.bit(0)
                restart()
            }
        case .sha_function_reg_1: if lanes.bit(0) { usesDMA = value.bit(0) }
        }
        update()
    }

    private func push(_ word: UInt32) {
        guard isEnabled, FIFO.count < 16, !isFinished else {
            overflow = true
            return notices.misuse("\(name)_sha_data_in1 written while it takes no data: lost")
        }
        FIFO.append(isBigEndian ? word.byteSwapped : word)
        work(at: chip.clock.now)
    }

    private func work(at cycle: Cycles) {
        guard !isWorking, FIFO.count == 16 else { return }
        let block = FIFO
        FIFO = []
        isWorking = true
        let hertz = clock()
        let time = hertz > 0 ? chip.clock.cycles(in: Double(SHA256Accelerator.blockTime) / hertz) : 0
        event = chip.events.schedule(at: cycle + time) { [weak self] cycle in
            guard let self else { return }
            state.add(block)
            done = (done + 1) & 0xFFFF
            isWorking = false
            work(at: cycle)
            update()
        }
    }

    private func update() {
        request.set(usesDMA && isEnabled && FIFO.count < 16 && !isFinished)
    }
}

/// The hash value of FIPS 180-4, block by block.
struct SHA256State {
    /// Section 5.3.3: the first 32 bits of the fractional parts of the square roots of the first eight primes.
    private(set) var words: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    /// Section 6.2.2, for a block of 16 words.
    mutating func add(_ block: [UInt32]) {
        var w = block
        for t in w.count..<64 {
            let s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3
            let s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10
            w.append(s1 &+ w[t - 7] &+ s0 &+ w[t - 16])
        }
        var h = words
        for t in 0..<64 {
            let S1 = rotate(h[4], 6) ^ rotate(h[4], 11) ^ rotate(h[4], 25)
            let T1 = h[7] &+ S1 &+ (h[4] & h[5] ^ ~h[4] & h[6]) &+ SHA256State.constants[t] &+ w[t]
            let S0 = rotate(h[0], 2) ^ rotate(h[0], 13) ^ rotate(h[0], 22)
            let T2 = S0 &+ (h[0] & h[1] ^ h[0] & h[2] ^ h[1] & h[2])
            h = [T1 &+ T2, h[0], h[1], h[2], h[3] &+ T1, h[4], h[5], h[6]]
        }
        for index in 0..<8 { words[index] &+= h[index] }
    }

    private func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

    /// Section 4.2.2: the same of the cube roots of the first 64 primes, which fit in a double with bits to spare.
    private static let constants: [UInt32] = {
        var primes: [Int] = []
        var candidate = 2
        while primes.count < 64 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { cubeRootFraction($0) }
    }()

    /// The first 32 bits of the fraction of a cube root: the largest r with r^3 <= p * 2^96.
    private static func cubeRootFraction(_ p: Int) -> UInt32 {
        let target = UInt128(p) << 96
        var root: UInt128 = 0
        for bit in (0..<36).reversed() {
            let trial = root | 1 << UInt128(bit)
            if trial * trial * trial <= target { root = trial }
        }
        return UInt32(truncatingIfNeeded: root)
    }
}
