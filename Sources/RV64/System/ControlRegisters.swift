import Bits

/// The privileged architecture of one hart: its mode, its control and status registers, its traps and interrupts.
///
/// It knows no engine. What counts is asked through `cycle`, `instret` and `time`; what the engine has to know at once
/// is told through `onInterruptChange`, `onModeChange` and `onFPChange`; the floating-point status lies in the
/// engine's memory, see `FPStatus`. Address translation and physical memory protection are not modelled: the fields
/// that would switch them on are read-only zero, as both versions allow.
public final class ControlRegisters {
    public let hart: Int
    public let features: PrivilegedFeatures
    let fp: UnsafeMutablePointer<FPStatus>

    // MARK: What the engine provides

    /// The clock cycles so far, at the current instruction.
    public var cycle: () -> UInt64 = { 0 }
    /// The instructions that have completed, without the current one.
    public var instret: () -> UInt64 = { 0 }
    /// mtime.
    public var time: () -> UInt64 = { 0 }
    /// Something changed while an interrupt is pending and enabled in mie: it may now be taken, or end a WFI.
    public var onInterruptChange: () -> Void = {}
    /// `mode` has changed.
    public var onModeChange: () -> Void = {}
    /// mstatus.FS has changed between Off and another state: FP instructions become legal or illegal.
    public var onFPChange: () -> Void = {}

    // MARK: State

    public internal(set) var mode = PrivilegeMode.machine
    /// mstatus without FS, SD, SXL and UXL.
    var status: UInt64 = 0
    var medeleg: UInt64 = 0
    var mideleg: UInt64 = 0
    var mie: UInt64 = 0
    /// Levels of the interrupt lines, by the bits of mip.
    var lines: UInt64 = 0
    /// The bits of mip that software has set.
    var softwarePending: UInt64 = 0
    var mtvec: UInt64 = 0
    var mscratch: UInt64 = 0
    public internal(set) var mepc: UInt64 = 0
    public internal(set) var mcause: UInt64 = 0
    public internal(set) var mtval: UInt64 = 0
    /// mucounteren in 1.9.1.
    var mcounteren: UInt64 = 0
    var stvec: UInt64 = 0
    /// mscounteren in 1.9.1, where only M-mode has access to it.
    var scounteren: UInt64 = 0
    var sscratch: UInt64 = 0
    var sepc: UInt64 = 0
    var scause: UInt64 = 0
    var stval: UInt64 = 0
    var sptbr: UInt64 = 0
    var cycleCounter = Counter()
    var instretCounter = Counter()

    let hasUser: Bool
    let hasSupervisor: Bool
    let hasFloat: Bool
    /// The bits of an address of an instruction that are always zero.
    private let misalignment: UInt64

    /// - Parameters:
    ///   - hart: mhartid.
    ///   - fp: where the floating-point status lies. It must outlive the object.
    public init(hart: Int, features: PrivilegedFeatures, fp: UnsafeMutablePointer<FPStatus>) {
        self.hart = hart
        self.features = features
        self.fp = fp
        hasUser = features.has("U")
        hasSupervisor = features.has("S")
        hasFloat = features.has("F")
        misalignment = features.has("C") ? 1 : 3
        reset()
    }

    /// Back to the state after a reset: M-mode, MIE and MPRV zero, mcause zero. What the manual leaves open is zero,
    /// too. The lines keep their levels, for the devices drive them. Privileged Architecture 1.12, 3.4; 1.9.1, 3.3.
    public func reset() {
        mode = .machine
        status = UInt64(leastMode.rawValue) << 11
        medeleg = 0
        mideleg = 0
        mie = 0
        softwarePending = 0
        mtvec = 0
        mscratch = 0
        mepc = 0
        mcause = 0
        mtval = 0
        mcounteren = 0
        stvec = 0
        scounteren = 0
        sscratch = 0
        sepc = 0
        scause = 0
        stval = 0
        sptbr = 0
        cycleCounter = Counter()
        instretCounter = Counter()
        fp.pointee = FPStatus()
    }

    /// "The least-privileged supported mode (U if U-mode is implemented, else M)."
    var leastMode: PrivilegeMode { hasUser ? .user : .machine }

    /// The low bit of mepc and sepc is always zero, and so are the two low bits without compressed instructions.
    func programCounter(_ value: UInt64) -> UInt64 { value & ~misalignment }
}
