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

    static func all(
        in file: ELFFile, _ bytes: [UInt8], _ segments: [Segment], _ names: inout NameReader
    ) throws(FirmwareError) -> [Section] {
        let namesIndex = file.sectionNamesIndex()
        var sections: [Section] = []
        for (index, _, header) in file.sections() {
            guard index == sections.count + 1 else { throw .malformed(.section(index), "stands in the wrong place") }
            let isNoBits = header.sh_type == UInt32(SHT_NOBITS) || header.sh_type == UInt32(SHT_NULL)
            let isAllocated = header.sh_flags & UInt64(SHF_ALLOC) != 0
            let range = isNoBits
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
                    loadAddress: isAllocated && !isNoBits
                        ? loadAddress(header.sh_addr, header.sh_size, segments) : nil,
                    isCompressed: header.sh_flags & UInt64(SHF_COMPRESSED) != 0, fileRange: range))
        }
        return sections
    }

    /// The flash address of the run address, by the segment whose bytes cover the whole section.
    private static func loadAddress(_ address: UInt64, _ size: UInt64, _ segments: [Segment]) -> UInt64? {
        for segment in segments where address >= segment.virtualAddress && size > 0 {
            let offset = address - segment.virtualAddress
            let available = UInt64(segment.bytes.count)
            if offset < available && size <= available - offset { return segment.physicalAddress + offset }
        }
        return nil
    }
}
