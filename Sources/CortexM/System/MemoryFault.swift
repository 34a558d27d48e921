/// Why an instruction did not complete. DDI 0403E.e B1.5.14.
enum MemoryFault: Error, Equatable {
    /// UNALIGNED: an access that must be aligned was not.
    case unaligned(UInt32)
    /// DACCVIOL: the MPU forbids the access.
    case protection(UInt32)
    /// PRECISERR: the bus answered a data access with an error.
    case bus(UInt32)
    /// IBUSERR: no instruction can be fetched from the address.
    case fetch(UInt32)
    /// IACCVIOL: the MPU or the default memory map forbids execution at the address.
    case fetchProtection(UInt32)
    /// UNDEFINSTR.
    case undefined
    /// NOCP: a coprocessor that is not there, or disabled.
    case noCoprocessor
    /// INVSTATE: execution outside of Thumb state.
    case invalidState
    /// INVPC: an exception return that the integrity checks refuse.
    case invalidPC
    /// DIVBYZERO.
    case divideByZero
    /// BKPT without a debugger.
    case breakpoint
    /// MLSPERR: the MPU forbids the deferred store of FP registers.
    case lazyProtection
    /// LSPERR: the bus answered the deferred store of FP registers with an error.
    case lazyBus
}

/// The number of an exception, as in IPSR. DDI 0403E.e B1.5.2.
enum Exception {
    static let reset = 1
    static let nmi = 2
    static let hardFault = 3
    static let memManage = 4
    static let busFault = 5
    static let usageFault = 6
    static let svCall = 11
    static let debugMonitor = 12
    static let pendSV = 14
    static let sysTick = 15
    /// The first external interrupt.
    static let interrupt0 = 16
}
