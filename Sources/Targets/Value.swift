/// A value of a target file with its place, read strictly: every way to read it either succeeds or says what is wrong
/// on which line.
struct Value {
    private let node: YAMLNode
    let file: String
    private let label: Label

    /// What it is, in words: `size of memory SRAM1`.
    var name: String { label.text }

    /// What a value is, put into words only when a message needs them.
    indirect enum Label {
        case name(String)
        /// Something of a kind, such as a memory, by the name that the file gives it.
        case thing(kind: String, name: String)
        case key(String, of: Label)

        var text: String {
            switch self {
            case .name(let name): name
            case .thing(let kind, let name): "\(kind) \(clipped(name))"
            case .key(let key, let owner): "`\(clipped(key))` of \(owner.text)"
            }
        }
    }

    /// Bytes of the largest text that is read at all.
    static let sizeLimit = 1 << 18

    /// Reads a text. What could make a YAML parser work without end or without bottom is refused before it is parsed.
    init(text: String, file: String) throws(TargetError) {
        guard text.utf8.count <= Value.sizeLimit else {
            throw TargetError(file: file, line: nil, problem: .tooLarge(limit: Value.sizeLimit))
        }
        try Value.check(text, file)
        do throws(YAMLNode.Failure) {
            node = try YAMLNode.parse(text)
        } catch {
            throw Value.translated(error, file)
        }
        self.file = file
        label = .name("the file")
    }

    private init(_ node: YAMLNode, file: String, label: Label) {
        self.node = node
        self.file = file
        self.label = label
    }

