import CLibELF

/// A part of the program as it lies in memory: a `PT_LOAD` program header. Both address ranges end at or below 2^64.
public struct Segment: Sendable, Equatable {
    /// Its number among all program headers, as readelf counts them, from 0.
    public let index: Int
    /// Where its bytes are flashed (`p_paddr`).
    public let physicalAddress: UInt64
    /// Where the program expects it when it runs (`p_vaddr`).
    public let virtualAddress: UInt64
    /// What is flashed: `p_filesz` bytes. Empty for a segment that only reserves memory.
    public let bytes: [UInt8]
    /// How many bytes it takes when the program runs (`p_memsz`), at least as many as `bytes`. The file may claim
    /// anything here; do not allocate it unseen.
    public let memorySize: UInt64
    public let isReadable: Bool
    public let isWritable: Bool
    public let isExecutable: Bool

    static func all(in file: ELFFile, _ bytes: [UInt8]) throws(FirmwareError) -> [Segment] {
        var segments: [Segment] = []
        var total = 0
        for (index, header) in file.programHeaders().enumerated()
        where header.p_type == UInt32(PT_LOAD) && header.p_memsz > 0 {
            let part = FirmwareError.Part.segment(index)
            guard header.p_filesz <= header.p_memsz else {
                throw .malformed(part, "has more bytes in the file than in memory")
            }
            guard !header.p_paddr.addingReportingOverflow(header.p_memsz - 1).overflow,
                !header.p_vaddr.addingReportingOverflow(header.p_memsz - 1).overflow
            else { throw .malformed(part, "reaches beyond the last address") }
            let contents = try fileRange(part, header.p_offset, header.p_filesz, bytes.count)
            // Many segments that claim the same bytes would multiply a small file.
            total += contents.count
            guard total <= bytes.count else { throw .malformed(part, "claims bytes that another segment has") }
            segments.append(
                Segment(
                    index: index, physicalAddress: header.p_paddr, virtualAddress: header.p_vaddr,
                    bytes: Array(bytes[contents]), memorySize: header.p_memsz,
                    isReadable: header.p_flags & UInt32(PF_R) != 0,
                    isWritable: header.p_flags & UInt32(PF_W) != 0,
                    isExecutable: header.p_flags & UInt32(PF_X) != 0))
        }
        return segments
    }
}

/// The range of a part of the file, if the file has it.
func fileRange(
    _ part: FirmwareError.Part, _ offset: UInt64, _ size: UInt64, _ fileSize: Int
) throws(FirmwareError) -> Range<Int> {
    guard size > 0 else { return 0..<0 }
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow else { throw .malformed(part, "reaches beyond the last 64-bit offset") }
    guard end <= UInt64(fileSize) else { throw .truncated(part, end: end, size: fileSize) }
    return Int(offset)..<Int(end)
}
