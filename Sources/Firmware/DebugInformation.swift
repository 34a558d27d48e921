import CLibDW
import CLibELF

/// The compilation units of a program and the addresses each covers. Owns the libdw handle.
final class DebugInformation {
    private let file: ELFFile
    private let dwarf: OpaquePointer
    private var units: [Dwarf_Die] = []
    private var unitOfAddress = IntervalMap([])
    /// How many more entries may be read. An honest file needs fewer than it has bytes; a hostile one can make
    /// many units point at the same long lists.
    private var budget: Int

    /// - Returns: nil if there is no debug information that can be read safely.
    init?(_ image: FirmwareImage) {
        guard Self.isSafe(image), let file = ELFFile(image.bytes),
            let dwarf = dwarf_begin_elf(file.elf, DWARF_C_READ, nil)
        else { return nil }
        self.file = file
        self.dwarf = dwarf
        budget = 4 * image.bytes.count
        readUnits()
    }

    deinit {
        // Before the ELF handle it reads from, which ends with `file`.
        dwarf_end(dwarf)
    }

    var hasRanges: Bool { !unitOfAddress.isEmpty }

    /// The unit that covers the address; of several, the one whose range begins last.
    func unit(at address: UInt64) -> Int? { unitOfAddress[address] }

    func load(_ index: Int) -> DebugUnit {
        DebugUnit(units[index], of: self, &budget)
    }

    private func readUnits() {
        var unit: OpaquePointer?
        var next: OpaquePointer?
        var kind: UInt8 = 0
        var die = Dwarf_Die()
        var ranges: [IntervalMap.Interval] = []
        while dwarf_get_units(dwarf, unit, &next, nil, &kind, &die, nil) == 0, let found = next {
            unit = found
            // Skeletons (DW_UT_skeleton, -gsplit-dwarf) name files that libdw would open; types have no code.
            guard kind == UInt8(DW_UT_compile), Int(dwarf_tag(&die)) == DW_TAG_compile_unit,
                DebugUnit.hasPlainAbbreviations(die)
            else { continue }
            units.append(die)
            for range in DebugUnit.ranges(of: die, &budget) {
                ranges.append(.init(low: range.lowerBound, high: range.upperBound, value: units.count - 1))
            }
        }
        unitOfAddress = IntervalMap(ranges)
    }

    /// Compressed sections are expanded in memory, at most this far (bytes).
    private static let expansionLimit: UInt64 = 256 << 20

    /// Keeps libdw from opening other files, and from memory that only the file's claim asks for.
    private static func isSafe(_ image: FirmwareImage) -> Bool {
        var expanded: UInt64 = 0
        for section in image.sections
        where section.name.hasPrefix(".debug") || section.name.hasPrefix(".zdebug")
            || section.name == ".gnu_debugaltlink"
        {
            if section.name == ".gnu_debugaltlink" || section.name == ".debug_sup" { return false }
            let start = image.contents(of: section).prefix(24)
            var claim: UInt64 = 0
            if section.name.hasPrefix(".zdebug") {
                // "ZLIB" and the size as eight big-endian bytes.
                claim = start.dropFirst(4).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            } else if section.isCompressed {
                // Elf32_Chdr.ch_size at 4, Elf64_Chdr.ch_size at 8.
                claim = start.dropFirst(image.is64Bit ? 8 : 4).prefix(image.is64Bit ? 8 : 4).reversed()
                    .reduce(0) { $0 << 8 | UInt64($1) }
            }
            guard claim <= expansionLimit else { return false }
            expanded += claim
            guard expanded <= expansionLimit else { return false }
        }
        return true
    }
}
