import CLibDW

/// The functions of one compilation unit, and those inlined into them. Valid as long as its `DebugInformation`.
final class DebugUnit {
    /// A function, or the body of one that was inlined.
    private struct Scope {
        let die: Dwarf_Die
        let isInlined: Bool
        /// The place in `scopes` of what it lies in.
        let parent: Int?
        let ranges: [Range<UInt64>]
    }

    private let information: DebugInformation
    private var die: Dwarf_Die
    /// Outer before inner.
    private var scopes: [Scope] = []
    private var innermost = IntervalMap([])

    init(_ die: Dwarf_Die, of information: DebugInformation, _ budget: inout Int) {
        self.die = die
        self.information = information
        readScopes(&budget)
    }

    /// Innermost first.
    func frames(at address: UInt64) -> [SourceFrame] {
        var file: String?
        var line: Int?
        if let row = dwarf_getsrc_die(&die, address) {
            file = dwarf_linesrc(row, nil, nil).map(path)
            var number: Int32 = 0
            if dwarf_lineno(row, &number) == 0, number > 0 { line = Int(number) }
        }
        var frames: [SourceFrame] = []
        var place = innermost[address]
        while let index = place {
            let scope = scopes[index]
            frames.append(SourceFrame(function: Self.name(of: scope.die), file: file, line: line))
            guard scope.isInlined else { break }
            (file, line) = callSite(of: scope.die)
            place = scope.parent
        }
        if frames.isEmpty && (file != nil || line != nil) {
            frames.append(SourceFrame(function: nil, file: file, line: line))
        }
        return frames
    }

    /// Outermost first.
    func inlinedFunctions(in function: Range<UInt64>) -> [InlinedFunction] {
        scopes.filter { $0.isInlined && $0.ranges.allSatisfy { $0.clamped(to: function) == $0 } }.compactMap { scope in
            guard let name = Self.name(of: scope.die), let first = scope.ranges.map(\.lowerBound).min() else {
                return nil
            }
            var die = scope.die
            var entry: Dwarf_Addr = 0
            let isKnown = dwarf_entrypc(&die, &entry) == 0 && scope.ranges.contains { $0.contains(entry) }
            let start = isKnown ? entry : first
            return InlinedFunction(
                name: name, entry: start, ranges: scope.ranges,
                argumentRegisters: Self.argumentRegisters(of: scope.die, at: start))
        }
    }

    func lineStarts(in function: Range<UInt64>) -> [UInt64] {
        var lines: OpaquePointer?
        var count = 0
        guard dwarf_getsrclines(&die, &lines, &count) == 0, let lines else { return [] }
        let addresses = (0..<count).compactMap { index -> UInt64? in
            var address: Dwarf_Addr = 0
            guard let line = dwarf_onesrcline(lines, index), dwarf_lineaddr(line, &address) == 0 else { return nil }
            return function.contains(address) ? address : nil
        }
        return Set(addresses).sorted()
    }

    /// By name, the general registers that a function's arguments lie in at an address, of those that lie in one.
    private static func argumentRegisters(of die: Dwarf_Die, at address: UInt64) -> [String: Int] {
        var die = die
        var child = Dwarf_Die()
        var registers: [String: Int] = [:]
        var status = dwarf_child(&die, &child)
        while status == 0, Int(dwarf_tag(&child)) == DW_TAG_formal_parameter, registers.count < 16 {
            var location = Dwarf_Attribute()
            var expression: UnsafeMutablePointer<Dwarf_Op>?
            var length = 0
            if let name = dwarf_diename(&child), dwarf_attr(&child, UInt32(DW_AT_location), &location) != nil,
                dwarf_getlocation_addr(&location, address, &expression, &length, 1) == 1, length == 1,
                let atom = expression.map({ Int($0.pointee.atom) }), (DW_OP_reg0...DW_OP_reg31).contains(atom)
            {
                registers[cleaned(name)] = atom - DW_OP_reg0
            }
            var next = Dwarf_Die()
            status = dwarf_siblingof(&child, &next)
            child = next
        }
        return registers
    }

    /// Deeper than any compiler nests.
    private static let depthLimit = 100

