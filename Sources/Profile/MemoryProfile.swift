/// RAM and flash: what the image takes, and what the run took.
public struct MemoryProfile: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case flash, ram
    }

    /// One memory of the chip; an alias is not a memory of its own.
    public struct Region: Codable, Equatable, Sendable {
        public var name: String
        public var base: UInt64
        /// Bytes.
        public var size: Int
        public var kind: Kind
        /// Bytes that the image takes before the first instruction runs.
        public var staticBytes: Int
        /// Bytes read, written or executed at least once.
        public var touchedBytes: Int
        /// The most bytes in use by one layer of the accelerator, input and output; nil where no accelerator worked.
        public var peakBytes: Int?
        /// Of the touched bytes those that are not static; nil where nobody looked.
        public var touchedBesideStaticBytes: Int?
        /// The accelerator that works in this memory: `KPU`; nil for main memory.
        public var accelerator: String?

        public init(
            name: String, base: UInt64, size: Int, kind: Kind, staticBytes: Int, touchedBytes: Int,
            peakBytes: Int? = nil, touchedBesideStaticBytes: Int? = nil, accelerator: String? = nil
        ) {
            self.name = name
            self.base = base
            self.size = size
            self.kind = kind
            self.staticBytes = staticBytes
            self.touchedBytes = touchedBytes
            self.peakBytes = peakBytes
            self.touchedBesideStaticBytes = touchedBesideStaticBytes
            self.accelerator = accelerator
        }
    }

    /// Several memories of one purpose together, in bytes.
    public struct Room: Equatable, Sendable {
        public var size = 0
        public var staticBytes = 0
        public var touchedBytes = 0
        /// The most in use at any moment; nil where that is unknown.
        public var peakBytes: Int?
    }

    /// One section of the image. `.data` takes both flash and RAM.
    public struct Section: Codable, Equatable, Sendable {
        public var name: String
        public var flashBytes: Int
        public var ramBytes: Int

        public init(name: String, flashBytes: Int, ramBytes: Int) {
            self.name = name
            self.flashBytes = flashBytes
            self.ramBytes = ramBytes
        }
    }

    public struct Symbol: Codable, Equatable, Sendable {
        public var name: String
        public var section: String
        public var bytes: Int
        public var kind: Kind

        public init(name: String, section: String, bytes: Int, kind: Kind) {
            self.name = name
            self.section = section
            self.bytes = bytes
            self.kind = kind
        }
    }

    public struct Stack: Codable, Equatable, Sendable {
        public var name: String
        /// The most bytes in use at any moment.
        public var peakBytes: Int
        /// Bytes set aside for it; nil where the image does not say.
        public var reservedBytes: Int?
        /// Whether its bytes are among those that a memory's static bytes count; nil where nobody looked.
        public var isStatic: Bool?

        public init(name: String, peakBytes: Int, reservedBytes: Int? = nil, isStatic: Bool? = nil) {
            self.name = name
            self.peakBytes = peakBytes
            self.reservedBytes = reservedBytes
            self.isStatic = isStatic
        }
    }

    /// Every memory of the chip, in the order of their addresses.
    public var regions: [Region]
    public var sections: [Section]
    /// The largest symbols, largest first.
    public var symbols: [Symbol]
    public var mainStack: Stack?
    public var processStacks: [Stack]
    /// The functions on the main stack at its peak, outermost first.
    public var peakCallChain: [String]
    /// The most bytes in use at any moment; nil where no heap was recognised.
    public var heapPeakBytes: Int?

    public init(
        regions: [Region] = [], sections: [Section] = [], symbols: [Symbol] = [], mainStack: Stack? = nil,
        processStacks: [Stack] = [], peakCallChain: [String] = [], heapPeakBytes: Int? = nil
    ) {
        self.regions = regions
        self.sections = sections
        self.symbols = symbols
        self.mainStack = mainStack
        self.processStacks = processStacks
        self.peakCallChain = peakCallChain
        self.heapPeakBytes = heapPeakBytes
    }

    /// Bytes of all memories of one kind that the image takes.
    public func staticBytes(_ kind: Kind) -> Int { sum(kind, \.staticBytes) }

    /// Bytes of all memories of one kind that the run touched.
    public func touchedBytes(_ kind: Kind) -> Int { sum(kind, \.touchedBytes) }

    /// Bytes of all memories of one kind that the chip has.
    public func size(_ kind: Kind) -> Int { sum(kind, \.size) }

    /// The RAM that programs have. Its peak is what is static, with the peaks of the heap and of the stacks beside it, or
    /// with all bytes that were touched beside it, if those are more: then something else was used, too.
    public var main: Room {
        var room = room { $0.accelerator == nil }
        let stacks = ([mainStack].compactMap { $0 } + processStacks).filter { $0.isStatic == false }
        let known = ([heapPeakBytes ?? 0] + stacks.map(\.peakBytes)).clampedSum
        let touched = regions.filter { $0.kind == .ram && $0.accelerator == nil }
            .compactMap(\.touchedBesideStaticBytes).clampedSum
        room.peakBytes = [room.staticBytes, max(known, touched)].clampedSum
        return room
    }

    /// The RAM that accelerators work in. Its peak is the most that one layer had in use.
    public var ofAccelerators: Room {
        var room = room { $0.accelerator != nil }
        let peaks = regions.filter { $0.accelerator != nil }.compactMap(\.peakBytes)
        room.peakBytes = peaks.isEmpty ? nil : peaks.clampedSum
        return room
    }

    private func room(_ isPart: (Region) -> Bool) -> Room {
        let parts = regions.filter { $0.kind == .ram && isPart($0) }
        return Room(
            size: parts.map(\.size).clampedSum, staticBytes: parts.map(\.staticBytes).clampedSum,
            touchedBytes: parts.map(\.touchedBytes).clampedSum)
    }

    /// Whether there is a stack for each of several cores.
    public var hasSeveralStacks: Bool { (mainStack?.name).map { $0.hasPrefix("stack of ") } ?? false }

    private func sum(_ kind: Kind, _ bytes: (Region) -> Int) -> Int {
        regions.filter { $0.kind == kind }.map(bytes).clampedSum
    }
}
