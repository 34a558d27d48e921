import Engine
public import Translator

/// Writes calls, returns and jumps into the journal, as the run loop does.
public struct Journal: Sendable {
    /// Distances of fields from the state pointer.
    private let next: Int
    private let end: Int
    private let deadline: Int
    /// The guest's stack pointer.
    private let sp: Operand

    public init(next: Int, end: Int, deadline: Int, sp: Operand) {
        self.next = next
        self.end = end
        self.deadline = deadline
        self.sp = sp
    }

    /// - Parameters:
    ///   - target: where to; keeps its value.
    ///   - function: the one that the code belongs to.
    ///   - full: where to go when the journal is full.
    public func note(target: Operand, returnAddress: UInt32, function: Int32, full: Label) -> [Form] {
        func field(_ path: PartialKeyPath<JournalEntry>) -> HostAddress {
            .at(temporary: 1, MemoryLayout<JournalEntry>.offset(of: path) ?? 0)
        }
        let size = Int64(MemoryLayout<JournalEntry>.stride)
        return [
            .load(.int64, .temporary(1), .state(next)),
            .load(.int64, .temporary(2), .state(deadline)),
            .binary(.subtract, .doubleword, .temporary(2), .temporary(2), .budget),
            .store(.int64, .temporary(2), field(\.cycle)),
            .store(.uint32, target, field(\.target)),
            .store(.uint32, .constant(Int64(returnAddress)), field(\.returnAddress)),
            .store(.uint32, sp, field(\.sp)),
            .store(.uint32, .constant(Int64(function)), field(\.function)),
            .binary(.add, .doubleword, .temporary(1), .temporary(1), .constant(size)),
            .store(.int64, .temporary(1), .state(next)),
            .check(.equal, .int64, .state(end), .temporary(1), full),
        ]
    }
}
