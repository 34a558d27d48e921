import CortexM

/// What a sleeping firmware waits for.
enum Waiting {
    static func describe(_ session: Session) -> String {
        let core = session.machine.processor
        let enabled = core.enabledInterrupts.map { session.machine.description.exceptionName($0) ?? "exception \($0)" }
        let place = session.name(of: core.resumeAddress)
        guard !enabled.isEmpty else {
            return "an interrupt at \(place), but none is enabled"
        }
        return "an interrupt at \(place); enabled are \(enabled.joined(separator: ", ")), and nothing is going to raise one"
    }
}
