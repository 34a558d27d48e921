import Bits

/// The ELF header, read by hand: it must be judged before libelf may trust what it says.
/// Names and offsets as in the gABI, chapter 4, "ELF Header".
struct ELFHeader {
    let is64Bit: Bool
    let entry: UInt64
    private let programHeaders: UInt64
    private let programHeaderSize: UInt16
    private let programHeaderCount: UInt16
    private let sectionHeaders: UInt64
    private let sectionHeaderSize: UInt16
    private let sectionHeaderCount: UInt16
    private let size: Int

    /// More program headers than `e_phnum` can say (`PN_XNUM`).
    private static let manyProgramHeaders: UInt16 = 0xFFFF

    init(_ file: [UInt8], expecting expected: Architecture) throws(FirmwareError) {
        guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            throw .notELF(FirmwareError.OtherForm(firstBytes: file.prefix(8)))
        }
        // Up to e_machine the layout does not depend on the class.
        guard file.count >= 20 else { throw .truncated(.header, end: 20, size: file.count) }
        guard file[4] == 1 || file[4] == 2 else { throw .malformed(.header, "names no known class (EI_CLASS)") }
        guard file[5] == 1 || file[5] == 2 else { throw .malformed(.header, "names no known byte order (EI_DATA)") }
        let isBigEndian = file[5] == 2
        let is64Bit = file[4] == 2

        func field(_ offset: Int, _ count: Int) -> UInt64 {
            let bytes = file[offset..<offset + count]
            return isBigEndian
                ? bytes.reduce(0) { $0 << 8 | UInt64($1) }
                : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        func half(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: field(offset, 2)) }

        let machine = half(18)
        guard machine == expected.elfMachine else {
            throw .otherArchitecture(machine: machine, is64Bit: is64Bit, expected: expected)
        }
        guard is64Bit == expected.is64Bit else { throw .otherWidth(is64Bit: is64Bit, expected: expected) }
        guard !isBigEndian else { throw .bigEndian(expected: expected) }
        switch half(16) {
        case 1: throw .relocatable
        case 2: break
        case 3: throw .sharedObject
        case let type: throw .notExecutable(type: type)
        }
        let headerSize = is64Bit ? 64 : 52
        guard file.count >= headerSize else {
            throw .truncated(.header, end: UInt64(headerSize), size: file.count)
        }
        self.is64Bit = is64Bit
        size = file.count
        entry = is64Bit ? field(24, 8) : field(24, 4)
        programHeaders = is64Bit ? field(32, 8) : field(28, 4)
        sectionHeaders = is64Bit ? field(40, 8) : field(32, 4)
        let counts = is64Bit ? 54 : 42
        programHeaderSize = half(counts)
        programHeaderCount = half(counts + 2)
        sectionHeaderSize = half(counts + 4)
        sectionHeaderCount = half(counts + 6)
        try checkTables()
    }

    /// Both tables must lie in the file: libelf would quietly take what is left of them.
    private func checkTables() throws(FirmwareError) {
        if programHeaderCount != 0 {
            guard programHeaderSize == (is64Bit ? 56 : 32) else {
                throw .malformed(.programHeaders, "has entries of \(programHeaderSize) bytes")
            }
            guard programHeaderCount != Self.manyProgramHeaders else {
                throw .malformed(.programHeaders, "has more than 65534 entries")
            }
            let end = try end(
                of: .programHeaders, from: programHeaders,
                count: UInt64(programHeaderCount) * UInt64(programHeaderSize))
            guard end <= size else { throw .truncated(.programHeaders, end: end, size: size) }
        }
        if sectionHeaders != 0 {
            guard sectionHeaderSize == (is64Bit ? 64 : 40) else {
                throw .malformed(.sectionHeaders, "has entries of \(sectionHeaderSize) bytes")
            }
            // Zero says that the number stands in the first entry, which must then be there.
            let count = UInt64(max(sectionHeaderCount, 1))
            let end = try end(
                of: .sectionHeaders, from: sectionHeaders, count: count * UInt64(sectionHeaderSize))
            guard end <= size else { throw .truncated(.sectionHeaders, end: end, size: size) }
        }
    }

    private func end(
        of part: FirmwareError.Part, from start: UInt64, count: UInt64
    ) throws(FirmwareError) -> UInt64 {
        let (end, overflow) = start.addingReportingOverflow(count)
        guard !overflow else { throw .malformed(part, "reaches beyond the last 64-bit offset") }
        return end
    }
}
