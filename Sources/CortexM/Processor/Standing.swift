import Engine
import Machine

/// How the core stands, for whoever stops to look.
extension Processor {
    /// The address of the next instruction.
    public var resumeAddress: UInt32 {
        switch position {
        case .at(let pc, _): return pc
        case .inside(let block, let ip):
            let records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
            return block.pointee.pc &+ UInt32(records[ip - records].offset)
        }
    }

    /// The address of a branch to itself that nothing is ever going to end; `nil` if the core does something else.
    public var endlessLoop: UInt32? {
        guard case .at(let pc, _) = position, let block = ledger.codeMap.block(at: pc),
            chip.events.next == nil || faultInProgress != nil
        else { return nil }
        let records = block.pointee.records.assumingMemoryBound(to: Instruction.self)
        let last = records[Int(block.pointee.length) - 1]
        return block.pointee.instructions == 1 && last.operation == .b && last.imm == pc ? pc : nil
    }
}
