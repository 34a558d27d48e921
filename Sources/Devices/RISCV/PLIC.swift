import Bits
import Machine

/// The platform-level interrupt controller of SiFive's and Rocket's chips, with level sources (RISC-V PLIC
/// specification 1.0.0).
public final class PLIC: RegisterMap {
    public enum Register: RawRepresentable {
        case priority(source: Int)
        case pending(word: Int)
        case enable(context: Int, word: Int)
        case threshold(context: Int)
        /// Reading claims, writing completes.
        case claim(context: Int)

        public init?(rawValue: UInt32) {
            switch rawValue {
            case 0..<0x1000: self = .priority(source: Int(rawValue / 4))
            case 0x1000..<0x1080: self = .pending(word: Int(rawValue - 0x1000) / 4)
            case 0x2000..<0x20_0000:
                let place = Int(rawValue - 0x2000)
                self = .enable(context: place / 0x80, word: place % 0x80 / 4)
            case 0x20_0000..<0x400_0000:
                let context = Int(rawValue - 0x20_0000) / 0x1000
                switch rawValue % 0x1000 {
                case 0: self = .threshold(context: context)
                case 4: self = .claim(context: context)
                default: return nil
                }
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .priority(let source): UInt32(4 * source)
            case .pending(let word): 0x1000 + UInt32(4 * word)
            case .enable(let context, let word): 0x2000 + UInt32(0x80 * context + 4 * word)
            case .threshold(let context): 0x20_0000 + UInt32(0x1000 * context)
            case .claim(let context): 0x20_0004 + UInt32(0x1000 * context)
            }
        }
    }

    /// Who takes interrupts: one mode of one hart.
    private struct Context {
        let line: InterruptLine
        var enables: [UInt32]
        var threshold: UInt32 = 0
    }

    public let name: String
    public let notices: Notices
    /// Sources are numbered from 1 to this.
    public let sources: Int

    /// Priorities have three bits on the K210 and most others of SiFive's.
    private static let priorityMask: UInt32 = 7

    private let words: Int
    private var priorities: [UInt32]
    private var levels: [Bool]
    private var pending: [UInt32]
    /// The gateway of a source lets nothing pass between an interrupt and its completion.
    private var inFlight: [Bool]
    private var contexts: [Context]
    private var lines: [Int: InterruptLine] = [:]

    /// - Parameters:
    ///   - sources: how many there are, 1 to 1023; 65 on the K210.
    ///   - contexts: what drives MEIP or SEIP, in the order of the contexts: hart 0 M, hart 0 S, hart 1 M, hart 1 S.
    public init(name: String = "PLIC", chip: Chip, sources: Int, contexts: [InterruptLine]) {
        self.name = name
        self.sources = min(max(sources, 1), 1023)
        notices = chip.notices
        words = self.sources / 32 + 1
        priorities = Array(repeating: 0, count: self.sources + 1)
        levels = Array(repeating: false, count: self.sources + 1)
        inFlight = levels
        pending = Array(repeating: 0, count: words)
        let none = pending
        self.contexts = contexts.map { Context(line: $0, enables: none) }
    }

    /// The input of a source, 1 to `sources`; the same line whenever it is asked for.
    public func line(_ source: Int) -> InterruptLine {
        precondition((1...sources).contains(source), "the PLIC has no source \(source)")
        if let line = lines[source] { return line }
        let line = InterruptLine { [weak self] level in self?.drive(source, level) }
        lines[source] = line
        return line
    }

    // MARK: Registers

    public func reset() {
        for source in priorities.indices {
            priorities[source] = 0
            inFlight[source] = false
        }
        for word in pending.indices { pending[word] = 0 }
        for context in contexts.indices {
            contexts[context].threshold = 0
            for word in 0..<words { contexts[context].enables[word] = 0 }
        }
        for source in 1...sources { pass(source) }
        update()
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .priority(let source): source <= sources ? priorities[source] : 0
        case .pending(let word): word < words ? pending[word] : 0
        case .enable(let context, let word):
            context < contexts.count && word < words ? contexts[context].enables[word] : 0
        case .threshold(let context): context < contexts.count ? contexts[context].threshold : 0
        case .claim(let context): context < contexts.count ? claim(context) : 0
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .priority(let source):
            guard (1...sources).contains(source) else { return }
            priorities[source] = priorities[source].merging(value, lanes: lanes) & PLIC.priorityMask
        case .pending: return
        case .enable(let context, let word):
            guard context < contexts.count, word < words else { return }
            let merged = contexts[context].enables[word].merging(value, lanes: lanes)
            contexts[context].enables[word] = merged & existing(word)
        case .threshold(let context):
            guard context < contexts.count else { return }
            let merged = contexts[context].threshold.merging(value, lanes: lanes)
            contexts[context].threshold = merged & PLIC.priorityMask
        case .claim(let context):
            guard context < contexts.count else { return }
            complete(value, context)
        }
        update()
    }

    /// One bit for each source in a word; there is no source 0.
    private func existing(_ word: Int) -> UInt32 {
        let first = 32 * word
        let count = min(32, sources + 1 - first)
        let mask: UInt32 = count == 32 ? .max : (1 << UInt32(count)) - 1
        return word == 0 ? mask & ~1 : mask
    }

    // MARK: Gateways

    private func drive(_ source: Int, _ level: Bool) {
        levels[source] = level
        pass(source)
        update()
    }

    /// Lets the level of a source become pending, unless its last interrupt is not completed yet. What is pending
    /// stays so when the level goes away.
    private func pass(_ source: Int) {
        guard levels[source], !inFlight[source] else { return }
        inFlight[source] = true
        pending[source / 32] |= 1 << UInt32(source % 32)
    }

    // MARK: Claim and completion

    /// The pending and enabled source of the highest priority, the lowest of several; 0 when there is none. Sources of
    /// priority 0 never interrupt.
    private func best(_ context: Int) -> (source: Int, priority: UInt32) {
        var best = (source: 0, priority: UInt32(0))
        for word in 0..<words {
            var candidates = pending[word] & contexts[context].enables[word]
            while candidates != 0 {
                let source = 32 * word + candidates.trailingZeroBitCount
                candidates &= candidates - 1
                if priorities[source] > best.priority { best = (source, priorities[source]) }
            }
        }
        return best
    }

    /// A claim takes the best source whatever the threshold is.
    private func claim(_ context: Int) -> UInt32 {
        let source = best(context).source
        guard source != 0 else { return 0 }
        pending[source / 32] &= ~(1 << UInt32(source % 32))
        update()
        return UInt32(source)
    }

    /// The completion of a source that is not enabled for the context is ignored.
    private func complete(_ identifier: UInt32, _ context: Int) {
        guard let source = Int(exactly: identifier), (1...sources).contains(source) else { return }
        guard contexts[context].enables[source / 32].bit(source % 32) else { return }
        inFlight[source] = false
        pass(source)
    }

    private func update() {
        for context in contexts.indices {
            contexts[context].line.set(best(context).priority > contexts[context].threshold)
        }
    }
}
