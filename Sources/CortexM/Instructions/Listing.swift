/// A stretch of code as text, line by line, as a disassembler lists it.
public struct Listing {
    private let disassembler = Disassembler()
    private let end: UInt32
    private var address: UInt32
    private var itState: UInt8 = 0
    private let halfword: (UInt32) -> UInt16?

    /// - Parameter halfword: the code at an address; `nil` where there is none.
    public init(from start: UInt32, to end: UInt32, _ halfword: @escaping (UInt32) -> UInt16?) {
        address = start
        self.end = end
        self.halfword = halfword
    }

    /// The next instruction: address, encoding, text.
    public mutating func next() -> (address: UInt32, encoding: [UInt16], text: String)? {
        guard address < end, let first = halfword(address) else { return nil }
        let isWide = Decoder.isWide(UInt32(first))
        let second = isWide ? halfword(address &+ 2) ?? 0 : 0
        let text = disassembler.text(first, second, at: address, itState: itState)
        defer {
            itState = first & 0xFF00 == 0xBF00 && first & 0xF != 0 ? UInt8(first & 0xFF) : ITAdvance(itState)
            // Behind the last address there is nothing.
            let length: UInt32 = isWide ? 4 : 2
            address = address > .max - length ? end : address + length
        }
        return (address, isWide ? [first, second] : [first], text)
    }
}
