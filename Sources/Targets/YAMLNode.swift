import CLibYAML

/// A YAML text as a tree with lines, as libyaml parses it. Tags are not looked at: whoever reads a value decides what
/// it takes it for.
struct YAMLNode {
    enum Content {
        case scalar(String)
        case sequence([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    /// From 1.
    let line: Int
    let content: Content

    /// Why a text is not one.
    enum Failure: Error {
        /// Not YAML, in the parser's words.
        case syntax(String, line: Int?)
        /// An alias.
        case sharing(line: Int)
        case duplicate(key: String, line: Int)
        case tooDeep(line: Int)
    }

    /// How deeply values may lie in others: nothing that is read lies nearly so deep, and the stack has an end.
    fileprivate static let depthLimit = 64

    /// Reads a text of one document.
    ///
    /// - Parameter text: may be anything.
    static func parse(_ text: String) throws(Failure) -> YAMLNode {
        var text = text
        // A closure that throws its own kind of error is not what `withUTF8` takes.
        let result = text.withUTF8 { bytes in
            Result { () throws(Failure) in
                let parser = try YAMLParser(bytes)
                return try parser.document()
            }
        }
        return try result.get()
    }
}

/// libyaml's parser on bytes that stay where they are while it lives.
private final class YAMLParser {
    private var parser = yaml_parser_t()
    private var event = yaml_event_t()
    /// How deep the current event lies.
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(YAMLNode.Failure) {
        guard yaml_parser_initialize(&parser) == 1 else { throw .syntax("unreadable", line: nil) }
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_event_delete(&event)
        yaml_parser_delete(&parser)
    }

    private var line: Int { Int(event.start_mark.line) + 1 }

    private func advance() throws(YAMLNode.Failure) {
        yaml_event_delete(&event)
        guard yaml_parser_parse(&parser, &event) == 1 else {
            let problem = parser.problem.map { String(cString: $0) } ?? "unreadable"
            // Where bytes are no text the parser does not know of lines.
            let hasLine = parser.error == YAML_SCANNER_ERROR || parser.error == YAML_PARSER_ERROR
            throw .syntax(problem, line: hasLine ? Int(parser.problem_mark.line) + 1 : nil)
        }
    }

    /// The only document of the text.
    func document() throws(YAMLNode.Failure) -> YAMLNode {
        try advance()
        try advance()
        guard event.type != YAML_STREAM_END_EVENT else { throw .syntax("the file is empty", line: 1) }
        try advance()
        let root = try node()
        try advance()
        guard event.type == YAML_STREAM_END_EVENT else { throw .syntax("but found another document", line: line) }
        return root
    }

    /// The node that begins with the current event; the event behind it is the current one then.
    private func node() throws(YAMLNode.Failure) -> YAMLNode {
        let line = line
        depth += 1
        guard depth <= YAMLNode.depthLimit else { throw .tooDeep(line: line) }
        defer { depth -= 1 }
        let content: YAMLNode.Content
        switch event.type {
        case YAML_SCALAR_EVENT: content = .scalar(scalar)
        case YAML_SEQUENCE_START_EVENT: content = .sequence(try sequence())
        case YAML_MAPPING_START_EVENT: content = .mapping(try mapping())
        default: throw .sharing(line: line)
        }
        try advance()
        return YAMLNode(line: line, content: content)
    }

    private var scalar: String {
        let scalar = event.data.scalar
        return String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
    }

    private func sequence() throws(YAMLNode.Failure) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        try advance()
        while event.type != YAML_SEQUENCE_END_EVENT { elements.append(try node()) }
        return elements
    }

    private func mapping() throws(YAMLNode.Failure) -> [(key: YAMLNode, value: YAMLNode)] {
        var pairs: [(key: YAMLNode, value: YAMLNode)] = []
        var keys: Set<String> = []
        try advance()
        while event.type != YAML_MAPPING_END_EVENT {
            let key = try node()
            if case .scalar(let text) = key.content, !keys.insert(text).inserted {
                throw .duplicate(key: text, line: key.line)
            }
            pairs.append((key, try node()))
        }
        return pairs
    }
}
