/// Makes host code of blocks and enters it. One for each core, whose state's address it may build in.
public final class HostCode {
    /// Where a block's code is entered.
    public struct Entry {
        /// From other code, with the block in temporary 0.
        public let fromCode: UnsafeMutableRawPointer
        /// From the simulator.
        public let fromOutside: UnsafeMutableRawPointer
    }

    /// What code goes to in the place of a block that has none: it leaves with that block in `leftBlock` and without a
    /// record.
    public let unknown: UnsafeMutableRawPointer
    /// Whether the form's fused operations may be used.
    public let hasFusedMultiplyAdd: Bool
    private let memory = ExecutableMemory()
    private let layout: Layout

    /// How many bytes of code there are.
    public var size: Int { memory.size }

    #if arch(x86_64)
    /// Whether there is an emitter for this kind of host.
    public static let hasEmitter = true
    private let stubs: Stubs
    private typealias Enter = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void
    private let enter: Enter

    /// - Returns: `nil` on a host that gives no executable memory.
    public init?(_ layout: Layout) {
        self.layout = layout
        guard layout.window.size <= UInt64(Int32.max), Int32(exactly: layout.window.markDistance) != nil,
            let stubs = Stubs(layout, in: memory), let unknown = UnsafeMutableRawPointer(bitPattern: stubs.unknown),
            let enter = UnsafeMutableRawPointer(bitPattern: stubs.enter),
            let features = UnsafeMutableRawPointer(bitPattern: stubs.features)
        else { return nil }
        self.stubs = stubs
        self.unknown = unknown
        // FMA, OSXSAVE, AVX.
        let needed: UInt32 = 1 << 12 | 1 << 27 | 1 << 28
        let isWanted = layout.words?.singles.usesFusedMultiplyAdd ?? true
        hasFusedMultiplyAdd =
            isWanted && unsafeBitCast(features, to: (@convention(c) () -> UInt32).self)() & needed == needed
        self.enter = unsafeBitCast(enter, to: Enter.self)
    }

    /// Makes code of a block.
    ///
    /// - Returns: `nil` if there is no memory for it.
    public func translate(_ forms: [Form], block: UnsafeMutableRawPointer) -> Entry? {
        var emitter = Emitter(layout, block: UInt(bitPattern: block), stubs: stubs, usesVEX: hasFusedMultiplyAdd)
        emitter.emit(forms)
        guard let code = memory.add(emitter.assembler.bytes) else { return nil }
        return Entry(fromCode: code, fromOutside: code + emitter.entry)
    }

    /// Runs code until it leaves.
    public func run(_ state: UnsafeMutableRawPointer, at code: UnsafeMutableRawPointer) { enter(state, code) }
    #else
    public static let hasEmitter = false
    /// There is no emitter for this host.
    public init?(_ layout: Layout) { return nil }
    public func translate(_ forms: [Form], block: UnsafeMutableRawPointer) -> Entry? { nil }
    public func run(_ state: UnsafeMutableRawPointer, at code: UnsafeMutableRawPointer) {}
    #endif
}
