public import Engine

/// Where things are in a block.
public enum BlockOffset {
    private static func of(_ path: PartialKeyPath<Block>) -> Int { MemoryLayout<Block>.offset(of: path) ?? 0 }

    public static let cycles = of(\.cycles)
    public static let slack = of(\.slack)
    public static let count = of(\.count)
    public static let runs = of(\.runs)
    public static let taken = of(\.taken)
    public static let next = of(\.next)
    public static let code = of(\.code)
    public static let codeAside = of(\.codeAside)
    public static let pc = of(\.pc)
}

extension Block.Pointer {
    /// A field of the block, for code that names it.
    public func field(_ offset: Int) -> UInt { UInt(bitPattern: self) + UInt(offset) }
}
