import Machine

/// Which exception comes first. DDI 0403E.e B1.5.4.
extension SystemRegisters {
    /// Lower than any exception: the priority of Thread mode.
    static let base = 256

    /// The priority of an exception; less is more urgent.
    func priority(of number: Int) -> Int {
        switch number {
        case Exception.reset: -3
        case Exception.nmi: -2
        case Exception.hardFault: -1
        default: Int(priorities[number])
        }
    }

    /// The part of a priority that decides whether it preempts: without the subpriority bits that PRIGROUP makes.
    func group(_ priority: Int) -> Int {
        priority < 0 ? priority : priority & ~((2 << Int(prigroup)) - 1)
    }

    /// ExecutionPriority().
    var executionPriority: Int { executionPriority(primask: primask) }

    private func executionPriority(primask: Bool) -> Int {
        var priority = SystemRegisters.base
        active.forEach { priority = min(priority, group(self.priority(of: $0))) }
        if basepri != 0 { priority = min(priority, group(Int(basepri))) }
        if primask { priority = min(priority, 0) }
        if faultmask { priority = min(priority, -1) }
        return priority
    }

    /// Whether NMI, HardFault or FAULTMASK is in effect: the MPU then depends on MPU_CTRL.HFNMIENA.
    var isAtFaultPriority: Bool { faultmask || active[Exception.nmi] || active[Exception.hardFault] }

    /// The most urgent exception that is pending and enabled, whether or not it can be taken.
    var mostUrgent: Int? {
        let candidates = pending.intersection(enabled)
        guard !candidates.isEmpty else { return nil }
        var best: Int?
        var bestPriority = Int.max
        candidates.forEach {
            let priority = self.priority(of: $0)
            if priority < bestPriority { (best, bestPriority) = ($0, priority) }
        }
        return best
    }

    /// Whether an exception would preempt what executes now.
    func preempts(_ number: Int) -> Bool { group(priority(of: number)) < executionPriority }

    /// Whether a pending exception would end a WFI: PRIMASK does not count. DDI 0403E.e B1.5.19.
    var hasWakingException: Bool {
        guard let number = mostUrgent else { return false }
        return group(priority(of: number)) < executionPriority(primask: false)
    }
}

extension Processor {
    /// The exception to take now, if one is pending that preempts what executes.
    func pendingException() -> Int? {
        guard let number = system.mostUrgent, system.preempts(number) else { return nil }
        return number
    }

    /// Makes an exception pending.
    func pend(_ number: Int) {
        let wasPending = system.pending[number]
        system.pending[number] = true
        if !wasPending, system.scr & SCR.SEVONPEND != 0, number >= Exception.interrupt0 { system.eventRegister = true }
        recheckPriority()
    }

    /// Takes the pending state away again, unless the interrupt's line still asks.
    func unpend(_ number: Int) {
        system.pending[number] = system.asserted[number]
    }

    /// Whether the core wakes from its sleep. DDI 0403E.e B1.5.18, B1.5.19.
    func wakesUp() -> Bool {
        if system.isWaitingForEvent {
            guard system.eventRegister || pendingException() != nil else { return false }
            system.eventRegister = false
            system.isWaitingForEvent = false
            return true
        }
        return system.hasWakingException
    }

    /// The wire on which a device asks for an interrupt; number 0 is exception 16.
    ///
    /// A line that no interrupt belongs to leads nowhere.
    public func line(_ irq: Int) -> InterruptLine {
        guard (0..<features.interruptCount).contains(irq) else { return .unconnected }
        if let line = system.lines[irq] { return line }
        let number = Exception.interrupt0 + irq
        let line = InterruptLine { [unowned self] level in
            system.asserted[number] = level
            if level { pend(number) }
        }
        system.lines[irq] = line
        return line
    }
}
