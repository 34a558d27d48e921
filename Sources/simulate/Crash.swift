import CortexM
import Firmware

/// What a person needs after a crash: the registers, and who called whom.
enum Crash {
    static func describe(_ session: Session) -> String {
        let core = session.machine.processor
        var lines: [String] = []
        let names = (0...12).map { "r\($0)" } + ["sp", "lr"]
        var row = ""
        for (number, name) in names.enumerated() {
            row += name.padded(to: 3) + " " + hex(core.register(number)) + (number % 4 == 3 ? "" : "   ")
            if number % 4 == 3 || number == 14 {
                lines.append("  " + row)
                row = ""
            }
        }
        lines.append("  pc  \(hex(core.resumeAddress))   " + session.name(of: core.resumeAddress))
        let chain = session.recorder.callers
        if !chain.isEmpty { lines.append("Called from") }
        for caller in chain { lines.append("  " + caller.function + "  " + session.name(of: caller.address)) }
        return lines.joined(separator: "\n")
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
