/// What the fault status registers hold. DDI 0403E.e B3.2.15 to B3.2.18.
struct FaultStatus {
    /// MMFSR in bits 7...0, BFSR in 15...8, UFSR in 31...16.
    var cfsr: UInt32 = 0
    var hfsr: UInt32 = 0
    var dfsr: UInt32 = 0
    var mmfar: UInt32 = 0
    var bfar: UInt32 = 0
    var afsr: UInt32 = 0

    // MMFSR
    static let IACCVIOL: UInt32 = 1 << 0
    static let DACCVIOL: UInt32 = 1 << 1
    static let MUNSTKERR: UInt32 = 1 << 3
    static let MSTKERR: UInt32 = 1 << 4
    static let MLSPERR: UInt32 = 1 << 5
    static let MMARVALID: UInt32 = 1 << 7
    // BFSR
    static let IBUSERR: UInt32 = 1 << 8
    static let PRECISERR: UInt32 = 1 << 9
    static let IMPRECISERR: UInt32 = 1 << 10
    static let UNSTKERR: UInt32 = 1 << 11
    static let STKERR: UInt32 = 1 << 12
    static let LSPERR: UInt32 = 1 << 13
    static let BFARVALID: UInt32 = 1 << 15
    // UFSR
    static let UNDEFINSTR: UInt32 = 1 << 16
    static let INVSTATE: UInt32 = 1 << 17
    static let INVPC: UInt32 = 1 << 18
    static let NOCP: UInt32 = 1 << 19
    static let UNALIGNED: UInt32 = 1 << 24
    static let DIVBYZERO: UInt32 = 1 << 25
    // HFSR
    static let VECTTBL: UInt32 = 1 << 1
    static let FORCED: UInt32 = 1 << 30
    static let DEBUGEVT: UInt32 = 1 << 31
    // DFSR
    static let BKPT: UInt32 = 1 << 1

    /// Notes a fault.
    ///
    /// - Returns: the exception that handles it, if that is enabled.
    mutating func note(_ fault: MemoryFault) -> Int {
        switch fault {
        case .protection(let address):
            cfsr |= FaultStatus.DACCVIOL | FaultStatus.MMARVALID
            mmfar = address
            return Exception.memManage
        case .fetchProtection:
            cfsr |= FaultStatus.IACCVIOL
            return Exception.memManage
        case .lazyProtection:
            cfsr |= FaultStatus.MLSPERR
            return Exception.memManage
        case .bus(let address):
            cfsr |= FaultStatus.PRECISERR | FaultStatus.BFARVALID
            bfar = address
            return Exception.busFault
        case .fetch:
            cfsr |= FaultStatus.IBUSERR
            return Exception.busFault
        case .lazyBus:
            cfsr |= FaultStatus.LSPERR
            return Exception.busFault
        case .breakpoint:
            dfsr |= FaultStatus.BKPT
            return Exception.debugMonitor
        case .undefined: return noteUsage(FaultStatus.UNDEFINSTR)
        case .invalidState: return noteUsage(FaultStatus.INVSTATE)
        case .invalidPC: return noteUsage(FaultStatus.INVPC)
        case .noCoprocessor: return noteUsage(FaultStatus.NOCP)
        case .unaligned: return noteUsage(FaultStatus.UNALIGNED)
        case .divideByZero: return noteUsage(FaultStatus.DIVBYZERO)
        }
    }

    private mutating func noteUsage(_ bit: UInt32) -> Int {
        cfsr |= bit
        return Exception.usageFault
    }
}

extension MemoryFault {
    /// For people, as the end of a sentence.
    var text: String {
        switch self {
        case .protection(let address): "the MPU forbids the access to \(hex(address))"
        case .fetchProtection(let address): "\(hex(address)) is not executable"
        case .lazyProtection: "the MPU forbids the deferred store of FP registers"
        case .bus(let address): "nothing answers at \(hex(address))"
        case .fetch(let address): "no instruction can be fetched from \(hex(address))"
        case .lazyBus: "nothing answers the deferred store of FP registers"
        case .breakpoint: "BKPT without a debugger"
        case .undefined: "undefined instruction"
        case .invalidState: "branch to an address without the Thumb bit"
        case .invalidPC: "invalid exception return"
        case .noCoprocessor: "coprocessor instruction without the coprocessor"
        case .unaligned(let address): "unaligned access to \(hex(address))"
        case .divideByZero: "division by zero"
        }
    }
}

/// As people write addresses: `0x0800012a`.
func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
