/// The symbols of a program, found by name or by address.
public struct SymbolTable: Sendable {
    /// Sorted by address, the preferred name of an address first.
    public let symbols: [Symbol]
    private var byName: [String: Int] = [:]
    private let innermost: IntervalMap

    public init(_ image: FirmwareImage) {
        symbols = image.symbols
        // Of names of one address the preferred one comes last, and so wins.
        innermost = IntervalMap(
            image.symbols.enumerated().reversed().map { index, symbol in
                IntervalMap.Interval(low: symbol.address, high: symbol.end, value: index)
            })
        for (index, symbol) in symbols.enumerated() {
            for name in [symbol.rawName, symbol.name] {
                if let known = byName[name], !symbol.isPreferred(to: symbols[known]) { continue }
                byName[name] = index
            }
        }
    }

    /// The symbol of that name, as written or as the file has it; of several, the global one before a weak or a local.
    public func symbol(named name: String) -> Symbol? {
        byName[name].map { symbols[$0] }
    }

    /// The innermost symbol with a size that covers the address.
    public func symbol(at address: UInt64) -> Symbol? {
        innermost[address].map { symbols[$0] }
    }
}
