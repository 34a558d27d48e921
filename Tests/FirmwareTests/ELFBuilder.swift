import Firmware

/// Writes small ELF files, field by field as the gABI's chapter 4 lists them.
struct ELFBuilder {
    struct Program {
        var type: UInt32 = 1
        var bytes: [UInt8] = []
        var virtual: UInt64 = 0x0800_0000
        var physical: UInt64?
        var memorySize: UInt64?
        var flags: UInt32 = 5
    }

    struct Section {
        var name: String
        var type: UInt32 = 1
        var flags: UInt64 = 0
        var address: UInt64 = 0
        var bytes: [UInt8] = []
        /// For SHT_NOBITS.
        var size: UInt64?
        var link: UInt32 = 0
    }

    struct Name {
        var name: String
        var value: UInt64
        var size: UInt64 = 0
        /// Binding (0 local, 1 global, 2 weak) times 16, plus type (0 none, 1 object, 2 function).
        var info: UInt8 = 0x12
        var section: UInt16 = 1
    }

    var is64Bit = false
    var isBigEndian = false
    var machine: UInt16 = 40
    var type: UInt16 = 2
    var entry: UInt64 = 0x0800_0001
    var programs: [Program] = []
    var sections: [Section] = []
    var names: [Name] = []

    /// One segment of `count` bytes at the start of flash, and a section `.text` over it.
    static func code(_ count: Int, at address: UInt64 = 0x0800_0000, names: [Name] = []) -> ELFBuilder {
        let bytes = [UInt8](repeating: 0, count: count)
        return ELFBuilder(
            programs: [Program(bytes: bytes, virtual: address)],
            sections: [Section(name: ".text", flags: 6, address: address, bytes: bytes)], names: names)
    }

    func bytes() -> [UInt8] {
        var sections = sections
        if !names.isEmpty {
            var strings: [UInt8] = [0]
            var table = symbol(nameOffset: 0, Name(name: "", value: 0, info: 0, section: 0))
            for name in names {
                table += symbol(nameOffset: strings.count, name)
                strings += Array(name.name.utf8) + [0]
            }
            sections.append(Section(name: ".symtab", type: 2, bytes: table, link: UInt32(sections.count + 2)))
            sections.append(Section(name: ".strtab", type: 3, bytes: strings))
        }
        var sectionNames: [UInt8] = [0]
        var nameOffsets: [Int] = []
        if !sections.isEmpty { sections.append(Section(name: ".shstrtab", type: 3)) }
        for section in sections {
            nameOffsets.append(sectionNames.count)
            sectionNames += Array(section.name.utf8) + [0]
        }
        if !sections.isEmpty { sections[sections.count - 1].bytes = sectionNames }

        let headerSize = is64Bit ? 64 : 52
        let entrySize = is64Bit ? 56 : 32
        var contents: [UInt8] = []
        let contentsStart = headerSize + programs.count * entrySize
        var programHeaders: [UInt8] = []
        for program in programs {
            programHeaders += programHeader(program, offset: contentsStart + contents.count)
            contents += program.bytes
        }
        var sectionHeaders = [UInt8](repeating: 0, count: sections.isEmpty ? 0 : is64Bit ? 64 : 40)
        for (section, nameOffset) in zip(sections, nameOffsets) {
            sectionHeaders += sectionHeader(section, nameOffset, offset: contentsStart + contents.count)
            contents += section.bytes
        }
        let sectionStart = contentsStart + contents.count

        var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, is64Bit ? 2 : 1, isBigEndian ? 2 : 1, 1]
        file += [UInt8](repeating: 0, count: 9)
        file += half(type) + half(machine) + word(1) + address(entry)
        file += address(programs.isEmpty ? 0 : UInt64(headerSize))
        file += address(sections.isEmpty ? 0 : UInt64(sectionStart))
        file += word(0) + half(UInt16(headerSize)) + half(UInt16(entrySize)) + half(UInt16(programs.count))
        file += half(is64Bit ? 64 : 40) + half(UInt16(sections.isEmpty ? 0 : sections.count + 1))
        file += half(UInt16(sections.count))
        return file + programHeaders + contents + sectionHeaders
    }

    private func programHeader(_ program: Program, offset: Int) -> [UInt8] {
        let size = UInt64(program.bytes.count)
        let places = address(UInt64(offset)) + address(program.virtual) + address(program.physical ?? program.virtual)
        let sizes = address(size) + address(program.memorySize ?? size)
        return is64Bit
            ? word(program.type) + word(program.flags) + places + sizes + address(4)
            : word(program.type) + places + sizes + word(program.flags) + word(4)
    }

    private func sectionHeader(_ section: Section, _ name: Int, offset: Int) -> [UInt8] {
        let size = section.size ?? UInt64(section.bytes.count)
        let entrySize: UInt64 = section.type == 2 ? (is64Bit ? 24 : 16) : 0
        return word(UInt32(name)) + word(section.type) + address(section.flags) + address(section.address)
            + address(UInt64(offset)) + address(size) + word(section.link) + word(0) + address(1) + address(entrySize)
    }

    private func symbol(nameOffset: Int, _ name: Name) -> [UInt8] {
        let place = [name.info, 0] + half(name.section)
        return is64Bit
            ? word(UInt32(nameOffset)) + place + address(name.value) + address(name.size)
            : word(UInt32(nameOffset)) + address(name.value) + address(name.size) + place
    }

    private func half(_ value: UInt16) -> [UInt8] { number(UInt64(value), 2) }
    private func word(_ value: UInt32) -> [UInt8] { number(UInt64(value), 4) }
    private func address(_ value: UInt64) -> [UInt8] { number(value, is64Bit ? 8 : 4) }

    private func number(_ value: UInt64, _ count: Int) -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        return isBigEndian ? bytes.reversed() : bytes
    }
}
