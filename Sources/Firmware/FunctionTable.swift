/// Which function an address belongs to.
public struct FunctionTable: Sendable {
    /// One function of the program; names of the same address are one function.
    public struct Function: Sendable, Equatable {
        /// The preferred name, demangled: of a function before that of a label, global before weak before local, then
        /// the shorter, then the alphabet.
        public let name: String
        /// The preferred name as the file has it.
        public let rawName: String
        /// The other names of this address, demangled, in order of preference.
        public let aliases: [String]
        /// The first address.
        public let low: UInt64
        /// One beyond the last address.
        public let high: UInt64
    }

    /// Sorted by `low`. They overlap only where the program says so, as for a second entry within a routine.
    public let functions: [Function]

    private let innermost: IntervalMap

    /// Functions are the symbols of that type, and in addition, for assembly code that declares nothing, the global
    /// labels that stand before instructions outside every function whose size is known. Where a size is not known
    /// the function goes on to the next symbol that could begin something, or to the end of its section.
    public init(_ image: FirmwareImage) {
        let sized = IntervalMap(
            image.symbols.filter { $0.kind == .function && $0.size > 0 }.map { symbol in
                IntervalMap.Interval(low: symbol.address, high: symbol.end, value: 0)
            })
        let candidates = image.symbols.filter { symbol in
            guard let section = symbol.sectionIndex.flatMap(image.section(index:)), section.contains(symbol.address)
            else { return false }
            switch symbol.kind {
            case .function: return true
            case .object: return false
            case .label:
                return symbol.binding != .local && section.isExecutable && sized[symbol.address] == nil
                    && image.isCode(symbol.address)
            }
        }
        // The symbols are sorted by address, the preferred one of each address first.
        let boundaries = image.symbols.filter {
            // Absolute values, such as the size of the heap, are no addresses.
            $0.sectionIndex != nil && ($0.kind != .label || $0.binding != .local)
        }.map(\.address)
        var functions: [Function] = []
        var start = 0
        while start < candidates.count {
            let first = candidates[start]
            let end = candidates[start...].firstIndex { $0.address != first.address } ?? candidates.count
            let group = candidates[start..<end]
            start = end
            guard let section = first.sectionIndex.flatMap(image.section(index:)) else { continue }
            let available = section.size - (first.address - section.address)
            let size: UInt64
            if let stated = group.map(\.size).max(), stated > 0 {
                size = min(stated, available)
            } else {
                let next = boundaries.partitionPoint { $0 > first.address }
                size = next < boundaries.count ? min(boundaries[next] - first.address, available) : available
            }
            let (high, overflow) = first.address.addingReportingOverflow(size)
            functions.append(
                Function(
                    name: first.name, rawName: first.rawName, aliases: group.dropFirst().map(\.name),
                    low: first.address, high: overflow ? .max : high))
        }
        self.functions = functions
        innermost = IntervalMap(
            functions.enumerated().map { index, function in
                IntervalMap.Interval(low: function.low, high: function.high, value: index)
            })
    }

    /// The innermost function at that address (without Thumb bit); nil outside every function.
    public func function(at address: UInt64) -> Function? {
        index(at: address).map { functions[$0] }
    }

    /// The place in `functions` of the innermost function at that address; nil outside every function.
    public func index(at address: UInt64) -> Int? {
        innermost[address]
    }

    /// The function of that name, as written or as the file has it.
    public func function(named name: String) -> Function? {
        functions.first { $0.name == name || $0.rawName == name } ?? functions.first { $0.aliases.contains(name) }
    }
}

extension FirmwareImage {
    /// Whether instructions lie at the address, by the mapping symbols; without any, yes.
    func isCode(_ address: UInt64) -> Bool {
        let after = mappingSymbols.partitionPoint { $0.address > address }
        return after == 0 || mappingSymbols[after - 1].kind != .data
    }
}
