/// The A extension. Unprivileged manual, chapter 8. The ordering bits change nothing here: accesses happen in program
/// order, one hart after the other.
let atomics: [Encoding] = [
    encoding("LR.W", "00010 qs 00000 nnnnn 010 ddddd 0101111", "lr.w<order> <d>,(<n>)", .atomic) {
        Instruction(.lrw, d: destination($0.d), n: $0.n)
    },
    encoding("LR.D", "00010 qs 00000 nnnnn 011 ddddd 0101111", "lr.d<order> <d>,(<n>)", .atomic) {
        Instruction(.lrd, d: destination($0.d), n: $0.n)
    },
    atomic("SC.W", "00011", "010", .scw), atomic("SC.D", "00011", "011", .scd),
    atomic("AMOSWAP.W", "00001", "010", .amoswapw), atomic("AMOSWAP.D", "00001", "011", .amoswapd),
    atomic("AMOADD.W", "00000", "010", .amoaddw), atomic("AMOADD.D", "00000", "011", .amoaddd),
    atomic("AMOXOR.W", "00100", "010", .amoxorw), atomic("AMOXOR.D", "00100", "011", .amoxord),
    atomic("AMOAND.W", "01100", "010", .amoandw), atomic("AMOAND.D", "01100", "011", .amoandd),
    atomic("AMOOR.W", "01000", "010", .amoorw), atomic("AMOOR.D", "01000", "011", .amoord),
    atomic("AMOMIN.W", "10000", "010", .amominw), atomic("AMOMIN.D", "10000", "011", .amomind),
    atomic("AMOMAX.W", "10100", "010", .amomaxw), atomic("AMOMAX.D", "10100", "011", .amomaxd),
    atomic("AMOMINU.W", "11000", "010", .amominuw), atomic("AMOMINU.D", "11000", "011", .amominud),
    atomic("AMOMAXU.W", "11100", "010", .amomaxuw), atomic("AMOMAXU.D", "11100", "011", .amomaxud),
]

private func atomic(_ name: String, _ funct5: String, _ width: String, _ operation: Operation) -> Encoding {
    encoding(
        name, "\(funct5) qs mmmmm nnnnn \(width) ddddd 0101111", "\(name.lowercased())<order> <d>,<m>,(<n>)", .atomic
    ) {
        Instruction(operation, d: destination($0.d), n: $0.n, m: $0.m)
    }
}

extension Operation {
    /// What an atomic memory operation writes, given what it read and its operand; `nil` for other operations.
    func atomicResult(_ memory: UInt64, _ operand: UInt64) -> UInt64? {
        let (a32, b32) = (Int32(truncatingIfNeeded: memory), Int32(truncatingIfNeeded: operand))
        let (a, b) = (Int64(bitPattern: memory), Int64(bitPattern: operand))
        return switch self {
        case .amoswapw, .amoswapd: operand
        case .amoaddw, .amoaddd: memory &+ operand
        case .amoxorw, .amoxord: memory ^ operand
        case .amoandw, .amoandd: memory & operand
        case .amoorw, .amoord: memory | operand
        case .amominw: UInt64(truncatingIfNeeded: min(a32, b32))
        case .amomaxw: UInt64(truncatingIfNeeded: max(a32, b32))
        case .amominuw: UInt64(min(UInt32(bitPattern: a32), UInt32(bitPattern: b32)))
        case .amomaxuw: UInt64(max(UInt32(bitPattern: a32), UInt32(bitPattern: b32)))
        case .amomind: UInt64(bitPattern: min(a, b))
        case .amomaxd: UInt64(bitPattern: max(a, b))
        case .amominud: min(memory, operand)
        case .amomaxud: max(memory, operand)
        default: nil
        }
    }

    /// Whether it is LR, SC or an atomic memory operation, on 32 bits.
    var isAtomicWord: Bool {
        switch self {
        case .lrw, .scw, .amoswapw, .amoaddw, .amoxorw, .amoandw, .amoorw, .amominw, .amomaxw, .amominuw, .amomaxuw:
            true
        default: false
        }
    }
}
