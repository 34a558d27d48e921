import Engine
import Machine

extension Processor {
    /// Puts the peripherals of the core on the bus. DDI 0403E.e B3.1, B3.2.2.
    func connectSystem() {
        let dwt = DWT(self)
        var peripherals: [(any Peripheral, UInt32, UInt32)] = [
            (SystemControl(self), 0xE000_E000, 0x10),
            (SysTick(self), 0xE000_E010, 0xF0),
            (NVIC(self), 0xE000_E100, 0xC00),
            (SCB(self), 0xE000_ED00, 0x90),
            (MPU(self), 0xE000_ED90, 0x60),
            (CoreDebug(self, dwt), 0xE000_EDF0, 0x110),
            (FPControl(self), 0xE000_EF00, 0x100),
            (dwt, 0xE000_1000, 0x1000),
        ]
        if features.isMainline {
            peripherals += [
                (ITM(self), 0xE000_0000, 0x1000),
                // FP_CTRL: 6 code and 2 literal comparators, disabled. DDI 0439 table 8-2.
                (StoredRegisters("FPB", chip.notices, initial: [0: 0x0000_0260]), 0xE000_2000, 0x1000),
                (StoredRegisters("TPIU", chip.notices), 0xE004_0000, 0x1000),
                (StoredRegisters("ETM", chip.notices), 0xE004_1000, 0x1000),
            ]
        }
        for (peripheral, base, size) in peripherals { chip.bus.add(peripheral, at: base, size: size) }
    }

    /// Resets the core and all devices, and goes to the reset handler. DDI 0403E.e B1.5.5.
    public func reset() {
        drain()
        // Gives back what the rest of the current block would have taken.
        _ = leavePosition()
        position = .at(pc: 0, itState: 0)
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
