/// From a guest address to the block that begins there: one table of pages, each a table of halfwords, so that an
/// indirect branch finds its target with two loads.
public struct CodeMap {
    public typealias Page = UnsafeMutablePointer<Block.Pointer?>

    /// Generated code looks blocks up by itself: bits 31...12 of an address choose a page, bits 11...1 the block.
    public static let pageShift: UInt32 = 12
    public static let slots = 1 << 11

    /// Pages of 4 KiB by address; `nil` where no code was decoded.
    public let pages: UnsafeMutablePointer<Page?>

    /// The pages in which code was decoded.
    private var used: [Int] = []

    init() {
        // A null pointer is all zeros.
        pages = zeroedTable(of: Page?.self, count: 1 << 20)
    }

    func free() {
        for index in used { pages[index]?.deallocate() }
        freeTable(pages)
    }

    /// The block that begins at `address`, if one was decoded.
    @inlinable @inline(__always)
    public func block(at address: UInt32) -> Block.Pointer? {
        guard let page = pages[Int(address >> CodeMap.pageShift)] else { return nil }
        return page[Int(address >> 1) & (CodeMap.slots - 1)]
    }

    mutating func set(_ block: Block.Pointer?, at address: UInt32) {
        let index = Int(address >> CodeMap.pageShift)
        let page: Page
        if let existing = pages[index] {
            page = existing
        } else {
            page = .allocate(capacity: CodeMap.slots)
            page.initialize(repeating: nil, count: CodeMap.slots)
            pages[index] = page
            used.append(index)
        }
        page[Int(address >> 1) & (CodeMap.slots - 1)] = block
    }
}
