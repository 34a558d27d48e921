import Profile

/// The pipeline of Rocket as rules over neighbouring instructions: single issue, in order, with a scoreboard for
/// results that are late. A pure function from the instructions of a block to what each takes.
///
/// Nothing is carried from block to block: what a block's last instructions leave behind is ready when the next one
/// needs it, as it mostly is behind a branch.
struct Pipeline {
    let table: CycleTable

    /// One instruction of a block as the rules see it.
    struct TimedInstruction {
        var timing: TimingClass
        var instruction: Instruction
        var address: UInt32
        /// In bytes.
        var length: UInt32
    }

    /// Prices of `instructions`, which follow each other in memory.
    func prices(of instructions: [TimedInstruction]) -> [CauseVector] {
        var now = 0
        /// For x0 to x31 and then f0 to f31: when the register can be used, and what it waits for.
        var ready = [(cycle: Int, producer: TimingClass)](repeating: (0, .alu), count: 64)
        return instructions.map { this in
            var price = CauseVector()
            let late = this.reads.map { ready[$0] }.max { $0.cycle < $1.cycle }
            if let late, late.cycle > now {
                price[late.producer.waitCause] += late.cycle - now
                now = late.cycle
            }
            let latency = table.latency(this.timing)
            for register in this.writes { ready[register] = (now + latency, this.timing) }
            price.issue += table.price(this.timing)
            now += table.price(this.timing)
            return price
        }
    }
}

extension TimingClass {
    /// What an instruction waits for that needs the result of one of this class.
    fileprivate var waitCause: Cause {
        switch self {
        case .multiply, .multiplyHigh, .multiplyWord: .multiplier
        case .divide: .divider
        case .fpSingle, .fpDouble, .fpDivideSingle, .fpDivideDouble, .fpSquareRootSingle, .fpSquareRootDouble,
            .fpConvert, .fpMove, .fpToInteger, .fpFromInteger:
            .fp
        default: .loadUse
        }
    }
}

extension Pipeline.TimedInstruction {
    private var n: Int { Int(instruction.n) }
    private var m: Int { Int(instruction.m) }
    private var float: Int { 32 }

    /// The registers that it reads: 0...31 for x, 32...63 for f. x0 is always ready.
    fileprivate var reads: [Int] {
        switch timing {
        case .alu, .multiply, .multiplyHigh, .multiplyWord, .divide, .store, .atomic, .branch: [n, m]
        case .load, .loadNarrow, .fpLoad, .jumpRegister, .csr, .system, .fpFromInteger: [n]
        case .jump, .fence, .fenceI: []
        case .fpStore: [n, float + m]
        case .fpSingle, .fpDouble:
            instruction.operation.isFused
                ? [float + n, float + m, float + Int(instruction.a)] : [float + n, float + m]
        case .fpDivideSingle, .fpDivideDouble, .fpMove: [float + n, float + m]
        case .fpSquareRootSingle, .fpSquareRootDouble, .fpConvert: [float + n]
        case .fpToInteger: instruction.operation.isFloatCompare ? [float + n, float + m] : [float + n]
        }
    }

    fileprivate var writes: [Int] {
        let d = Int(instruction.d)
        switch timing {
        case .alu, .multiply, .multiplyHigh, .multiplyWord, .divide, .load, .loadNarrow, .atomic, .jump, .jumpRegister,
            .csr, .fpToInteger:
            return d == 0 || d >= Int(discarded) ? [] : [d]
        case .fpLoad, .fpSingle, .fpDouble, .fpDivideSingle, .fpDivideDouble, .fpSquareRootSingle, .fpSquareRootDouble,
            .fpConvert, .fpMove, .fpFromInteger:
            return [float + d]
        case .store, .fpStore, .branch, .fence, .fenceI, .system: return []
        }
    }
}

extension Operation {
    fileprivate var isFused: Bool {
        switch self {
        case .fmadds, .fmsubs, .fnmsubs, .fnmadds, .fmaddd, .fmsubd, .fnmsubd, .fnmaddd: true
        default: false
        }
    }

    fileprivate var isFloatCompare: Bool {
        switch self {
        case .feqs, .flts, .fles, .feqd, .fltd, .fled: true
        default: false
        }
    }
}
