import Bits
import Machine
import Semihosting

/// What the core knows beside its general registers: the special registers, the state of every exception, and what
/// the system control space configures. DDI 0403E.e B1.4, B3.2.
public final class SystemRegisters {
    let chip: Chip
    let features: CoreFeatures
    public let timings: ExceptionTimings

    // MARK: Special registers

    var primask = false
    var faultmask = false
    var basepri: UInt8 = 0
    /// CONTROL.nPRIV: Thread mode is unprivileged.
    var nPRIV = false
    /// CONTROL.SPSEL: Thread mode uses the process stack.
    var SPSEL = false
    /// CONTROL.FPCA: the current context uses the FPU.
    var FPCA = false
    /// The exception that is executing; 0 in Thread mode.
    var ipsr = 0
    /// EPSR.T, which is 0 only between a branch that clears it and the fault that follows.
    var isThumb = true
    public internal(set) var isInHandlerMode = false
    /// The stack pointer that is not in use.
    var otherSP: UInt32 = 0
    /// The lowest value of the stack pointer that is not in use.
    var otherStackLow: UInt32 = .max
    var eventRegister = false
    public internal(set) var isSleeping = false
    /// Whether it was WFE that began the sleep.
    var isWaitingForEvent = false

    public var isPrivileged: Bool { isInHandlerMode || !nPRIV }
    public var usesProcessStack: Bool { SPSEL && !isInHandlerMode }

    // MARK: Exceptions

    var pending = ExceptionSet()
    var active = ExceptionSet()
    var enabled = ExceptionSet()
    /// Levels of the interrupt lines.
    var asserted = ExceptionSet()
    /// By exception number; only the implemented bits are kept.
    var priorities = [UInt8](repeating: 0, count: 256)
    var faults = FaultStatus()
    /// The last fault, for people: what happened and where.
    var lastFault = ""
    var lines: [Int: InterruptLine] = [:]

    // MARK: The system control space

    var vtor: UInt32 = 0
    /// AIRCR.PRIGROUP.
    var prigroup: UInt32 = 0
    var scr: UInt32 = 0
    var ccr = CCR.STKALIGN
    var actlr: UInt32 = 0
    var cpacr: UInt32 = 0
    var fp = FPContextRegisters()
    var mpu = MPURegisters()
    /// DEMCR, whose TRCENA and MON_EN others ask for.
    var demcr: UInt32 = 0
    /// What answers BKPT 0xAB, if anything does.
    public var semihosting: Semihosting?
    /// Where ITM's stimulus ports send, by port.
    public var stimulusPorts: [Int: SerialPort] = [:]

    init(chip: Chip, features: CoreFeatures) {
        self.chip = chip
        self.features = features
        timings = ExceptionTimings.of(features)
        reset()
    }

    /// Back to the state after a reset of the core. What lines the devices drive, and who listens, stays.
    func reset() {
        primask = false
        faultmask = false
        basepri = 0
        nPRIV = false
        SPSEL = false
        FPCA = false
        ipsr = 0
        isThumb = true
        isInHandlerMode = false
        otherSP = 0
        otherStackLow = .max
        eventRegister = false
        isSleeping = false
        isWaitingForEvent = false
        pending = ExceptionSet()
        active = ExceptionSet()
        enabled = ExceptionSet()
        for number in [1, 2, 3, 11, 14, 15] { enabled[number] = true }
        for number in 0..<256 { priorities[number] = 0 }
        faults = FaultStatus()
        vtor = 0
        prigroup = 0
        scr = 0
        ccr = features.isMainline ? CCR.STKALIGN : CCR.STKALIGN | CCR.UNALIGN_TRP
        actlr = 0
        cpacr = 0
        fp = FPContextRegisters()
        mpu = MPURegisters()
        demcr = 0
    }

    // MARK: What the configuration says

    /// Whether unaligned accesses fault.
    var trapsUnaligned: Bool { ccr & CCR.UNALIGN_TRP != 0 }

    /// Whether CPACR gives access to coprocessor 10, at least to privileged code.
    var isFPEnabled: Bool { features.hasFPU && cpacr.bit(20) }

    /// Whether code that executes now may use coprocessor 10.
    var mayUseFP: Bool { isFPEnabled && (isPrivileged || cpacr.bit(21)) }

    /// The bits of a priority that are implemented.
    var priorityMask: UInt8 { UInt8(truncatingIfNeeded: 0xFF00 >> features.priorityBits) }

    /// Whether the bus faults of loads and stores are ignored: at priority -1 and -2 with CCR.BFHFNMIGN.
    var ignoresBusFaults: Bool { ccr & CCR.BFHFNMIGN != 0 && executionPriority < 0 }

    /// Whether stores wait in the write buffer, so that their bus faults come late. ACTLR.DISDEFWBUF, DDI 0439 4.2.
    var buffersWrites: Bool { features.isMainline && actlr & 2 == 0 }

    // MARK: The memory map

    /// Whether an address lies in the Private Peripheral Bus. DDI 0403E.e B3.1.
    func isPrivate(_ address: UInt32) -> Bool { address >> 20 == 0xE00 }

    /// Whether unprivileged code may write there all the same: the stimulus ports that ITM_TPR opens, and STIR with
    /// CCR.USERSETMPEND.
    func isOpenToAll(_ address: UInt32) -> Bool {
        if address == 0xE000_EF00 { return ccr & CCR.USERSETMPEND != 0 }
        return address >> 7 == 0xE000_0000 >> 7
    }
}

/// The bits of the Configuration and Control Register. DDI 0403E.e B3.2.8.
enum CCR {
    static let NONBASETHRDENA: UInt32 = 1 << 0
    static let USERSETMPEND: UInt32 = 1 << 1
    static let UNALIGN_TRP: UInt32 = 1 << 3
    static let DIV_0_TRP: UInt32 = 1 << 4
    static let BFHFNMIGN: UInt32 = 1 << 8
    static let STKALIGN: UInt32 = 1 << 9
    /// All that software can write.
    static let writable: UInt32 = 0x31B
}

/// The bits of the System Control Register. DDI 0403E.e B3.2.7.
enum SCR {
    static let SLEEPONEXIT: UInt32 = 1 << 1
    static let SLEEPDEEP: UInt32 = 1 << 2
    static let SEVONPEND: UInt32 = 1 << 4
}
