import Engine
import Profile

/// What a firmware waits for that goes nowhere.
enum Waiting {
    /// All cores sleep, and nothing is going to happen.
    static func asleep(_ session: Session) -> Outcome {
        let cores = session.machine.cpu.cores
        if cores.count > 1 {
            return .waiting(
                description: "an interrupt that never comes: every core is asleep\n  "
                    + waits(session).joined(
                        separator: "\n  "))
        }
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
        if cores.count > 1, let first = cores.first, let word = first.polledWord {
            let waits = waits(session).joined(separator: "\n  ")
            // A variable may be set by an interrupt; that nobody raises it is for the user to judge.
            return word.isAtomic || !cores.contains { $0.canBeInterrupted }
                ? .deadlock(description: "no core is left to change what \(first.name) waits for\n  \(waits)")
                : .waiting(
                    description: "a variable that no core and no interrupt is left to change\n  \(waits)")
        }
        let canBeInterrupted = cores.contains { $0.canBeInterrupted }
        let reason =
            canBeInterrupted
            ? "no interrupt is going to come" : "every interrupt is disabled or masked"
        let who = cores.count > 1 ? "no core gets any further" : "it branches to itself"
        return .waiting(description: "nothing: \(who), and \(reason)\n  in \(places)")
    }

    /// What each core waits for, where that is, and who called it.
    private static func waits(_ session: Session) -> [String] {
        session.machine.cpu.cores.enumerated().map { index, core in
            let place = session.places.name(core.resumeAddress)
            let calls = session.places.lines(session.recording.backtrace(core: index))
            return (["\(core.name) \(wait(of: core, session)), in \(place)"] + calls).joined(separator: "\n")
        }
    }

    private static func wait(of core: any Core, _ session: Session) -> String {
        if core.isAsleep {
            let enabled = core.enabledInterrupts.sorted().map(session.exceptionName)
            return enabled.isEmpty
                ? "sleeps, and no interrupt is enabled" : "sleeps until a \(enabled.joined(separator: " or a "))"
        }
        guard let address = core.polledWord?.address else { return "branches to itself" }
        let value = core.word(at: address & ~3).map { ", which holds \(hexadecimal($0))" } ?? ""
        return "waits for \(session.places.data(address))\(value)"
    }
}
