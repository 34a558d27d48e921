/// What code may do. Privileged Architecture 1.12, table 1.1.
public enum PrivilegeMode: UInt8, Comparable, Sendable {
    case user = 0
    case supervisor = 1
    case machine = 3

    public static func < (a: PrivilegeMode, b: PrivilegeMode) -> Bool { a.rawValue < b.rawValue }

    /// As the manuals abbreviate it.
    public var letter: String {
        switch self {
        case .user: "U"
        case .supervisor: "S"
        case .machine: "M"
        }
    }
}

/// The version of the privileged architecture that a hart follows.
public enum PrivilegedVersion: Sendable {
    /// The draft of November 2016, UCB/EECS-2016-161.
    case v1_9_1
    /// The ratified version of December 2021, document version 20211203.
    case v1_12
}

/// An access or an instruction that the architecture answers with an illegal instruction exception.
public struct IllegalInstruction: Error, Equatable, Sendable {
    public init() {}
}

/// What the control and status registers of a hart are built with.
public struct PrivilegedFeatures: Sendable {
    public var version: PrivilegedVersion
    /// The letters of misa that are implemented, such as `IMAFDCSU`.
    public var extensions: String
    public var mvendorid: UInt64
    public var marchid: UInt64
    public var mimpid: UInt64
    /// Whether reading the time CSR answers; otherwise it is an illegal instruction in every mode, and software reads
    /// mtime.
    public var hasTime: Bool
    /// Whether mstatus.FS tells Initial, Clean and Dirty apart; otherwise it is Off or Dirty.
    public var tracksFPState: Bool

    public init(
        version: PrivilegedVersion, extensions: String, mvendorid: UInt64 = 0, marchid: UInt64 = 0,
        mimpid: UInt64 = 0, hasTime: Bool = true, tracksFPState: Bool = true
    ) {
        self.version = version
        self.extensions = extensions
        self.mvendorid = mvendorid
        self.marchid = marchid
        self.mimpid = mimpid
        self.hasTime = hasTime
        self.tracksFPState = tracksFPState
    }

    /// Whether misa has the bit of a letter.
    public func has(_ letter: Character) -> Bool { extensions.contains(letter) }

    /// MXL is 2 for 64 bits, the letters are bits 25...0. Privileged Architecture 1.12, 3.1.1.
    var misa: UInt64 {
        extensions.utf8.reduce(2 << 62) { misa, letter in
            (0x41...0x5A).contains(letter) ? misa | 1 << UInt64(letter - 0x41) : misa
        }
    }
}

extension PrivilegedFeatures {
    /// One hart of the K210. The numbers are those that Linux knows the chip by (drivers/soc/kendryte/k210-sysctl.c);
    /// Rocket of that time, which the core is, has no time CSR and writes FS as Off or Dirty.
    public static let k210 = PrivilegedFeatures(
        version: .v1_9_1, extensions: "ACDFIMSU", mvendorid: 0x4B5, marchid: 0xE598_89E6_A5A0_4149,
        mimpid: 0x4D41_4958_3230_3030, hasTime: false, tracksFPState: false)

    /// A plain RV64GC hart with supervisor and user mode.
    public static let rv64 = PrivilegedFeatures(version: .v1_12, extensions: "ACDFIMSU")
}
