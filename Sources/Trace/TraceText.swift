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
        ([hex(pc)] + registers.map { "\($0.name)=\(hex($0.value))" }
            + memory.map { "[\(hex($0.address))]=\(hex($0.value))" })
            .joined(separator: " ")
    }
}

private func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}
