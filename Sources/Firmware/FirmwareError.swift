/// Why a file cannot be run. Each description is one sentence: what, where, and how to mend it.
public enum FirmwareError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file does not begin with the ELF magic; it may be some other form of firmware.
    case notELF(OtherForm)
    /// A part of the file ends at byte `end`, but the file has only `size` bytes.
    case truncated(Part, end: UInt64, size: Int)
    /// The file is for another machine; `machine` is `e_machine`.
    case otherArchitecture(machine: UInt16, is64Bit: Bool, expected: Architecture)
    /// The right machine in the wrong width.
    case otherWidth(is64Bit: Bool, expected: Architecture)
    /// The right machine in the wrong byte order.
    case bigEndian(expected: Architecture)
    /// An object file that still has to be linked (`ET_REL`).
    case relocatable
    /// A shared object or a position-independent executable (`ET_DYN`).
    case sharedObject
    /// Neither an object file nor a program; `type` is `e_type`.
    case notExecutable(type: UInt16)
    /// No segment carries bytes to load.
    case noLoadableSegments
    /// A part of the file contradicts itself.
    case malformed(Part, String)

    /// A part of an ELF file.
    public enum Part: Equatable, Sendable {
        case header
        case programHeaders
        case sectionHeaders
        case segment(Int)
        case section(Int)
        case symbolTable

        var name: String {
            switch self {
            case .header: "the ELF header"
            case .programHeaders: "the program header table"
            case .sectionHeaders: "the section header table"
            case .segment(let index): "segment \(index)"
            case .section(let index): "section \(index)"
            case .symbolTable: "the symbol table"
            }
        }

    }

    /// Other things that people hand to a simulator, told by their first bytes.
    public enum OtherForm: Equatable, Sendable {
        case empty
        case archive
        case intelHex
        case motorolaSRecord
        case uf2
        case unknown
    }

    public var description: String {
        switch self {
        case .notELF(let form): form.sentence
        case .truncated(let part, let end, let size):
            "the file is truncated: \(part.name) reaches to byte \(end), but the file has only \(size) bytes; "
                + "build or copy it again"
        case .otherArchitecture(let machine, let is64Bit, let expected): wrongMachine(machine, is64Bit, expected)
        case .otherWidth(let is64Bit, let expected):
            "this is a \(is64Bit ? 64 : 32)-bit program, and the target needs \(expected.name); "
                + "build it for the target's core"
        case .bigEndian(let expected):
            "this is a big-endian program, and the target needs \(expected.name); build it without -mbig-endian"
        case .relocatable:
            "this is an object file that has not been linked; link it first, with the linker script of the chip"
        case .sharedObject:
            "this is a shared object or a position-independent executable; link it with -static -no-pie, with the "
                + "linker script of the chip"
        case .notExecutable(let type):
            "this ELF file is no program (its type is \(type), where 2 is an executable); "
                + "give the executable that the linker wrote"
        case .noLoadableSegments:
            "no segment of the file has bytes to load; link it with the linker script of the chip, and do not keep "
                + "only its debug information"
        case .malformed(let part, let reason): "the file is damaged: \(part.name) \(reason); build it again"
        }
    }
}

extension FirmwareError.OtherForm {
    init(firstBytes bytes: some Sequence<UInt8>) {
        let start = Array(bytes.prefix(8))
        if start.isEmpty {
            self = .empty
        } else if start == Array("!<arch>\n".utf8) {
            self = .archive
        } else if start.starts(with: Array("UF2\n".utf8)) {
            self = .uf2
        } else if start.starts(with: [0x3A]) && start.dropFirst().allSatisfy(Self.isHexDigit) {
            self = .intelHex
        } else if start.starts(with: Array("S0".utf8)) && start.dropFirst(2).allSatisfy(Self.isHexDigit) {
            self = .motorolaSRecord
        } else {
            self = .unknown
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        Character(Unicode.Scalar(byte)).isHexDigit
    }

    fileprivate var sentence: String {
        let mend = "give the ELF file that the linker wrote (often .elf, .axf or .out)"
        return switch self {
        case .empty: "the file is empty; \(mend)"
        case .archive: "this is a library of object files (.a), not a program; \(mend)"
        case .intelHex: "this is an Intel HEX file, not an ELF file; \(mend)"
        case .motorolaSRecord: "this is a Motorola S-record file, not an ELF file; \(mend)"
        case .uf2: "this is a UF2 file, not an ELF file; \(mend)"
        case .unknown: "this is not an ELF file: it does not begin with 7f 45 4c 46; \(mend)"
        }
    }
}

/// The numbers are those of `e_machine` in the gABI's registry.
private func wrongMachine(_ machine: UInt16, _ is64Bit: Bool, _ expected: Architecture) -> String {
    let mend = "build it for \(expected.name)"
    return switch machine {
    case 3: "this is a program for the PC (32-bit x86), built with the host's compiler; \(mend)"
    case 62: "this is a program for the PC (x86-64), built with the host's compiler; \(mend)"
    case 183: "this is a program for 64-bit Arm (AArch64), built with the compiler of a host or of Linux; \(mend)"
    case 40: "this is 32-bit Arm; stm32f4 would be the target"
    case 243 where !is64Bit: "this is 32-bit RISC-V, which no target runs; \(mend)"
    case 243: "this is RISC-V; k210 would be the target"
    case 94: "this is a program for Tensilica Xtensa; \(mend)"
    case 83: "this is a program for Atmel AVR; \(mend)"
    case 105: "this is a program for TI MSP430; \(mend)"
    case 8: "this is a program for MIPS; \(mend)"
    case 20, 21: "this is a program for PowerPC; \(mend)"
    default: "this is a program for another machine (ELF machine number \(machine)); \(mend)"
    }
}
