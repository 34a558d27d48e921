/// Who called whom, at this moment of the run.
public enum BacktraceStep: Equatable, Sendable {
    /// The code before was called from here: the address behind the call.
    case calledFrom(returnAddress: UInt32)
    /// The code before is a handler that interrupted this instruction.
    case interrupted(pc: UInt32, frame: UInt32)
}

extension Recorder {
    /// How the core got where it is, innermost first: from the calls that were seen, so that a stack that the firmware
    /// has destroyed does not matter.
    func backtrace() -> [BacktraceStep] {
        // Has the core tell of the last calls.
        update()
        var steps = calls.current.callSites
        for context in calls.interrupted.reversed() {
            steps.append(.interrupted(pc: context.resume, frame: context.frame))
            steps += context.stack.callSites
        }
        return steps
    }
}

extension CallStack {
    /// The outermost call was made by nobody.
    fileprivate var callSites: [BacktraceStep] {
        frames.dropFirst().filter { !$0.isTailCall }.reversed().map { .calledFrom(returnAddress: $0.returnAddress) }
    }
}
