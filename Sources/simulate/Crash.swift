import Engine
import Recording

/// What a person needs after a crash: where it was, who called whom, and the registers.
enum Crash {
    /// A fault whose handler does nothing but branch to itself.
    static func describe(fault: String, core index: Int, in session: Session) -> String {
        var causes = fault.split(whereSeparator: \.isNewline).map(String.init)
        let title = causes.isEmpty ? "" : causes.removeFirst()
        let steps = session.recording.backtrace(core: index)
        let core = session.machine.cpu.cores[index]
        let handler = "its handler \(session.places.name(core.resumeAddress)) branches to itself"
        guard let struck = steps.firstIndex(where: isInterruption),
            case .interrupted(let pc, let frame) = steps[struck]
        else { return ([title] + causes + [handler] + registers(core, core.crashRegisters)).joined(separator: "\n") }
        return
            ([title, "  in \(session.places.name(pc))"] + session.places.lines(steps[(struck + 1)...]) + causes
            + [handler, "registers when it struck"] + registers(core, core.crashRegisters(savedAt: frame)))
            .joined(separator: "\n")
    }

    /// A fault that no handler can take, or a command to a device that no device can carry out.
    static func describe(_ title: String, in session: Session) -> String {
        let index = session.machine.cpu.currentCore
        let core = session.machine.cpu.cores[index]
        let place = session.places.name(core.currentPC)
        return
            ([title, "  in \(place)"] + session.places.lines(session.recording.backtrace(core: index))
            + core.faultCauses.map { "  " + $0 } + ["registers"] + registers(core, core.crashRegisters))
            .joined(separator: "\n")
    }

    /// Where the firmware is, and who called it: for each core.
    static func places(in session: Session, saysAsleep: Bool = true) -> String {
        let cores = session.machine.cpu.cores
        return cores.indices.map { index in
            let core = cores[index]
            let name = cores.count > 1 ? "\(core.name): " : ""
            let first = name + session.places.name(core.resumeAddress) + (saysAsleep && core.isAsleep ? ", asleep" : "")
            return ([first] + session.places.lines(session.recording.backtrace(core: index))).joined(separator: "\n")
        }.joined(separator: "\n  ")
    }

    private static func isInterruption(_ step: BacktraceStep) -> Bool {
        if case .interrupted = step { true } else { false }
    }

    /// Four in a row.
    private static func registers(_ core: any Core, _ registers: [RegisterValue]) -> [String] {
        let width = registers.map(\.name.count).max() ?? 0
        let cells = registers.map { $0.name.padded(to: width) + " " + hexadecimal($0.value, digits: $0.bits / 4) }
        let rows = stride(from: 0, to: cells.count, by: 4).map { start in
            "  " + cells[start..<min(start + 4, cells.count)].joined(separator: "   ")
        }
        guard let sp = registers.first(where: { $0.name == "sp" }) else { return rows }
        let top = UInt32(truncatingIfNeeded: sp.value) & ~3
        guard core.word(at: top) == nil, core.word(at: top &- 4) == nil else { return rows }
        return rows + ["sp is outside of any memory: the stack has overflowed, or sp was destroyed"]
    }
}
