import CLibELF

/// An ELF file in memory, opened by libelf: the one place that makes a libelf handle. It owns a copy of the bytes,
/// since libelf keeps pointers into them. Used from one thread at a time; several may live side by side, because
/// libelf's only global state is its version, which is set once, and an error number per thread.
final class ELFFile {
    let elf: OpaquePointer
    private let memory: UnsafeMutableRawBufferPointer

    /// libelf refuses to work before the version it is used with has been stated.
    private static let isUsable = elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE)

    /// - Returns: nil if libelf does not take the bytes for an ELF file.
    init?(_ bytes: [UInt8]) {
        guard Self.isUsable, !bytes.isEmpty else { return nil }
        // Aligned, so that libelf can use the headers where they are.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        memory.copyBytes(from: bytes)
        guard let start = memory.baseAddress,
            let elf = elf_memory(start.assumingMemoryBound(to: CChar.self), bytes.count)
        else {
            memory.deallocate()
            return nil
        }
        guard elf_kind(elf) == ELF_K_ELF else {
            elf_end(elf)
            memory.deallocate()
            return nil
        }
        self.elf = elf
        self.memory = memory
    }

    deinit {
        elf_end(elf)
        memory.deallocate()
    }

    /// The program headers, in the order of the file.
    func programHeaders() -> [GElf_Phdr] {
        var count = 0
        guard elf_getphdrnum(elf, &count) == 0 else { return [] }
        return (0..<count).compactMap { index in
            var header = GElf_Phdr()
            return gelf_getphdr(elf, Int32(truncatingIfNeeded: index), &header) == nil ? nil : header
        }
    }

    /// The sections but the empty one of index 0, in the order of the file.
    func sections() -> [(index: Int, handle: OpaquePointer, header: GElf_Shdr)] {
        var found: [(index: Int, handle: OpaquePointer, header: GElf_Shdr)] = []
        var next = elf_nextscn(elf, nil)
        while let handle = next {
            var header = GElf_Shdr()
            if gelf_getshdr(handle, &header) != nil {
                found.append((elf_ndxscn(handle), handle, header))
            }
            next = elf_nextscn(elf, handle)
        }
        return found
    }

    /// The index of the section that holds the names of sections.
    func sectionNamesIndex() -> Int? {
        var index = 0
        return elf_getshdrstrndx(elf, &index) == 0 && index != 0 ? index : nil
    }

    /// The string at `offset` in the string table `section`; nil if there is none.
    func string(_ section: Int, _ offset: Int) -> UnsafePointer<CChar>? {
        elf_strptr(elf, section, offset).map { UnsafePointer($0) }
    }

    /// The build ID (note `NT_GNU_BUILD_ID` of owner `GNU`), if the linker wrote one (`--build-id`).
    func buildID() -> [UInt8]? {
        for (_, handle, header) in sections() where header.sh_type == UInt32(SHT_NOTE) {
            guard let data = elf_getdata(handle, nil), let start = data.pointee.d_buf else { continue }
            let bytes = UnsafeRawBufferPointer(start: start, count: data.pointee.d_size)
            var note = GElf_Nhdr()
            var offset = 0
            var name = 0
            var contents = 0
            while case let next = gelf_getnote(data, offset, &note, &name, &contents), next > offset {
                let isGNU = note.n_namesz == 4 && bytes[name..<name + 4].elementsEqual([0x47, 0x4E, 0x55, 0])
                if isGNU && note.n_type == GElf_Word(NT_GNU_BUILD_ID) {
                    return Array(bytes[contents..<contents + Int(note.n_descsz)])
                }
                offset = next
            }
        }
        return nil
    }
}

/// Strings out of a file that may be hostile: many names can share one long string, so all of them together have a
/// limit.
struct NameReader {
    /// Far more than any firmware has; far less than any host has.
    private var remaining = 64 << 20

    init() {}

    /// The string, with control characters (which could upset a terminal) replaced by U+FFFD.
    mutating func string(_ start: UnsafePointer<CChar>) throws(FirmwareError) -> String {
        var length = 0
        while start[length] != 0 {
            length += 1
            guard length < remaining else { throw .malformed(.symbolTable, "has more than 64 MiB of names") }
        }
        remaining -= length + 1
        return cleaned(start)
    }
}

/// The C string, with control characters (which could upset a terminal) replaced by U+FFFD.
func cleaned(_ start: UnsafePointer<CChar>) -> String {
    let text = String(cString: start)
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
    return String(
        String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }))
}