    private func readScopes(_ budget: inout Int) {
        var intervals: [IntervalMap.Interval] = []
        defer { innermost = IntervalMap(intervals) }
        // The way from the unit down to here, with the scope that each entry on it lies in.
        var path: [(die: Dwarf_Die, scope: Int?)] = []
        var scope: Int?
        var current = Dwarf_Die()
        var parent = die
        guard dwarf_child(&parent, &current) == 0 else { return }
        var isDone = false
        while !isDone && budget > 0 {
            budget -= 1
            let tag = Int(dwarf_tag(&current))
            let outer = scope
            if tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine {
                let ranges = Self.ranges(of: current, &budget)
                if !ranges.isEmpty {
                    scope = scopes.count
                    scopes.append(
                        Scope(
                            die: current, isInlined: tag == DW_TAG_inlined_subroutine, parent: outer, ranges: ranges))
                }
                intervals += ranges.map { .init(low: $0.lowerBound, high: $0.upperBound, value: scopes.count - 1) }
            }
            var next = Dwarf_Die()
            if !Self.isType(tag), path.count < Self.depthLimit, dwarf_child(&current, &next) == 0 {
                path.append((current, outer))
                current = next
                continue
            }
            scope = outer
            while dwarf_siblingof(&current, &next) != 0 {
                guard let up = path.popLast() else {
                    isDone = true
                    break
                }
                (current, scope) = up
            }
            current = next
        }
    }

    /// Types have children, but no code among them.
    private static func isType(_ tag: Int) -> Bool {
        switch tag {
        case DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type, DW_TAG_enumeration_type,
            DW_TAG_array_type, DW_TAG_subroutine_type:
            true
        default: false
        }
    }

    /// The linker's name, demangled, or else the name in the source.
    private static func name(of die: Dwarf_Die) -> String? {
        var die = die
        for attribute in [DW_AT_linkage_name, DW_AT_MIPS_linkage_name] {
            var value = Dwarf_Attribute()
            if dwarf_attr_integrate(&die, UInt32(attribute), &value) != nil, let text = dwarf_formstring(&value) {
                return Demangler.demangled(cleaned(text))
            }
        }
        return dwarf_diename(&die).map(cleaned)
    }

    /// Where an inlined function was called.
    private func callSite(of die: Dwarf_Die) -> (file: String?, line: Int?) {
        let line = Self.number(DW_AT_call_line, of: die).flatMap { Int(exactly: $0) }
        var files: OpaquePointer?
        var count = 0
        guard let index = Self.number(DW_AT_call_file, of: die),
            dwarf_getsrcfiles(&self.die, &files, &count) == 0, let files, index < UInt64(count)
        else { return (nil, line) }
        return (dwarf_filesrc(files, Int(index), nil, nil).map(path), line)
    }

    /// A relative path is completed by the directory that the compiler ran in, where the unit names one.
    private func path(_ name: UnsafePointer<CChar>) -> String {
        let name = cleaned(name)
        var value = Dwarf_Attribute()
        guard !name.hasPrefix("/"), dwarf_attr(&die, UInt32(DW_AT_comp_dir), &value) != nil,
            let directory = dwarf_formstring(&value).map(cleaned), !directory.isEmpty, !name.hasPrefix(directory + "/")
        else { return name }
        return directory + "/" + name
    }

    private static func number(_ attribute: Int, of die: Dwarf_Die) -> UInt64? {
        var die = die
        var value = Dwarf_Attribute()
        var number: Dwarf_Word = 0
        guard dwarf_attr(&die, UInt32(attribute), &value) != nil, dwarf_formudata(&value, &number) == 0 else {
            return nil
        }
        return number
    }

    /// The address ranges of a unit or function that hold code. The linker leaves ranges of removed code empty.
    static func ranges(of die: Dwarf_Die, _ budget: inout Int) -> [Range<UInt64>] {
        var die = die
        var found: [Range<UInt64>] = []
        var base: Dwarf_Addr = 0
        var low: Dwarf_Addr = 0
        var high: Dwarf_Addr = 0
        var offset = 0
        while budget > 0 {
            offset = dwarf_ranges(&die, offset, &base, &low, &high)
            guard offset > 0 else { break }
            budget -= 1
            if low < high { found.append(low..<high) }
        }
        return found
    }

    /// Whether the unit's abbreviations are short enough to be honest. libdw walks the whole abbreviation for each
    /// entry, so that a small file could keep it busy for hours. A compiler's has some twenty attributes.
    static func hasPlainAbbreviations(_ die: Dwarf_Die) -> Bool {
        var die = die
        var offset: Dwarf_Off = 0
        var length = 0
        // DWARF_END_ABBREV, a pointer of value -1, marks the end of the table.
        while let found = dwarf_getabbrev(&die, offset, &length), Int(bitPattern: found) != -1 {
            guard length > 0, length <= 1024 else { return false }
            offset += Dwarf_Off(length)
        }
        return true
    }
}
