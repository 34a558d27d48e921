import Dispatch
import Machine
import Profile

/// Shows a person on a terminal that a long run goes on. It never reaches a report.
final class Progress {
    private let chip: Chip
    private let began = DispatchTime.now()
    private var shown = DispatchTime.now()
    private var isVisible = false

    init(chip: Chip) {
        self.chip = chip
    }

    func show() {
        guard StandardError.isTerminal else { return }
        let now = DispatchTime.now()
        guard now.uptimeNanoseconds - began.uptimeNanoseconds > 1_000_000_000,
            now.uptimeNanoseconds - shown.uptimeNanoseconds > 200_000_000
        else { return }
        shown = now
        isVisible = true
        let seconds = chip.clock.seconds(at: chip.clock.now)
        let millis = Int(seconds * 1000)
        StandardError.write("\r\u{1B}[K\(chip.clock.now / 1_000_000) M cycles, \(millis / 1000).\(String(format3(millis % 1000))) s simulated")
    }

    func clear() {
        if isVisible { StandardError.write("\r\u{1B}[K") }
    }

    private func format3(_ value: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
