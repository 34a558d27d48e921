import Engine
import Profile

/// What a firmware waits for that goes nowhere.
enum Waiting {
    /// All cores sleep, and nothing is going to happen.
    static func asleep(_ session: Session) -> Outcome {
        let cores = session.machine.cpu.cores
        let enabled = Set(cores.flatMap(\.enabledInterrupts)).sorted().map(session.exceptionName)
        let interrupts =
            enabled.isEmpty
            ? "an interrupt, but none is enabled"
            : "an interrupt; enabled are \(enabled.joined(separator: ", ")), and nothing is going to raise one"
        return .waiting(description: interrupts + ": asleep in " + Crash.places(in: session, saysAsleep: false))
    }

    /// Every core branches to itself or sleeps, and no interrupt is going to take one away from there.
    static func forEver(_ session: Session) -> Outcome {
        let cores = session.machine.cpu.cores
        for (index, core) in cores.enumerated() {
            if let fault = core.faultReport {
                return .fault(description: Crash.describe(fault: fault, core: index, in: session))
            }
        }
        let places = Crash.places(in: session)
        for core in cores {
            guard let loop = core.endlessLoop, session.handlers.contains(loop) else { continue }
            let name = session.exceptionName(core.currentException)
            return .fault(description: "\(name) was raised, and its handler only branches to itself\n  in \(places)")
        }
        let canBeInterrupted = cores.contains { $0.canBeInterrupted }
        let reason =
            canBeInterrupted
            ? "no interrupt is going to come" : "every interrupt is disabled or masked"
        let who = cores.count > 1 ? "no core gets any further" : "it branches to itself"
        return .waiting(description: "nothing: \(who), and \(reason)\n  in \(places)")
    }
}
