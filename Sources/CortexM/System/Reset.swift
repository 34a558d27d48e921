import Engine
import Machine

extension Processor {
    /// Puts the peripherals of the core on the bus. DDI 0403E.e B3.1, B3.2.2.
    func connectSystem() {
        let peripherals: [(any Peripheral, UInt32, UInt32)] = [
            (SCB(self), 0xE000_ED00, 0x90),
        ]
        for (peripheral, base, size) in peripherals { chip.bus.add(peripheral, at: base, size: size) }
    }

    /// Resets the core and all devices, and goes to the reset handler. DDI 0403E.e B1.5.5.
    public func reset() {
        drain()
        system.reset()
        for peripheral in chip.bus.peripherals { peripheral.reset() }
        for register in 0..<16 { state.registers[register] = 0 }
        state.registers[14] = .max
        for index in 0..<32 { state.singles[index] = 0 }
        APSR = 0
        FPSCR = 0
        state.pointee.exclusive = nil
        request = nil
        fault = nil
        setUnprivileged(false)
        accessChanged()
        updateFPGate()
        let stackPointer = vectorAtReset(0)
        state.registers[13] = (stackPointer ?? 0) & ~3
        state.pointee.stackLow = state.registers[13]
        if stackPointer != nil, let start = vectorAtReset(1) {
            system.isThumb = start & 1 != 0
            let pc = start & ~1
            position = .at(pc: system.isThumb ? pc : raise(.invalidState, at: pc, itState: 0), itState: 0)
        } else {
            // Nothing can be executed there: the core locks up when it tries to.
            position = .at(pc: 0xFFFF_FFFE, itState: 0)
        }
        mayTakeException = true
    }

    private func vectorAtReset(_ number: UInt32) -> UInt32? {
        do throws(BusError) {
            return try chip.bus.read(system.vtor &+ 4 &* number, .word)
        } catch {
            return nil
        }
    }
}
