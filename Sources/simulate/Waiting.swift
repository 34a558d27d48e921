import CortexM
import Profile

/// What a firmware waits for that goes nowhere.
enum Waiting {
    /// The core sleeps, and nothing is going to happen.
    static func asleep(_ session: Session) -> Outcome {
        let core = session.machine.processor
        let enabled = core.enabledInterrupts.map { session.machine.description.exceptionName($0) ?? "exception \($0)" }
        let interrupts =
            enabled.isEmpty
            ? "an interrupt, but none is enabled"
            : "an interrupt; enabled are \(enabled.joined(separator: ", ")), and nothing is going to raise one"
        return .waiting(description: interrupts + ": asleep in " + Crash.place(in: session, saysAsleep: false))
    }

    /// The firmware branches to itself, and no interrupt is going to take it away from there.
    static func spinning(_ session: Session, at pc: UInt32) -> Outcome {
        let core = session.machine.processor
        if let fault = core.faultReport { return .fault(description: Crash.describe(fault: fault, in: session)) }
        let place = Crash.place(in: session)
        if session.handlers.contains(pc) {
            let number = core.currentException
            let name = session.machine.description.exceptionName(number) ?? "exception \(number)"
            return .fault(description: "\(name) was raised, and its handler only branches to itself\n  in \(place)")
        }
        let reason =
            core.canBeInterrupted
            ? "no interrupt is going to come" : "every interrupt is disabled or masked"
        return .waiting(description: "nothing: it branches to itself, and \(reason)\n  in \(place)")
    }
}
