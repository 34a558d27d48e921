import Machine

/// Synchronous faults: which handler takes them. DDI 0403E.e B1.5.14, B1.5.15.
extension Processor {
    /// An instruction faulted: enters the handler.
    ///
    /// - Returns: the address of the handler.
    func raise(_ fault: MemoryFault, at pc: UInt32, itState: UInt8) -> UInt32 {
        system.isThumb = fault != .invalidState
        let number = system.faults.note(fault)
        guard let target = handler(of: number) else {
            return lockUp("\(fault.text) at \(hex(pc)), at priority \(system.executionPriority)")
        }
        return takeException(target, returnAddress: pc, itState: itState)
    }

    /// The exception that takes a fault now: its own, or HardFault where that is disabled or not urgent enough; `nil`
    /// if not even HardFault can.
    func handler(of number: Int) -> Int? {
        if features.isMainline {
            if system.enabled[number], system.preempts(number) { return number }
            guard system.executionPriority > -1 else { return nil }
            system.faults.hfsr |= number == Exception.debugMonitor ? FaultStatus.DEBUGEVT : FaultStatus.FORCED
        }
        return system.executionPriority > -1 ? Exception.hardFault : nil
    }

    /// A store that waited in the write buffer came back with an error. DDI 0439 2.3.2.
    func raiseImprecise() {
        system.faults.cfsr |= FaultStatus.IMPRECISERR
        pendFault(Exception.busFault)
    }
}
