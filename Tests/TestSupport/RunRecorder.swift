import Engine
import Machine
import Profile

/// Writes down all that an observer is told, and does now and then what observers may do.
final class RunRecorder: RunObserver {
    enum Event: Equatable {
        case went(cycle: Int, target: UInt32, returnAddress: UInt32, sp: UInt32, function: Int32)
        case reached(UInt32, Cycles)
        /// When is not said exactly: behind the instruction, or behind its block.
        case deepened(UInt32)
        case entered(ExceptionEntry, Cycles)
        case returned(UInt32, Cycles)
    }

    var events: [Event] = []
    private(set) var accounts = Accounts()
    /// Whether it gathers in the middle of a run, observes more addresses, changes marks and low-water marks.
    var meddles = false
    private unowned let core: any Core

    init(_ core: any Core) {
        self.core = core
        // Functions of 32 bytes.
        core.functionIndex = { Int32(truncatingIfNeeded: $0 >> 5 & 0xFFFF) }
        core.observer = self
    }

    func text(_ index: Int) -> String { events.indices.contains(index) ? "\(events[index])" : "nothing" }

    /// Closes the accounts as at the end of a run.
    func close() {
        core.closeAccounts()
        accounts.gather(core)
    }

    func drained(_ entries: UnsafeBufferPointer<JournalEntry>) {
        for entry in entries {
            events.append(
                .went(
                    cycle: entry.cycle, target: entry.target, returnAddress: entry.returnAddress, sp: entry.sp,
                    function: entry.function))
        }
    }

    func reached(_ address: UInt32, at cycle: Cycles) {
        events.append(.reached(address, cycle))
        guard meddles else { return }
        if cycle % 2 == 0 { accounts.gather(core) }
        core.touchMark = UInt8(1 + cycle % 255)
        core.stackLow = core.stackPointer
        if cycle % 5 == 0 { core.observe([core.returnAddress]) }
    }

    func stackDeepened(to sp: UInt32, at cycle: Cycles) {
        events.append(.deepened(sp))
        // A number on the way to an address is no stack.
        if meddles, core.word(at: (sp &- 4) & ~3) == nil { core.stackLow = .max }
    }

    func exceptionEntered(_ entry: ExceptionEntry, at cycle: Cycles) {
        events.append(.entered(entry, cycle))
        guard meddles else { return }
        accounts.gather(core)
        core.stackLow = core.stackPointer
    }

    func exceptionReturned(to address: UInt32, at cycle: Cycles) {
        events.append(.returned(address, cycle))
        guard meddles else { return }
        accounts.gather(core)
        core.stackLow = core.stackPointer
    }
}

/// What the functions of a program took on one core.
struct Accounts {
    private struct Account: Equatable {
        var instructions = 0
        var cycles = CauseVector()
    }

    private var accounts: [Int32: Account] = [:]
    private var outside = CauseVector()

    mutating func gather(_ core: any Core) {
        core.gather { function, instructions, cycles in
            accounts[function, default: Account()].instructions += instructions
            accounts[function, default: Account()].cycles += cycles
        }
        outside = core.outsideBlocks
    }

    /// What differs first; `nil` if nothing does.
    func difference(from expected: Accounts) -> String? {
        if outside != expected.outside { return "outside blocks: \(outside), expected \(expected.outside)" }
        let keys = Set(accounts.keys).union(expected.accounts.keys).sorted()
        return keys.first { accounts[$0] != expected.accounts[$0] }.map {
            "function \($0): \(accounts[$0] as Account?), expected \(expected.accounts[$0] as Account?)"
        }
    }
}
