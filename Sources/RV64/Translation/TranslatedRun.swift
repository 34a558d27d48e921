import Engine
import Translator

/// How a hart runs blocks when there is a translator: hot ones as host code, the others by the run loop, with the same
/// accounts.
extension Hart {
    /// Runs from a record of a block that was entered until something needs the rest of the machine.
    func runBlocks(_ block: Block.Pointer, _ ip: Instruction.Pointer) -> (block: Block.Pointer, ip: Instruction.Pointer)
    {
        guard let hostCode else { return RV64.run(state, block, at: ip) }
        var (block, ip) = (block, ip)
        var isHandedOver = false
        while true {
            guard !isHandedOver, ip == block.records, let entry = entry(of: block, hostCode) else {
                (block, ip) = RV64.run(state, block, at: ip)
                guard state.pointee.departure == .translated else { return (block, ip) }
                isHandedOver = false
                continue
            }
            hostCode.run(state, at: entry)
            guard let left = state.pointee.leftBlock else { return (block, ip) }
            block = left
            if let record = state.pointee.leftRecord {
                ip = record
                isHandedOver = state.pointee.departure == .interpreted
                if isHandedOver { continue }
                return (block, ip)
            }
            // It has no code, and is paid for.
            ip = block.records
            count(block)
            guard block.pointee.fetched != state.pointee.fetchEpoch else { continue }
            fetchBlock(state, block)
            if state.pointee.budget < block.pointee.slack {
                state.pointee.departure = .entered
                return (block, ip)
            }
        }
    }

    /// Where the host code of a block begins, made now if it is hot enough.
    private func entry(of block: Block.Pointer, _ hostCode: HostCode) -> UnsafeMutableRawPointer? {
        if let entry = block.pointee.entry { return entry }
        block.pointee.heat &+= 1
        guard block.pointee.heat >= heatLimit else { return nil }
        var translation = BlockTranslation(block, state, hasFusedMultiplyAdd: hostCode.hasFusedMultiplyAdd)
        translation.translate()
        guard let code = hostCode.translate(translation.forms, block: UnsafeMutableRawPointer(block)) else {
            block.pointee.heat = .min
            return nil
        }
        block.pointee.code = code.fromCode
        block.pointee.entry = code.fromOutside
        return code.fromOutside
    }

    /// Takes up a translator.
    ///
    /// - Returns: whether this host can have one.
    func translate() -> Bool {
        guard hostCode == nil else { return true }
        hostCode = HostCode(layout)
        guard let hostCode else { return false }
        for block in ledger.blocks { block.pointee.code = hostCode.unknown }
        return true
    }

    private var layout: Layout {
        Layout(
            state: UnsafeMutableRawPointer(state), slots: -CoreState.registerBytes,
            // a0 to a7 and some temporaries carry most of what compilers write.
            favourites: [15, 14, 13, 12, 10, 11, 16],
            budget: StateOffset.budget, mark: StateOffset.mark, leftBlock: StateOffset.leftBlock,
            leftRecord: StateOffset.leftRecord,
            window: Window(
                base: state.pointee.memoryBase, size: state.pointee.memorySize, memory: state.pointee.memory,
                lines: state.pointee.lines, readable: LineState.readable, writable: LineState.writable,
                markDistance: state.pointee.markDistance),
            helpers: RuntimeHelper.allCases.map(\.function))
    }
}
