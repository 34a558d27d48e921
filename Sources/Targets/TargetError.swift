import Devices

/// Why a target file cannot be used: one sentence with the file, the line, what is wrong and how to mend it.
public struct TargetError: Error, Equatable, Sendable {
    public enum Problem: Equatable, Sendable {
        /// Not YAML, in the parser's words.
        case syntax(String)
        case tooLarge(limit: Int)
        /// YAML anchors and aliases are not read.
        case sharing
        /// Nested more deeply than any target file needs to be.
        case tooDeep
        case unknownKey(String, of: String, known: [String])
        case missingKey(String, of: String)
        case wrongType(String, expected: String)
        case outOfRange(String, value: String, allowed: String)
        case unknownName(String, what: String, known: [String])
        case duplicate(String, what: String)
        case overlap(String, String)
        case device(DeviceError)
        /// No target has this name; the nearest ones, and all.
        case noTarget(String, nearest: [String], known: [String])
    }

    /// As given; empty when the problem is not in a file.
    public let file: String
    /// From 1; `nil` when the problem is not on one line.
    public let line: Int?
    public let problem: Problem

    public init(file: String, line: Int?, problem: Problem) {
        self.file = file
        self.line = line
        self.problem = problem
    }
}

extension TargetError: CustomStringConvertible {
    public var description: String {
        guard !file.isEmpty else { return problem.description }
        return "\(file):\(line.map { "\($0):" } ?? "") \(problem)"
    }
}

extension TargetError.Problem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .syntax(let problem):
            "this is not YAML (\(problem)); compare with one of the files in targets/"
        case .tooLarge(let limit):
            "a target file has at most \(limit) bytes; is this the right file?"
        case .sharing:
            "a word begins with & or *, which target files do not use, not even in comments; write it out or quote it"
                + " differently"
        case .tooDeep:
            "this is nested too deeply for a target file; compare with one of the files in targets/"
        case .unknownKey(let key, let owner, let known):
            "\(owner) has no `\(clipped(key))`; use \(list(known))"
        case .missingKey(let key, let owner):
            "\(owner) lacks `\(key)`; add it"
        case .wrongType(let what, let expected):
            "\(what) is not \(expected); write \(expected)"
        case .outOfRange(let what, let value, let allowed):
            "\(what) cannot be \(clipped(value)); use \(allowed)"
        case .unknownName(let name, let what, let known):
            "there is no \(what) `\(clipped(name))`; use \(list(known))"
        case .duplicate(let name, let what):
            "two \(what) are named \(clipped(name)); rename one"
        case .overlap(let first, let second):
            "\(clipped(first)) and \(clipped(second)) overlap; correct the base or the size of one"
        case .device(let error):
            "\(error); correct the list of peripherals"
        case .noTarget(let name, let nearest, let known):
            nearest.isEmpty
                ? "there is no target \(clipped(name)); use \(list(known)), or the path of a YAML file"
                : "there is no target \(clipped(name)); did you mean \(list(nearest))?"
        }
    }

    private func list(_ names: [String]) -> String {
        guard let last = names.last else { return "none" }
        let others = names.dropLast()
        return others.isEmpty ? last : "\(others.joined(separator: ", ")) or \(last)"
    }
}

/// A stranger's text as a message can bear it: printable, on one line, not too long.
func clipped(_ text: String) -> String {
    let plain = String(
        String.UnicodeScalarView(
            text.unicodeScalars.prefix(61).map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
                default: scalar
                }
            }))
    return text.unicodeScalars.count > 60 ? String(plain.unicodeScalars.prefix(60)) + "..." : plain
}
