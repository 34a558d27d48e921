/// The version of the architecture that a core implements.
public enum Architecture: Sendable {
    /// DDI 0419.
    case v6M
    /// DDI 0403, without the DSP extension.
    case v7M
    /// DDI 0403, with the DSP extension.
    case v7EM
}

/// What a core is built with: the choices that the architecture leaves to the implementer.
public struct CoreFeatures: Sendable {
    public var name: String
    public var architecture: Architecture
    /// The value of CPUID.
    public var cpuid: UInt32
    public var hasFPU: Bool
    public var hasDSP: Bool
    /// Whether SRAM and peripherals have bit-band aliases.
    public var hasBitBand: Bool
    /// Whether LDR, STR and their halfword forms may be unaligned.
    public var allowsUnaligned: Bool
    /// Number of MPU regions; 0 without an MPU.
    public var mpuRegions: Int
    /// How many of the eight bits of a priority are implemented, from the top; 2...8.
    public var priorityBits: Int
    /// Number of interrupts; 1...240.
    public var interruptCount: Int
    public var hasVTOR: Bool

    public init(
        name: String, architecture: Architecture, cpuid: UInt32, hasFPU: Bool, hasDSP: Bool, hasBitBand: Bool,
        allowsUnaligned: Bool, mpuRegions: Int, priorityBits: Int, interruptCount: Int, hasVTOR: Bool
    ) {
        precondition((2...8).contains(priorityBits) && (1...240).contains(interruptCount))
        precondition((0...16).contains(mpuRegions))
        self.name = name
        self.architecture = architecture
        self.cpuid = cpuid
        self.hasFPU = hasFPU
        self.hasDSP = hasDSP
        self.hasBitBand = hasBitBand
        self.allowsUnaligned = allowsUnaligned
        self.mpuRegions = mpuRegions
        self.priorityBits = priorityBits
        self.interruptCount = interruptCount
        self.hasVTOR = hasVTOR
    }

    /// Whether there is more than HardFault to take faults: ARMv7-M has BASEPRI, FAULTMASK and the configurable
    /// faults, too.
    var isMainline: Bool { architecture != .v6M }
}

extension CoreFeatures {
    /// CPUID: DDI 0432C 4.3.
    public static let cortexM0 = CoreFeatures(
        name: "cortex-m0", architecture: .v6M, cpuid: 0x410C_C200, hasFPU: false, hasDSP: false, hasBitBand: false,
        allowsUnaligned: false, mpuRegions: 0, priorityBits: 2, interruptCount: 32, hasVTOR: false)

    /// CPUID: DDI 0484C 4.3.
    public static let cortexM0Plus = CoreFeatures(
        name: "cortex-m0+", architecture: .v6M, cpuid: 0x410C_C601, hasFPU: false, hasDSP: false, hasBitBand: false,
        allowsUnaligned: false, mpuRegions: 8, priorityBits: 2, interruptCount: 32, hasVTOR: true)

    /// CPUID: DDI 0337I 5.3; r2p1.
    public static let cortexM3 = CoreFeatures(
        name: "cortex-m3", architecture: .v7M, cpuid: 0x412F_C231, hasFPU: false, hasDSP: false, hasBitBand: true,
        allowsUnaligned: true, mpuRegions: 8, priorityBits: 4, interruptCount: 96, hasVTOR: true)

    /// With FPU. CPUID: DDI 0439 4.3; r0p1.
    public static let cortexM4 = CoreFeatures(
        name: "cortex-m4", architecture: .v7EM, cpuid: 0x410F_C241, hasFPU: true, hasDSP: true, hasBitBand: true,
        allowsUnaligned: true, mpuRegions: 8, priorityBits: 4, interruptCount: 96, hasVTOR: true)

    /// With FPU. CPUID: DDI 0489 3.3; r0p1.
    public static let cortexM7 = CoreFeatures(
        name: "cortex-m7", architecture: .v7EM, cpuid: 0x410F_C271, hasFPU: true, hasDSP: true, hasBitBand: false,
        allowsUnaligned: true, mpuRegions: 8, priorityBits: 4, interruptCount: 110, hasVTOR: true)

    /// The core of that name, such as `cortex-m4`; `nil` for one that is not known.
    public static func named(_ name: String) -> CoreFeatures? {
        [cortexM0, cortexM0Plus, cortexM3, cortexM4, cortexM7].first { $0.name == name }
    }
}
