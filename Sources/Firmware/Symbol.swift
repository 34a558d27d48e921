import Bits
import CLibELF

/// A name for an address.
public struct Symbol: Sendable, Equatable {
    /// What the name stands for (`STT_FUNC`, `STT_OBJECT`, `STT_NOTYPE`).
    public enum Kind: Sendable, Equatable {
        case function
        case object
        /// Of no declared type: a label of assembly code or a name the linker script defines.
        case label
    }

    public enum Binding: Sendable, Equatable, Comparable {
        /// The order is that of preference among names of one address.
        case global
        case weak
        case local
    }

    /// As the programmer wrote it: a C++ name is demangled.
    public let name: String
    /// As the file has it.
    public let rawName: String
    /// The address, on Arm without the Thumb bit of functions.
    public let address: UInt64
    /// Bytes; 0 where the assembly code does not say.
    public let size: UInt64
    public let kind: Kind
    public let binding: Binding
    /// The section it lies in, to be used with `FirmwareImage.section(index:)`; nil for an absolute value.
    public let sectionIndex: Int?

    public var isGlobal: Bool { binding == .global }

    /// One beyond the last address.
    var end: UInt64 {
        let (end, overflow) = address.addingReportingOverflow(size)
        return overflow ? .max : end
    }

    /// Whether this is the better name of an address that both have: functions and objects before labels, global
    /// before weak before local, then the shorter name, then the alphabet.
    func isPreferred(to other: Symbol) -> Bool {
        if (kind == .label) != (other.kind == .label) { return other.kind == .label }
        if binding != other.binding { return binding < other.binding }
        let lengths = (rawName.utf8.count, other.rawName.utf8.count)
        if lengths.0 != lengths.1 { return lengths.0 < lengths.1 }
        return rawName < other.rawName
    }
}

/// A mapping symbol: what lies in memory from here to the next one (AAELF32 section 5.5.5; RISC-V ELF psABI).
public struct MappingSymbol: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// `$t`: Thumb instructions.
        case thumb
        /// `$a`: Arm instructions, which no Cortex-M executes.
        case arm
        /// `$x`: RISC-V instructions.
        case riscv
        /// `$d`: data, such as a literal pool or the table of a switch.
        case data
    }

    public let address: UInt64
    public let kind: Kind

    /// The kind that the name stands for; `$d.realdata` and its like count as `$d`.
    static func kind(of name: String, _ architecture: Architecture) -> Kind? {
        let letters = name.utf8.prefix(3)
        guard letters.first == 0x24, let second = letters.dropFirst().first else { return nil }
        let third = letters.dropFirst(2).first
        let ends = third == nil || third == 0x2E
        return switch (architecture, second) {
        case (.arm32, 0x74) where ends: .thumb
        case (.arm32, 0x61) where ends: .arm
        case (_, 0x64) where ends: .data
        // The name may go on with the extensions in use: $xrv64gc.
        case (.riscv64, 0x78): .riscv
        default: nil
        }
    }
}

extension Symbol {
    static func all(
        in file: ELFFile, _ architecture: Architecture, _ names: inout NameReader
    ) throws(FirmwareError) -> ([Symbol], [MappingSymbol]) {
        var symbols: [Symbol] = []
        var mapping: [MappingSymbol] = []
        // The gABI allows one symbol table; a second would only multiply a hostile file.
        let sections = file.sections()
        guard let table = sections.first(where: { $0.header.sh_type == UInt32(SHT_SYMTAB) }),
            let data = elf_getdata(table.handle, nil)
        else { return ([], []) }
        // Indices of 65280 and more stand in a section of their own.
        let indices = sections.first { section in
            section.header.sh_type == UInt32(SHT_SYMTAB_SHNDX) && Int(section.header.sh_link) == table.index
        }.flatMap { elf_getdata($0.handle, nil) }

        let entrySize = architecture.is64Bit ? 24 : 16
        for index in stride(from: 1, to: data.pointee.d_size / entrySize, by: 1) {
            var entry = GElf_Sym()
            var extended: Elf32_Word = 0
            guard let position = Int32(exactly: index),
                gelf_getsymshndx(data, indices, position, &entry, &extended) != nil,
                Int32(entry.st_shndx) != SHN_UNDEF, Int32(entry.st_shndx) != SHN_COMMON,
                let start = file.string(Int(table.header.sh_link), Int(entry.st_name)), start.pointee != 0
            else { continue }
            let kind: Kind
            switch Int32(entry.st_info & 0xF) {
            case STT_FUNC, STT_GNU_IFUNC: kind = .function
            case STT_OBJECT: kind = .object
            case STT_NOTYPE: kind = .label
            default: continue
            }
            let rawName = try names.string(start)
            if kind == .label, let what = MappingSymbol.kind(of: rawName, architecture) {
                mapping.append(MappingSymbol(address: entry.st_value, kind: what))
                continue
            }
            symbols.append(
                Symbol(
                    name: Demangler.demangled(rawName), rawName: rawName,
                    address: architecture == .arm32 && kind == .function && entry.st_value.bit(0)
                        ? entry.st_value - 1 : entry.st_value,
                    size: entry.st_size, kind: kind, binding: Binding(entry.st_info >> 4),
                    sectionIndex: sectionIndex(entry.st_shndx, extended)))
        }
        symbols.sort { $0.address != $1.address ? $0.address < $1.address : $0.isPreferred(to: $1) }
        mapping.sort { $0.address < $1.address }
        return (symbols, mapping)
    }

    private static func sectionIndex(_ index: UInt16, _ extended: UInt32) -> Int? {
        if Int32(index) == SHN_XINDEX { return Int(extended) }
        return Int32(index) < SHN_LORESERVE ? Int(index) : nil
    }
}

extension Symbol.Binding {
    /// From the upper half of `st_info`; bindings of an operating system count as global.
    fileprivate init(_ bits: UInt8) {
        switch Int32(bits) {
        case STB_LOCAL: self = .local
        case STB_WEAK: self = .weak
        default: self = .global
        }
    }
}
