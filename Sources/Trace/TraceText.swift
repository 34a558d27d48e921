/// The text of a trace, line by line, so that a long one need not be in memory.
extension ExecutionTrace {
    static let firstLine = "# trace 1"

    /// The lines in front of the first step.
    public static func head(remarks: [Remark], start: TraceStep) -> String {
        ([firstLine] + remarks.map { "# \($0.name): \($0.value)" } + ["start \(start.text)"])
            .map { $0 + "\n" }.joined()
    }

    public var text: String {
        ExecutionTrace.head(remarks: remarks, start: start) + steps.map { $0.text + "\n" }.joined()
    }
}

extension TraceStep {
    /// The line, without its end.
    public var text: String {
        ([hex(pc)] + registers.map { "\($0.name)=\(hex($0.value, digits: $0.bits / 4))" }
            + memory.map { "[\(hex($0.address))]=\(hex($0.value))" })
            .joined(separator: " ")
    }
}

private func hex(_ value: some BinaryInteger, digits: Int = 8) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
