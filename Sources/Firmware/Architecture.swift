/// The architectures the simulator runs: what a caller of `FirmwareImage.load` can expect a file to be for.
public enum Architecture: Sendable, Equatable {
    /// 32-bit little-endian Arm; ELF for the Arm Architecture (AAELF32), `EM_ARM`.
    case arm32
    /// 64-bit little-endian RISC-V; RISC-V ELF psABI, `EM_RISCV`.
    case riscv64

    /// As it reads in a sentence.
    public var name: String {
        switch self {
        case .arm32: "32-bit little-endian Arm"
        case .riscv64: "64-bit little-endian RISC-V"
        }
    }

    /// Whether a file says that it is for this architecture; it may be damaged all the same.
    public func matches(_ bytes: [UInt8]) -> Bool {
        // e_ident[EI_CLASS] and e_machine, little-endian. gABI chapter 4.
        bytes.count > 20 && bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, is64Bit ? 2 : 1, 1])
            && UInt16(bytes[18]) | UInt16(bytes[19]) << 8 == elfMachine
    }

    var is64Bit: Bool { self == .riscv64 }

    /// `e_machine` of its files (gABI chapter 4; EM_ARM 40, EM_RISCV 243).
    var elfMachine: UInt16 {
        switch self {
        case .arm32: 40
        case .riscv64: 243
        }
    }
}
