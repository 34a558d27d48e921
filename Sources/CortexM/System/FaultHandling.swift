import Machine

/// Synchronous faults: which handler takes them. DDI 0403E.e B1.5.14, B1.5.15.
extension Processor {
    /// An instruction faulted: enters the handler.
    ///
    /// - Returns: the address of the handler.
    func raise(_ fault: MemoryFault, at pc: UInt32, itState: UInt8) -> UInt32 {
        system.isThumb = fault != .invalidState
        let number = system.faults.note(fault)
        system.lastFault = "\(fault.text), at \(hex(pc))"
        guard let target = handler(of: number) else {
            return lockUp("\(system.lastFault), at priority \(system.executionPriority)")
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

    /// What the fault was whose handler is executing, or was interrupted; `nil` if there is none.
    public var faultInProgress: String? {
        let handlers = [Exception.hardFault, Exception.memManage, Exception.busFault, Exception.usageFault]
        return handlers.contains { system.active[$0] } ? system.lastFault : nil
    }

    /// The exception numbers of the interrupts that the firmware has enabled.
    public var enabledInterrupts: [Int] {
        var numbers: [Int] = []
        system.enabled.forEach { if $0 >= Exception.interrupt0 { numbers.append($0) } }
        return numbers
    }

    /// A store that waited in the write buffer came back with an error. DDI 0439 2.3.2.
    func raiseImprecise() {
        system.faults.cfsr |= FaultStatus.IMPRECISERR
        system.lastFault = "nothing answers a store, shortly before \(hex(currentPC))"
        pendFault(Exception.busFault)
    }
}

/// The bus faults of loads and stores that the instruction does not see. DDI 0403E.e B1.5.14, B3.2.8.
extension Processor {
    /// A read whose bus fault may be ignored: at priority -1 and -2 with CCR.BFHFNMIGN. The value is then zero.
    func readOrIgnore(_ address: UInt32, _ width: AccessWidth, isPrivileged: Bool) throws(MemoryFault) -> UInt32 {
        do throws(MemoryFault) {
            return try read(address, width, isPrivileged: isPrivileged)
        } catch {
            return try ignored(error)
        }
    }

    /// What is read where a bus fault is ignored; otherwise the fault is thrown.
    func ignored(_ fault: MemoryFault) throws(MemoryFault) -> UInt32 {
        guard case .bus = fault, system.ignoresBusFaults else { throw fault }
        _ = system.faults.note(fault)
        return 0
    }

    /// A write whose bus fault may be ignored, or come late: from the write buffer, behind the instruction.
    func writeBuffered(
        _ address: UInt32, _ value: UInt32, _ width: AccessWidth, isPrivileged: Bool
    ) throws(MemoryFault) {
        do throws(MemoryFault) {
            try write(address, value, width, isPrivileged: isPrivileged)
        } catch {
            guard case .bus = error else { throw error }
            if system.buffersWrites, address < 0xE000_0000 {
                raiseImprecise()
            } else if system.ignoresBusFaults {
                _ = system.faults.note(error)
            } else {
                throw error
            }
        }
    }
}
