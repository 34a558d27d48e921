import Glibc
import Machine
import Profile

/// Shows a person on a terminal that a long run goes on. It never reaches a report.
final class Progress {
    private let chip: Chip
    private let began = Progress.now
    private var shown: UInt64 = 0
    private var isVisible = false

    init(chip: Chip) {
        self.chip = chip
    }

    /// Nanoseconds of real time.
    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// After the first second, five times a second.
    func show() {
        guard StandardError.isTerminal else { return }
        let now = Progress.now
        guard now - began > 1_000_000_000, now - shown > 200_000_000 else { return }
        shown = now
        isVisible = true
        let seconds = Numeral.fixed(chip.clock.seconds(at: chip.clock.now), places: 3)
        StandardError.write(
            "\r\u{1B}[K\(Numeral.grouped(chip.clock.now / 1_000_000)) million cycles, \(seconds) s simulated; "
                + "Ctrl-C ends the run with its report")
    }

    func clear() {
        guard isVisible else { return }
        isVisible = false
        StandardError.write("\r\u{1B}[K")
    }
}
