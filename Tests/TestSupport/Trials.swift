/// How one vector did in two implementations.
public enum Outcome {
    case agreed
    /// It left the laboratory, or went in a circle.
    case discarded
    case refused(by: String)
    /// Each line says what is, and what was expected.
    case differed([String])

    /// What is wrong; `nil` if nothing is.
    public var complaint: String? {
        switch self {
        case .agreed, .discarded: nil
        case .refused(let who): "refused by \(who)"
        case .differed(let lines): lines.joined(separator: "; ")
        }
    }
}

/// Makes vectors, each from a number.
public protocol VectorMaking {
    associatedtype Vector: CustomStringConvertible

    /// What the vectors test.
    var name: String { get }
    /// A vector at `address`; `nil` if the number stands for none.
    func vector(index: Int, at address: UInt32) -> Vector?
}

/// Two implementations that execute the same vectors.
public protocol Comparing<Vector> {
    associatedtype Vector

    /// A fresh place for so many bytes of code and an end mark.
    func place(for length: UInt32) -> UInt32
    func run(_ vector: Vector) -> Outcome
}

/// Vectors of one encoding, of which so many are tried as must agree.
public struct Trials {
    public private(set) var agreed = 0
    /// One for each vector that did not agree; after three it is enough.
    public private(set) var complaints: [String] = []

    /// - Parameters:
    ///   - indices: numbers of vectors to draw from.
    ///   - wanted: how many must agree.
    public init<Maker: VectorMaking>(
        of maker: Maker, in laboratory: some Comparing<Maker.Vector>, _ indices: Range<Int>, until wanted: Int
    ) {
        for index in indices where agreed < wanted && complaints.count < 3 {
            guard let vector = maker.vector(index: index, at: laboratory.place(for: 16)) else { continue }
            let outcome = laboratory.run(vector)
            if case .agreed = outcome { agreed += 1 }
            if let complaint = outcome.complaint {
                complaints.append("\(maker.name) #\(index): \(complaint). Before: \(vector)")
            }
        }
    }
}

/// Places for code, each used once: what is compared keeps the code that it decoded, and is not told of new code.
public struct CodePlaces {
    private var place: UInt32
    private var stride: UInt32 = 0
    /// Where branches went.
    private var visited: Set<UInt32> = []

    public init(from first: UInt32) { place = first }

    /// Room for so many bytes of code and an end mark; all alignments of an instruction occur.
    public mutating func next(_ length: UInt32) -> UInt32 {
        repeat {
            place += stride
            stride = (length + 5) / 4 * 4 + 2
        } while (place..<(place + stride)).contains(where: visited.contains)
        return place
    }

    /// Something was decoded at `address`.
    public mutating func visit(_ address: UInt32) { visited.insert(address) }
}

extension Array where Element: FixedWidthInteger {
    public func copy(to memory: UnsafeMutableRawPointer) {
        withUnsafeBytes { words in
            if let first = words.baseAddress { memory.copyMemory(from: first, byteCount: words.count) }
        }
    }
}

/// The words in which two memories differ.
///
/// - Parameters:
///   - size: in bytes; a multiple of a word's.
///   - base: the address of the first.
public func differences<Word: FixedWidthInteger & UnsignedInteger>(
    of actual: UnsafeRawPointer, from expected: UnsafeRawPointer, size: Int, at base: UInt32, by word: Word.Type
) -> [String] {
    stride(from: 0, to: size, by: MemoryLayout<Word>.size).compactMap { offset in
        let actual = actual.load(fromByteOffset: offset, as: Word.self)
        let expected = expected.load(fromByteOffset: offset, as: Word.self)
        guard actual != expected else { return nil }
        return "[\(hex(UInt64(base) + UInt64(offset)))] \(hex(actual)), expected \(hex(expected))"
    }
}

public func hex(_ value: some FixedWidthInteger & UnsignedInteger) -> String { "0x" + String(value, radix: 16) }