    /// Refuses anchors and aliases, which can stand for exponentially much text, and deep nesting, which would exhaust
    /// the parser's stack.
    private static func check(_ text: String, _ file: String) throws(TargetError) {
        var line = 1
        var column = 0
        var opened = 0
        var markers = 0
        var mayBeginToken = true
        var before: UInt8 = 0x20
        for byte in text.utf8 {
            if before == UInt8(ascii: "&") || before == UInt8(ascii: "*"), mayBeginToken, byte > 0x20 {
                throw TargetError(file: file, line: line, problem: .sharing)
            }
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "*"):
                mayBeginToken = " \t\r\n[]{},:?-\"'".utf8.contains(before)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                opened += 1
            case UInt8(ascii: "\n"):
                (line, column, opened, markers) = (line + 1, -1, 0, 0)
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
                markers += 1
            default:
                break
            }
            column += 1
            before = byte
            if opened > 20 || markers > 200 || column > 1000 {
                throw TargetError(file: file, line: line, problem: .tooDeep)
            }
        }
    }

    private static func translated(_ error: YAMLNode.Failure, _ file: String) -> TargetError {
        switch error {
        case .syntax(let problem, let line): TargetError(file: file, line: line, problem: .syntax(clipped(problem)))
        case .sharing(let line): TargetError(file: file, line: line, problem: .sharing)
        case .tooDeep(let line): TargetError(file: file, line: line, problem: .tooDeep)
        case .duplicate(let key, let line):
            TargetError(file: file, line: line, problem: .duplicate(key, what: "keys of one mapping"))
        }
    }

    // MARK: Reading

    var line: Int { node.line }

    func error(_ problem: TargetError.Problem) -> TargetError {
        TargetError(file: file, line: line, problem: problem)
    }

    /// The same value under another name, for messages.
    func named(_ name: String) -> Value { labelled(.name(name)) }

    func labelled(_ label: Label) -> Value { Value(node, file: file, label: label) }

    func string() throws(TargetError) -> String {
        guard case .scalar(let text) = node.content, !text.isEmpty else {
            throw error(.wrongType(name, expected: "a text"))
        }
        return text
    }

    func flag() throws(TargetError) -> Bool {
        switch try string() {
        case "yes", "true": return true
        case "no", "false": return false
        default: throw error(.wrongType(name, expected: "yes or no"))
        }
    }

    /// A whole number: `4096`, `0x1000`, `4K`, `1M`.
    func integer(_ range: ClosedRange<Int>) throws(TargetError) -> Int {
        let text = try string()
        guard let value = Value.integer(text) else {
            // Digits alone are a number, if one too large for anything.
            if text.allSatisfy(\.isNumber) { throw error(.outOfRange(name, value: text, allowed: allowed(range))) }
            throw error(.wrongType(name, expected: "a whole number such as 4096, 0x1000 or 4K"))
        }
        guard range.contains(value) else { throw error(.outOfRange(name, value: text, allowed: allowed(range))) }
        return value
    }

    /// A number that need not be whole: `0.346`, `2500`.
    func number(_ range: ClosedRange<Double>) throws(TargetError) -> Double {
        let text = try string()
        guard let first = text.utf8.first, (0x30...0x39).contains(first), let value = Double(text) else {
            throw error(.wrongType(name, expected: "a number such as 2500 or 0.346"))
        }
        guard range.contains(value) else {
            throw error(.outOfRange(name, value: text, allowed: "\(range.lowerBound) to \(range.upperBound)"))
        }
        return value
    }

    private func allowed(_ range: ClosedRange<Int>) -> String {
        range.upperBound > 0xFFFF
            ? "0x\(String(range.lowerBound, radix: 16)) to 0x\(String(range.upperBound, radix: 16))"
            : "\(range.lowerBound) to \(range.upperBound)"
    }

    private static func integer(_ text: String) -> Int? {
        guard let first = text.utf8.first, (0x30...0x39).contains(first) else { return nil }
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return Int(text.dropFirst(2), radix: 16) }
        let shift: Int
        switch text.utf8.last {
        case UInt8(ascii: "K"): shift = 10
        case UInt8(ascii: "M"): shift = 20
        default: return Int(text)
        }
        guard let count = Int(text.dropLast()) else { return nil }
        let (value, overflows) = count.multipliedReportingOverflow(by: 1 << shift)
        return overflows ? nil : value
    }

    /// An address or a size: anything that has 32 bits.
    func word() throws(TargetError) -> UInt32 { UInt32(try integer(0...0xFFFF_FFFF)) }

    /// - Parameter element: what one element is, for messages.
    func list(of element: String) throws(TargetError) -> [Value] {
        guard case .sequence(let sequence) = node.content else { throw error(.wrongType(name, expected: "a list")) }
        return sequence.map { Value($0, file: file, label: .name(element)) }
    }

    func strings() throws(TargetError) -> [String] {
        var result: [String] = []
        for value in try list(of: "an element of \(name)") { result.append(try value.string()) }
        return result
    }

    /// All pairs, in the order of the file.
    func pairs() throws(TargetError) -> [(key: String, value: Value)] {
        guard case .mapping(let mapping) = node.content else {
            throw error(.wrongType(name, expected: "a list of `key: value`"))
        }
        var result: [(key: String, value: Value)] = []
        for (key, value) in mapping {
            guard case .scalar(let text) = key.content, !text.isEmpty else {
                throw Value(key, file: file, label: .name("a key of \(name)")).error(
                    .wrongType("a key of \(name)", expected: "a text"))
            }
            result.append((text, Value(value, file: file, label: .key(text, of: label))))
        }
        return result
    }

    /// The pairs by key; any key but the known ones is an error.
    func fields(_ known: [String]) throws(TargetError) -> Fields {
        let pairs = try pairs()
        for (key, value) in pairs where !known.contains(key) {
            throw value.error(.unknownKey(key, of: name, known: known))
        }
        return Fields(owner: self, pairs: pairs)
    }
}

/// What belongs to one mapping, by key.
struct Fields {
    let owner: Value
    /// Each key once. They are so few that looking through them takes less than hashing.
    fileprivate let pairs: [(key: String, value: Value)]

    /// The value of a key that may be left out.
    subscript(key: String) -> Value? { pairs.first { $0.key == key }?.value }

    func required(_ key: String) throws(TargetError) -> Value {
        guard let value = self[key] else { throw owner.error(.missingKey(key, of: owner.name)) }
        return value
    }

    /// The same under another name, for messages.
    func labelled(_ label: Value.Label) -> Fields {
        Fields(
            owner: owner.labelled(label),
            pairs: pairs.map { ($0.key, $0.value.labelled(.key($0.key, of: label))) })
    }
}
