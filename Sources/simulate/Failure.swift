import ArgumentParser
import Foundation

/// What ends the program early: one sentence for stderr and a documented exit code.
struct Failure: Error {
    let sentence: String
    let code: Int32

    static let regression: Int32 = 1
    static let badInput: Int32 = 65
    static let budgetUsedUp: Int32 = 124
    static let fault: Int32 = 134

    /// A file that cannot be used as it is.
    static func badInput(_ sentence: String) -> Failure { Failure(sentence: sentence, code: badInput) }
}

/// Runs the body of a command: a `Failure` is said on stderr and becomes the exit code.
func reportingFailures(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let failure as Failure {
        StandardError.say("simulate: \(failure.sentence)")
        throw ExitCode(failure.code)
    }
}

enum StandardError {
    /// One line on stderr.
    static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Text as it is.
    static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Whether a person is looking.
    static var isTerminal: Bool { isatty(2) == 1 }
}
