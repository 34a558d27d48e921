/// Instructions of a random program that belong together; one of 16 bits is in the lower half of its word.
public struct ProgramPart: Sendable {
    public let address: UInt32
    public private(set) var words: [UInt32]
    /// In bytes.
    public let length: UInt32
    /// Whether the program can do without it.
    public let isGroup: Bool

    /// Puts some instructions in the place of others, which are as long, wherever they stand.
    public mutating func replace(_ old: [UInt32], by new: [UInt32]) {
        guard old.count == new.count, !old.isEmpty, words.count >= old.count else { return }
        for first in 0...(words.count - old.count) where Array(words[first..<first + old.count]) == old {
            words.replaceSubrange(first..<first + old.count, with: new)
        }
    }

    /// As many instructions that do nothing as take its place.
    ///
    /// - Parameter nop: of 16 bits.
    fileprivate func emptied(_ nop: UInt32) -> ProgramPart {
        ProgramPart(
            address: address, words: Array(repeating: nop, count: Int(length / 2)), length: length, isGroup: false)
    }

    fileprivate init(address: UInt32, words: [UInt32], length: UInt32, isGroup: Bool) {
        self.address = address
        self.words = words
        self.length = length
        self.isGroup = isGroup
    }
}

/// A random program of parts, some of which it can do without.
public protocol PartedProgram: Shrinkable {
    var code: [ProgramPart] { get set }
    /// An instruction of 16 bits that does nothing.
    static var nop: UInt32 { get }
}

extension PartedProgram {
    public var parts: [Int] { code.indices.filter { code[$0].isGroup } }

    public func without(_ parts: ArraySlice<Int>) -> Self {
        var program = self
        for part in parts { program.code[part] = code[part].emptied(Self.nop) }
        return program
    }
}

/// Lays the parts of a program one behind the other.
public protocol PartLaying {
    var code: [ProgramPart] { get set }
    /// Where the next part goes.
    var place: UInt32 { get set }
    /// Bytes of an instruction.
    static func length(of word: UInt32) -> UInt32
}

extension PartLaying {
    public mutating func lay(_ words: UInt32..., isGroup: Bool = false) { lay(words, isGroup: isGroup) }

    public mutating func lay(_ words: [UInt32], isGroup: Bool = false) {
        let length = words.reduce(0) { $0 + Self.length(of: $1) }
        code.append(ProgramPart(address: place, words: words, length: length, isGroup: isGroup))
        place += length
    }
}
