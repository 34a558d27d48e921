/// The symbols of a program, found by name or by address.
public struct SymbolTable: Sendable {
    /// Sorted by address, the preferred name of an address first.
    public let symbols: [Symbol]
    private var byName: [String: Int] = [:]
    /// The places in `symbols` of those with a size.
    private let sized: [Int]
    /// The greatest end among the sized symbols up to this one.
    private var ends: [UInt64] = []

    public init(_ image: FirmwareImage) {
        symbols = image.symbols
        sized = symbols.indices.filter { image.symbols[$0].size > 0 }
        for (index, symbol) in symbols.enumerated() {
            for name in [symbol.rawName, symbol.name] {
                if let known = byName[name], !symbol.isPreferred(to: symbols[known]) { continue }
                byName[name] = index
            }
        }
        for index in sized { ends.append(max(ends.last ?? 0, Self.end(of: symbols[index]))) }
    }

    /// The symbol of that name, as written or as the file has it; of several, the global one before a weak or a local.
    public func symbol(named name: String) -> Symbol? {
        byName[name].map { symbols[$0] }
    }

    /// The innermost symbol with a size that covers the address.
    public func symbol(at address: UInt64) -> Symbol? {
        var place = sized.partitionPoint { symbols[$0].address > address }
        var found: Symbol?
        while place > 0, ends[place - 1] > address {
            place -= 1
            let symbol = symbols[sized[place]]
            if let found, found.address != symbol.address { break }
            // Going backwards, the preferred name of an address comes last.
            if Self.end(of: symbol) > address { found = symbol }
        }
        return found
    }

    private static func end(of symbol: Symbol) -> UInt64 {
        let (end, overflow) = symbol.address.addingReportingOverflow(symbol.size)
        return overflow ? .max : end
    }
}
