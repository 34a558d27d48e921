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

    /// Disjoint and sorted: which function is the innermost at each address.
    private var pieces: [Piece] = []

    private struct Piece {
        let low: UInt64
        let high: UInt64
        let function: Int
    }

    /// Functions are the symbols of that type, and in addition, for assembly code that declares nothing, the global
    /// labels that stand before instructions outside every function whose size is known. Where a size is not known
    /// the function goes on to the next symbol that could begin something, or to the end of its section.
    public init(_ image: FirmwareImage) {
        let sized = Spans(
            image.symbols.filter { $0.kind == .function && $0.size > 0 }.map { ($0.address, $0.address &+ $0.size) })
        let candidates = image.symbols.filter { symbol in
            guard let section = symbol.sectionIndex.flatMap(image.section(index:)), section.contains(symbol.address)
            else { return false }
            switch symbol.kind {
            case .function: return true
            case .object: return false
            case .label:
                return symbol.binding != .local && section.isExecutable && !sized.contains(symbol.address)
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
        pieces = Self.pieces(of: functions)
    }

    /// The innermost function at that address (without Thumb bit); nil outside every function.
    public func function(at address: UInt64) -> Function? {
        index(at: address).map { functions[$0] }
    }

    /// The place in `functions` of the innermost function at that address; nil outside every function.
    public func index(at address: UInt64) -> Int? {
        let after = pieces.partitionPoint { $0.low > address }
        guard after > 0, address < pieces[after - 1].high else { return nil }
        return pieces[after - 1].function
    }

    /// The function of that name, as written or as the file has it.
    public func function(named name: String) -> Function? {
        functions.first { $0.name == name || $0.rawName == name } ?? functions.first { $0.aliases.contains(name) }
    }

    /// Cuts overlapping functions into pieces: a function that begins within another hides it until it ends.
    private static func pieces(of functions: [Function]) -> [Piece] {
        var pieces: [Piece] = []
        var open: [Int] = []
        var position: UInt64 = 0
        func advance(to address: UInt64) {
            while let innermost = open.last {
                let end = min(functions[innermost].high, address)
                if position < end {
                    pieces.append(Piece(low: position, high: end, function: innermost))
                    position = end
                }
                guard functions[innermost].high <= address else { return }
                open.removeLast()
            }
        }
        for (index, function) in functions.enumerated() {
            advance(to: function.low)
            position = function.low
            open.append(index)
        }
        advance(to: .max)
        return pieces
    }
}

extension FirmwareImage {
    /// Whether instructions lie at the address, by the mapping symbols; without any, yes.
    func isCode(_ address: UInt64) -> Bool {
        let after = mappingSymbols.partitionPoint { $0.address > address }
        return after == 0 || mappingSymbols[after - 1].kind != .data
    }
}

/// A set of addresses, given as ranges that may overlap.
private struct Spans {
    private let lows: [UInt64]
    /// The greatest end among the ranges up to this one.
    private var highs: [UInt64] = []

    init(_ ranges: [(low: UInt64, high: UInt64)]) {
        let sorted = ranges.sorted { $0.low < $1.low }
        lows = sorted.map(\.low)
        for range in sorted { highs.append(max(highs.last ?? 0, range.high)) }
    }

    func contains(_ address: UInt64) -> Bool {
        let after = lows.partitionPoint { $0 > address }
        return after > 0 && address < highs[after - 1]
    }
}

extension Array {
    /// The first index whose element `isBeyond`, in an array where all such elements come last.
    func partitionPoint(_ isBeyond: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
