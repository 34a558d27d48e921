import ArgumentParser

/// What ends the program early: one sentence for stderr and a documented exit code.
struct Failure: Error {
    let sentence: String
    let code: Int32

    static let regression: Int32 = 1
    /// Options that do not go together.
    static let usage: Int32 = 64
    static let badInput: Int32 = 65
    /// A mistake of this program.
    static let software: Int32 = 70
    static let budgetUsedUp: Int32 = 124
    static let interrupted: Int32 = 130
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
