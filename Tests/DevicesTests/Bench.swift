import Machine

@testable import Devices

/// A chip at 16 MHz without a core: time passes when a test says so.
func makeChip() -> Chip { Chip(hertz: 16_000_000, memoryCapacity: 0x40_0000) }

extension Chip {
    /// Lets time pass up to `cycle`, event by event, as an engine does.
    func run(until cycle: Cycles) {
        while let next = events.next, next <= cycle {
            clock.now = max(clock.now, next)
            events.run(until: next)
        }
        clock.now = max(clock.now, cycle)
    }

    func run(for cycles: Cycles) { run(until: clock.now + cycles) }
    func run(seconds: Double) { run(for: clock.cycles(in: seconds)) }
}

extension RegisterMap {
    subscript(_ register: Register) -> UInt32 {
        get { read(register) }
        set { write(register, newValue, lanes: .max) }
    }
}

/// An interrupt line and how often it rose.
final class Watched {
    var rises = 0
    var level: Bool { line.level }
    private(set) var line = InterruptLine.unconnected

    init() {
        line = InterruptLine { [unowned self] level in if level { self.rises += 1 } }
    }
}
