/// Why an instruction trapped, by the code in mcause. Privileged Architecture 1.12, table 3.6.
public enum ExceptionCause: UInt64, CaseIterable, Sendable {
    case instructionAddressMisaligned = 0
    case instructionAccessFault = 1
    case illegalInstruction = 2
    case breakpoint = 3
    case loadAddressMisaligned = 4
    case loadAccessFault = 5
    case storeAddressMisaligned = 6
    case storeAccessFault = 7
    case environmentCallFromU = 8
    case environmentCallFromS = 9
    case environmentCallFromM = 11
    case instructionPageFault = 12
    case loadPageFault = 13
    case storePageFault = 15

    /// The cause of an ECALL.
    public static func environmentCall(from mode: PrivilegeMode) -> ExceptionCause {
        switch mode {
        case .user: .environmentCallFromU
        case .supervisor: .environmentCallFromS
        case .machine: .environmentCallFromM
        }
    }

    /// As the manual calls it.
    public var text: String {
        switch self {
        case .instructionAddressMisaligned: "instruction address misaligned"
        case .instructionAccessFault: "instruction access fault"
        case .illegalInstruction: "illegal instruction"
        case .breakpoint: "breakpoint"
        case .loadAddressMisaligned: "load address misaligned"
        case .loadAccessFault: "load access fault"
        case .storeAddressMisaligned: "store/AMO address misaligned"
        case .storeAccessFault: "store/AMO access fault"
        case .environmentCallFromU: "environment call from U-mode"
        case .environmentCallFromS: "environment call from S-mode"
        case .environmentCallFromM: "environment call from M-mode"
        case .instructionPageFault: "instruction page fault"
        case .loadPageFault: "load page fault"
        case .storePageFault: "store/AMO page fault"
        }
    }

    /// Whether mbadaddr takes the faulting address: it "is not modified for other exceptions". An EBREAK is not the
    /// hardware breakpoint that would. Privileged Architecture 1.9.1, 3.1.20.
    var setsBadAddress: Bool {
        switch self {
        case .instructionAddressMisaligned, .instructionAccessFault, .loadAddressMisaligned, .loadAccessFault,
            .storeAddressMisaligned, .storeAccessFault:
            true
        case .illegalInstruction, .breakpoint, .environmentCallFromU, .environmentCallFromS, .environmentCallFromM,
            .instructionPageFault, .loadPageFault, .storePageFault:
            false
        }
    }
}

/// An interrupt, by its code in mcause and its bit in mip and mie. Privileged Architecture 1.12, table 3.6.
public enum InterruptCause: UInt64, CaseIterable, Sendable {
    case supervisorSoftware = 1
    case machineSoftware = 3
    case supervisorTimer = 5
    case machineTimer = 7
    case supervisorExternal = 9
    case machineExternal = 11

    /// The bit in mip, mie and mideleg.
    var bit: UInt64 { 1 << rawValue }

    /// "Multiple simultaneous interrupts destined for M-mode are handled in the following decreasing priority order."
    /// Privileged Architecture 1.12, 3.1.9.
    static let byPriority: [InterruptCause] = [
        .machineExternal, .machineSoftware, .machineTimer, .supervisorExternal, .supervisorSoftware, .supervisorTimer,
    ]

    /// SSIP, STIP and SEIP.
    static let supervisorBits: UInt64 = 1 << 1 | 1 << 5 | 1 << 9
    /// MSIP, MTIP and MEIP.
    static let machineBits: UInt64 = 1 << 3 | 1 << 7 | 1 << 11

    /// As the manual calls it.
    public var text: String {
        switch self {
        case .supervisorSoftware: "supervisor software interrupt"
        case .machineSoftware: "machine software interrupt"
        case .supervisorTimer: "supervisor timer interrupt"
        case .machineTimer: "machine timer interrupt"
        case .supervisorExternal: "supervisor external interrupt"
        case .machineExternal: "machine external interrupt"
        }
    }
}

/// What mcause says, for people: `load access fault`, `machine timer interrupt`, `cause 24`.
public func causeText(_ mcause: UInt64) -> String {
    if mcause >> 63 != 0 {
        return InterruptCause(rawValue: mcause & ~(1 << 63))?.text ?? "interrupt \(mcause & ~(1 << 63))"
    }
    return ExceptionCause(rawValue: mcause)?.text ?? "cause \(mcause)"
}
