/// A linked program, read from the bytes of its ELF file. A plain value: nothing of libelf stays behind it.
public struct FirmwareImage: Sendable {
    /// What the program is for.
    public let architecture: Architecture
    /// `e_entry` as in the file; on Arm, bit 0 says Thumb.
    public let entry: UInt64
    /// Every `PT_LOAD` segment that takes memory, in the order of the file.
    public let segments: [Segment]
    /// Every section, in the order of the file; the empty one of index 0 is left out.
    public let sections: [Section]
    /// Every defined symbol with a name, sorted by address, the best name of an address first.
    public let symbols: [Symbol]
    /// Where code of each kind and data begin (`$t`, `$a`, `$d`, `$x`), sorted by address.
    public let mappingSymbols: [MappingSymbol]
    /// The linker's build ID, if there is one.
    public let buildID: [UInt8]?
    /// The file.
    public let bytes: [UInt8]

    public var is64Bit: Bool { architecture.is64Bit }

    /// SHA-256 of the file, 64 lower-case hexadecimal digits. Computed on each call.
    public var sha256: String { SHA256.hexDigest(of: bytes) }

    /// The segments a flasher would write: those with bytes in the file.
    public var loadableSegments: [Segment] { segments.filter { !$0.bytes.isEmpty } }

    /// Reads an ELF executable.
    ///
    /// - Parameters:
    ///   - bytes: The whole file. It may be hostile: every size is checked against the file before it is used.
    ///   - expected: What the program must be for.
    public static func load(
        bytes: [UInt8], expecting expected: Architecture = .arm32
    ) throws(FirmwareError) -> FirmwareImage {
        let header = try ELFHeader(bytes, expecting: expected)
        guard let file = ELFFile(bytes) else { throw .malformed(.header, "is not accepted by libelf") }
        let segments = try Segment.all(in: file, bytes)
        guard segments.contains(where: { !$0.bytes.isEmpty }) else { throw .noLoadableSegments }
        var names = NameReader()
        let sections = try Section.all(in: file, bytes, segments, &names)
        let (symbols, mappingSymbols) = try Symbol.all(in: file, expected, &names)
        return FirmwareImage(
            architecture: expected, entry: header.entry, segments: segments, sections: sections, symbols: symbols,
            mappingSymbols: mappingSymbols, buildID: file.buildID(), bytes: bytes)
    }

    /// A program as bare bytes, without symbols, that begins with its first byte.
    ///
    /// - Parameter address: where it goes in memory, and where it runs.
    public static func raw(_ bytes: [UInt8], at address: UInt64, for architecture: Architecture) -> FirmwareImage {
        let segment = Segment(
            index: 0, physicalAddress: address, virtualAddress: address, bytes: bytes, memorySize: UInt64(bytes.count),
            isReadable: true, isWritable: true, isExecutable: true)
        return FirmwareImage(
            architecture: architecture, entry: address, segments: [segment], sections: [], symbols: [],
            mappingSymbols: [], buildID: nil, bytes: bytes)
    }

    /// The first section of that name.
    public func section(named name: String) -> Section? {
        sections.first { $0.name == name }
    }

    /// The section with that index in the file, as `Symbol.sectionIndex` has it.
    public func section(index: Int) -> Section? {
        // The index follows from the place: Section.all leaves none out.
        sections.indices.contains(index - 1) ? sections[index - 1] : nil
    }

    /// The bytes a section has in the file; none for `.bss` and its like.
    public func contents(of section: Section) -> ArraySlice<UInt8> {
        bytes[section.fileRange]
    }

    /// The first address, in the order of the segments, at which a segment lies outside `ranges`: with its bytes
    /// where they are loaded, or with its memory where the program runs.
    ///
    /// - Parameter ranges: The chip's memories, aliases among them; they may touch and overlap.
    public func misfit(in ranges: [ClosedRange<UInt64>]) -> (segment: Segment, address: UInt64)? {
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        func firstOutside(_ start: UInt64, _ size: UInt64) -> UInt64? {
            guard size > 0 else { return nil }
            let last = start + (size - 1)
            var next = start
            for range in sorted where range.contains(next) {
                if range.upperBound >= last { return nil }
                next = range.upperBound + 1
            }
            return next
        }
        for segment in segments {
            if let address = firstOutside(segment.physicalAddress, UInt64(segment.bytes.count))
                ?? firstOutside(segment.virtualAddress, segment.memorySize)
            {
                return (segment, address)
            }
        }
        return nil
    }
}
