import Engine
import Machine
import Translator

/// The instruction fetch of a block from a memory with wait states: see `FetchUse`.
extension BlockTranslation {
    /// Looks whether all lines of the block are there, and notes its use. Its own branch to its start need not come here
    /// again: nothing happens to the lines while a block runs without leaving the code, and its lines are the ones that
    /// were used last anyway.
    mutating func fetch(_ i: Instruction.Pointer) {
        let call = Form.call(RuntimeHelper.fetchLines.call(i))
        guard BlockTranslation.fetchesOnce(block), let use = block.pointee.fetch, let lines = use.pointee.lines else {
            return add(call)
        }
        let fetched = newLabel()
        let noted = newLabel()
        let unknown = outOfLine {
            $0.add(call)
            $0.add(.jump(fetched))
        }
        let restless = outOfLine { $0.readAhead(i, use, lines, noted: noted, unknown: unknown) }
        add(.load(.int64, .temporary(1), .absolute(UInt(bitPattern: lines) + LineOffset.epoch)))
        add(.check(.notEqual, .int64, .absolute(UInt(bitPattern: use) + UseOffset.quiet), .temporary(1), restless))
        add(.label(noted))
        endWithoutDelay(.temporary(1))
        add(.store(.int64, .temporary(1), .absolute(UInt(bitPattern: use) + UseOffset.end)))
        add(.label(fetched))
        isFetched = true
        outOfLine(at: newLabel()) {
            $0.add(.entryAside)
            $0.count()
            $0.add(.jump(fetched))
        }
    }

    /// Whether the lines of the block that comes next are the last ones of this one's. They then are the last that were
    /// used already, in the same order, and the line behind them is the same.
    func staysInLines(_ next: Block.Pointer) -> Bool {
        guard BlockTranslation.fetchesOnce(block) else { return false }
        return state.pointee.processor._withUnsafeGuaranteedRef { processor in
            guard let plan = processor.fetchPlan(of: block), let other = processor.fetchPlan(of: next) else {
                return false
            }
            return other.lastLine == plan.lastLine && other.firstLine >= plan.firstLine
        }
    }

    /// Whether a block that loops needs to look at its lines only when it is entered.
    static func fetchesOnce(_ block: Block.Pointer) -> Bool {
        block.pointee.fetch?.pointee.lines?.pointee.cachesInstructions ?? false
    }

    /// The cycle at which the block ends if nothing is late.
    private mutating func endWithoutDelay(_ place: Place) {
        add(.load(.int64, place, .state(StateOffset.deadline)))
        add(.binary(.subtract, .doubleword, place, Operand(place), .budget))
    }

    /// Where the line behind the block is not there: begins to read it unless that is the last that was begun.
    private mutating func readAhead(
        _ i: Instruction.Pointer, _ use: FetchUse.Pointer, _ lines: LineState.Pointer, noted: Label, unknown: Label
    ) {
        func line(_ offset: UInt) -> HostAddress { .absolute(UInt(bitPattern: lines) + offset) }
        let requested = cyclesToLastRequest
        guard use.pointee.next >= 0, let requested else { return add(.jump(unknown)) }
        let next = Operand.constant(Int64(use.pointee.next))
        let begins = newLabel()
        add(.check(.notEqual, .int64, .absolute(UInt(bitPattern: use) + UseOffset.held), .temporary(1), unknown))
        add(.check(.equal, .int64, line(LineOffset.ahead), next, noted))
        endWithoutDelay(.temporary(1))
        let sinceRequest = Int64(i.pointee.cyclesToEnd) - Int64(requested)
        add(.binary(.add, .doubleword, .temporary(1), .temporary(1), .constant(1 - sinceRequest)))
        add(.load(.int64, .temporary(2), line(LineOffset.free)))
        add(.branch(.less, .temporary(2), .temporary(1), begins))
        add(.move(.temporary(1), .temporary(2)))
        add(.label(begins))
        let waitStates = Int64(lines.pointee.waitStates)
        add(.binary(.add, .doubleword, .temporary(1), .temporary(1), .constant(waitStates)))
        add(.store(.int64, .temporary(1), line(LineOffset.aheadReady)))
        add(.binary(.add, .doubleword, .temporary(1), .temporary(1), .constant(1)))
        add(.store(.int64, .temporary(1), line(LineOffset.free)))
        add(.store(.int64, next, line(LineOffset.ahead)))
        add(.jump(noted))
    }

    /// Cycles from the entry until the core has room to fetch from the last line.
    private var cyclesToLastRequest: Int? {
        state.pointee.processor._withUnsafeGuaranteedRef { $0.fetchPlan(of: block)?.cyclesToRequest.last }
    }
}

/// Where things are in what a memory with lines shares.
private enum LineOffset {
    private static func of(_ path: PartialKeyPath<LineState>) -> UInt {
        UInt(MemoryLayout<LineState>.offset(of: path) ?? 0)
    }

    static let epoch = of(\.epoch)
    static let ahead = of(\.ahead)
    static let aheadReady = of(\.aheadReady)
    static let free = of(\.free)
}

/// Where things are in how a block was fetched.
private enum UseOffset {
    private static func of(_ path: PartialKeyPath<FetchUse>) -> UInt {
        UInt(MemoryLayout<FetchUse>.offset(of: path) ?? 0)
    }

    static let held = of(\.held)
    static let quiet = of(\.quiet)
    static let end = of(\.end)
}
