import Engine
import Machine

/// Traps: into the handler and back.
extension Hart {
    /// An exception at an instruction, which did not complete.
    func raise(_ exception: RaisedException, at pc: UInt64) {
        let target = { self.control.trap(exception.cause, value: exception.value, pc: pc) }
        enterTrap(at: pc, value: exception.value, target)
        guard case .at(let handler) = position, !canFetch(handler) else { return }
        // A handler that cannot be fetched traps to itself, for ever.
        ending = .lockup(
            "\(exception.cause.text) at \(hex(pc)), and there is no handler to run at \(hex(handler)) (mtvec)")
    }

    private func canFetch(_ pc: UInt64) -> Bool {
        guard pc >> 32 == 0 else { return false }
        return chip.bus.memory(at: UInt32(truncatingIfNeeded: pc))?.memory.isExecutable ?? false
    }

    /// - Parameter enter: does what the architecture says; answers where the handler is.
    func enterTrap(at pc: UInt64, value: UInt64 = 0, _ enter: () -> UInt64) {
        // Whoever never returns from a trap nests them: the oldest are nobody's interest.
        if traps.count == Hart.deepestTraps { traps.removeFirst(Hart.deepestTraps / 2) }
        drain()
        chip.clock.now = now
        let handler = enter()
        let cause = control.mode == .machine ? control.mcause : control.scause
        traps.append(
            Trap(cause: cause, value: value, pc: pc, registers: (0..<32).map { state.registers[$0] }))
        spend(timings[.trapEntry], on: .exception)
        position = .at(handler)
        mayTakeInterrupt = true
        observer?.exceptionEntered(
            ExceptionEntry(
                number: Hart.exceptionNumber(cause), handler: UInt32(truncatingIfNeeded: handler),
                returnAddress: UInt32(truncatingIfNeeded: pc), skippedBytes: 4, frame: stackPointer),
            at: now)
    }

    private static let deepestTraps = 64

    /// The number of an interrupt or exception in reports: interrupts first.
    public static func exceptionNumber(_ cause: UInt64) -> Int {
        let code = Int(truncatingIfNeeded: cause & 0xFFF)
        return cause >> 63 != 0 ? code : 0x1000 + code
    }

    /// What `exceptionNumber` stands for: `machine timer interrupt`, `illegal instruction`.
    public static func exceptionName(_ number: Int) -> String {
        let code = UInt64(truncatingIfNeeded: number & 0xFFF)
        return causeText(number < 0x1000 ? 1 << 63 | code : code)
    }

    /// MRET or SRET is complete.
    func returnFromTrap(to pc: UInt64) {
        drain()
        _ = traps.popLast()
        spend(timings[.trapReturn], on: .exception)
        position = .at(pc)
        mayTakeInterrupt = true
        observer?.exceptionReturned(to: UInt32(truncatingIfNeeded: pc), at: now)
    }
}

/// An address or a register as messages show it.
func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
