import CortexM
import Recording

/// What a person needs after a crash: where it was, who called whom, and the registers.
enum Crash {
    /// A fault whose handler does nothing but branch to itself.
    static func describe(fault: String, in session: Session) -> String {
        var causes = fault.split(whereSeparator: \.isNewline).map(String.init)
        let title = causes.isEmpty ? "" : causes.removeFirst()
        let steps = session.recorder.backtrace()
        let core = session.machine.processor
        let handler = "its handler \(session.places.name(core.resumeAddress)) branches to itself"
        guard let struck = steps.firstIndex(where: isInterruption),
            case .interrupted(let pc, let frame) = steps[struck]
        else { return ([title] + causes + [handler] + registers(core)).joined(separator: "\n") }
        return
            ([title, "  in \(session.places.name(pc))"] + session.places.lines(steps[(struck + 1)...]) + causes
            + [handler, "registers when it struck"] + registers(core, savedAt: frame)).joined(separator: "\n")
    }

    /// A fault that no handler can take.
    static func describe(lockup: String, in session: Session) -> String {
        let core = session.machine.processor
        let place = session.places.name(core.currentPC)
        return
            ([lockup, "  in \(place)"] + session.places.lines(session.recorder.backtrace())
            + core.faultCauses.map { "  " + $0 } + ["registers"] + registers(core)).joined(separator: "\n")
    }

    /// Where the firmware is, and who called it.
    static func place(in session: Session, saysAsleep: Bool = true) -> String {
        let core = session.machine.processor
        let first = session.places.name(core.resumeAddress) + (saysAsleep && core.isAsleep ? ", asleep" : "")
        return ([first] + session.places.lines(session.recorder.backtrace())).joined(separator: "\n")
    }

    private static func isInterruption(_ step: BacktraceStep) -> Bool {
        if case .interrupted = step { true } else { false }
    }

    /// - Parameter frame: where the core saved registers when the fault struck; otherwise they are as they stand.
    private static func registers(_ core: Processor, savedAt frame: UInt32? = nil) -> [String] {
        var values = (0...14).map { core.register($0) }
        var pc = core.resumeAddress
        if let frame {
            // R0-R3, R12, LR, the return address and xPSR, whose bit 9 tells of padding; behind them, if bit 4 of
            // EXC_RETURN is clear, the FP registers. DDI 0403E.e B1.5.7.
            let saved = (0..<8).map { core.word(at: frame &+ 4 &* $0) }
            for (register, index) in [(0, 0), (1, 1), (2, 2), (3, 3), (12, 4), (14, 5)] {
                values[register] = saved[index] ?? values[register]
            }
            pc = saved[6] ?? pc
            let size: UInt32 = core.register(14) & 0x10 == 0 ? 0x68 : 0x20
            values[13] = frame &+ size &+ ((saved[7] ?? 0) >> 9 & 1) &* 4
        }
        let names = (0...12).map { "r\($0)" } + ["sp", "lr", "pc"]
        let cells = zip(names, values + [pc]).map { $0.padded(to: 3) + " " + hexadecimal($1) }
        let rows = stride(from: 0, to: 16, by: 4).map { "  " + cells[$0..<$0 + 4].joined(separator: "   ") }
        guard core.word(at: values[13] & ~3) == nil, core.word(at: (values[13] & ~3) &- 4) == nil else { return rows }
        return rows + ["sp is outside of any memory: the stack has overflowed, or sp was destroyed"]
    }
}
