/// What a program takes of a chip's memories before it runs, by section and by symbol.
public struct StaticUsage: Sendable, Equatable {
    /// A memory of the chip.
    public struct MemoryRange: Sendable, Equatable {
        public let name: String
        public let base: UInt64
        /// Bytes.
        public let size: UInt64
        /// Whether it keeps its bytes without power.
        public let isFlash: Bool

        public init(name: String, base: UInt64, size: UInt64, isFlash: Bool) {
            self.name = name
            self.base = base
            self.size = size
            self.isFlash = isFlash
        }

        func contains(_ address: UInt64) -> Bool { address >= base && address - base < size }
    }

    /// A section that takes memory. `.data` takes both: its initial bytes lie in flash, and it lives in RAM.
    public struct SectionUse: Sendable, Equatable {
        public let name: String
        /// Bytes.
        public let size: UInt64
        /// Bytes of flash: `size` or 0.
        public let flash: UInt64
        /// Bytes of RAM: `size` or 0.
        public let ram: UInt64
    }

    /// A symbol that takes memory.
    public struct SymbolUse: Sendable, Equatable {
        public let symbol: Symbol
        /// The section it lies in.
        public let section: String
        /// Bytes of flash: the symbol's size or 0.
        public let flash: UInt64
        /// Bytes of RAM: the symbol's size or 0.
        public let ram: UInt64
    }

    /// A memory and how much of it the sections take.
    public struct MemoryUse: Sendable, Equatable {
        public let memory: MemoryRange
        /// Bytes; more than the memory has if the sections do not fit or overlap.
        public let used: UInt64
    }

    /// In the order of the file.
    public let sections: [SectionUse]
    /// Sorted by address; a symbol of size 0 takes nothing, and of several names of the same bytes the preferred one
    /// stands here.
    public let symbols: [SymbolUse]
    /// In the order given.
    public let memories: [MemoryUse]

    /// Bytes of flash that all sections take.
    public var flash: UInt64 { sections.reduce(0) { Self.sum($0, $1.flash) } }
    /// Bytes of RAM that all sections take.
    public var ram: UInt64 { sections.reduce(0) { Self.sum($0, $1.ram) } }

    /// - Parameter memories: The chip's. A section takes flash if its bytes are loaded to one that is flash, and RAM
    ///   if it lies, when the program runs, in one that is not.
    public init(_ image: FirmwareImage, in memories: [MemoryRange]) {
        func place(_ address: UInt64?) -> Int? {
            address.flatMap { address in memories.firstIndex { $0.contains(address) } }
        }
        var used = [UInt64](repeating: 0, count: memories.count)
        var sections: [SectionUse] = []
        var uses: [Int: SectionUse] = [:]
        for section in image.sections where section.isAllocated && section.size > 0 {
            let run = place(section.address)
            let load = place(section.loadAddress)
            if let run { used[run] = Self.sum(used[run], section.size) }
            if let load, load != run { used[load] = Self.sum(used[load], section.size) }
            let use = SectionUse(
                name: section.name, size: section.size,
                flash: load.map { memories[$0].isFlash } == true ? section.size : 0,
                ram: run.map { memories[$0].isFlash } == false ? section.size : 0)
            sections.append(use)
            uses[section.index] = use
        }
        var symbols: [SymbolUse] = []
        for symbol in image.symbols where symbol.size > 0 {
            guard let index = symbol.sectionIndex, let use = uses[index] else { continue }
            if let last = symbols.last?.symbol, last.address == symbol.address, last.size == symbol.size { continue }
            symbols.append(
                SymbolUse(
                    symbol: symbol, section: use.name, flash: use.flash > 0 ? symbol.size : 0,
                    ram: use.ram > 0 ? symbol.size : 0))
        }
        self.sections = sections
        self.symbols = symbols
        self.memories = zip(memories, used).map { MemoryUse(memory: $0, used: $1) }
    }

    /// A hostile file may claim any sizes.
    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
