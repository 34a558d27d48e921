/// Why a text is no trace.
public struct TraceError: Error, Equatable, CustomStringConvertible {
    public enum Problem: Equatable, Sendable {
        /// The first line is not `# trace 1`.
        case noTrace
        /// There is no line that begins with `start`.
        case noStart
        /// A word that is neither an address, nor a register, nor memory.
        case badWord(String)
    }

    /// Counted from 1.
    public let line: Int
    public let problem: Problem

    public init(line: Int, problem: Problem) {
        self.line = line
        self.problem = problem
    }

    public var description: String {
        switch problem {
        case .noTrace: "line \(line): not an execution trace, which begins with `\(ExecutionTrace.firstLine)`"
        case .noStart: "line \(line): `start` and the first registers are missing"
        case .badWord(let word): "line \(line): `\(word)` is neither name=value nor [address]=value in hexadecimal"
        }
    }
}

extension ExecutionTrace {
    /// Reads the text of a trace.
    public static func parse(_ text: String) throws(TraceError) -> ExecutionTrace {
        var remarks: [Remark] = []
        var start: TraceStep?
        var steps: [TraceStep] = []
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            if number == 1, line != firstLine { throw TraceError(line: 1, problem: .noTrace) }
            if number == 1 || line.isEmpty { continue }
            if line.hasPrefix("#") {
                if let remark = remark(in: line) { remarks.append(remark) }
            } else if start == nil {
                guard line.hasPrefix("start ") else { throw TraceError(line: number, problem: .noStart) }
                start = try step(in: line.dropFirst(6), number)
            } else {
                steps.append(try step(in: line, number))
            }
        }
        guard let start else { throw TraceError(line: number, problem: .noStart) }
        return ExecutionTrace(remarks: remarks, start: start, steps: steps)
    }

    /// `# name: value`.
    private static func remark(in line: Substring) -> Remark? {
        let text = line.drop { $0 == "#" || $0 == " " }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        return Remark(name: String(text[..<colon]), value: String(value))
    }

    private static func step(in line: Substring, _ number: Int) throws(TraceError) -> TraceStep {
        var words = line.split(separator: " ")[...]
        guard let first = words.popFirst(), let pc = value(first) else {
            throw TraceError(line: number, problem: .badWord(String(line.prefix(40))))
        }
        var step = TraceStep(pc: pc)
        for word in words {
            let sides = word.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else {
                throw TraceError(line: number, problem: .badWord(String(word.prefix(40))))
            }
            if let address = address(sides[0]), let value = value(sides[1]) {
                step.memory.append(TraceStep.Word(address: address, value: value))
            } else if let letter = sides[0].utf8.first, letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z"),
                let value = wideValue(sides[1])
            {
                let bits = 4 * sides[1].utf8.count
                step.registers.append(TraceStep.Register(name: String(sides[0]), value: value, bits: bits))
            } else {
                throw TraceError(line: number, problem: .badWord(String(word.prefix(40))))
            }
        }
        return step
    }

    private static func address(_ word: Substring) -> UInt32? {
        guard word.hasPrefix("["), word.hasSuffix("]"), word.count == 10 else { return nil }
        return value(word.dropFirst().dropLast())
    }

    /// Eight hexadecimal digits.
    private static func value(_ word: Substring) -> UInt32? {
        word.utf8.count == 8 ? wideValue(word).map { UInt32(truncatingIfNeeded: $0) } : nil
    }

    /// Eight hexadecimal digits, or sixteen.
    private static func wideValue(_ word: Substring) -> UInt64? {
        guard word.utf8.count == 8 || word.utf8.count == 16,
            word.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { return nil }
        return UInt64(word, radix: 16)
    }
}
