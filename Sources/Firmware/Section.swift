import CLibELF

/// A section of the program.
public struct Section: Sendable, Equatable {
    /// Its number in the file, as readelf counts, from 1.
    public let index: Int
    public let name: String
    /// Where it lies when the program runs (`sh_addr`); 0 if it takes no memory.
    public let address: UInt64
    /// Bytes (`sh_size`). Of a section without bytes in the file this may be any number.
    public let size: UInt64
    /// `sh_type`; the gABI names the values.
    public let type: UInt32
    /// Takes memory when the program runs (`SHF_ALLOC`).
    public let isAllocated: Bool
    /// `SHF_WRITE`.
    public let isWritable: Bool
    /// `SHF_EXECINSTR`.
    public let isExecutable: Bool
    /// Has no bytes in the file (`SHT_NOBITS`), as `.bss`.
    public let isNoBits: Bool
    /// Where its bytes are flashed; nil if it has none or no segment carries them.
    public let loadAddress: UInt64?
    /// Whether its bytes in the file are compressed (`SHF_COMPRESSED`).
    let isCompressed: Bool
    /// Where its bytes are in the file.
    let fileRange: Range<Int>

    /// Whether the address lies in it when the program runs.
    public func contains(_ address: UInt64) -> Bool {
        isAllocated && address >= self.address && address - self.address < size
    }

    /// One beyond the last address.
    public var end: UInt64 {
        let (end, overflow) = address.addingReportingOverflow(size)
        return overflow ? .max : end
    }

    static func all(
        in file: ELFFile, _ bytes: [UInt8], _ segments: [Segment], _ names: inout NameReader
    ) throws(FirmwareError) -> [Section] {
        let namesIndex = file.sectionNamesIndex()
        let loaded = IntervalMap(
            segments.indices.map { index in
                let (segment, start) = (segments[index], segments[index].virtualAddress)
                let (end, overflow) = start.addingReportingOverflow(UInt64(segment.bytes.count))
                return .init(low: start, high: overflow ? .max : end, value: index)
            })
        func loadAddress(_ header: GElf_Shdr) -> UInt64? {
            guard header.sh_size > 0, let segment = loaded[header.sh_addr].map({ segments[$0] }) else { return nil }
            let offset = header.sh_addr - segment.virtualAddress
            return header.sh_size <= UInt64(segment.bytes.count) - offset ? segment.physicalAddress + offset : nil
        }
        var sections: [Section] = []
        for (index, _, header) in file.sections() {
            guard index == sections.count + 1 else { throw .malformed(.section(index), "stands in the wrong place") }
            let isNoBits = header.sh_type == UInt32(SHT_NOBITS) || header.sh_type == UInt32(SHT_NULL)
            let isAllocated = header.sh_flags & UInt64(SHF_ALLOC) != 0
            let range =
                isNoBits
                ? 0..<0 : try Firmware.fileRange(.section(index), header.sh_offset, header.sh_size, bytes.count)
            var name = ""
            if let namesIndex, let start = file.string(namesIndex, Int(header.sh_name)) {
                name = try names.string(start)
            }
            sections.append(
                Section(
                    index: index, name: name, address: header.sh_addr, size: header.sh_size,
                    type: header.sh_type, isAllocated: isAllocated,
                    isWritable: header.sh_flags & UInt64(SHF_WRITE) != 0,
                    isExecutable: header.sh_flags & UInt64(SHF_EXECINSTR) != 0, isNoBits: isNoBits,
                    loadAddress: isAllocated && !isNoBits ? loadAddress(header) : nil,
                    isCompressed: header.sh_flags & UInt64(SHF_COMPRESSED) != 0, fileRange: range))
        }
        return sections
    }
}
