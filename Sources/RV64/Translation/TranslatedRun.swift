import Engine
import Translator

/// How a hart runs blocks when there is a translator: hot ones as host code, the others by the run loop, with the same
/// accounts.
extension Hart {
    /// Runs from a record of a block that was entered until something needs the rest of the machine.
    func runBlocks(_ block: Block.Pointer, _ ip: Instruction.Pointer) -> (block: Block.Pointer, ip: Instruction.Pointer)
    {
        guard hostCode != nil else { return RV64.run(state, block, at: ip) }
        if hasStaleHostCode { forgetHostCode() }
        review()
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
        return translate(block, hostCode)
    }

    @discardableResult
    private func translate(_ block: Block.Pointer, _ hostCode: HostCode) -> UnsafeMutableRawPointer? {
        var translation = BlockTranslation(
            block, state, hasFusedMultiplyAdd: hostCode.hasFusedMultiplyAdd, entries: entries(of:))
        translation.translate()
        guard let code = hostCode.translate(translation.forms, block: UnsafeMutableRawPointer(block)) else {
            giveUp()
            return nil
        }
        block.pointee.code = code.fromCode
        block.pointee.entry = code.fromOutside
        return code.fromOutside
    }

    /// A link became known that the host code of a block would have built in.
    func linkBecameKnown(_ block: Block.Pointer) {
        guard let hostCode, block.pointee.entry != nil, !hasStaleHostCode else { return }
        translate(block, hostCode)
    }

    /// Links were cut that host code has built in.
    private func forgetHostCode() {
        hasStaleHostCode = false
        timesForgotten += 1
        let stale = hostCode
        // Code that keeps on changing is not worth it.
        if timesForgotten > Hart.patience, heatLimit < Hart.greatestHeatLimit { heatLimit *= 2 }
        begin(favourites)
        if hostCode === stale { giveUp() }
    }

    private static let patience = 16
    private static let greatestHeatLimit = 1 << 20

    /// The host gives no more executable memory: all is interpreted from now on.
    private func giveUp() {
        hostCode = nil
        for block in ledger.blocks {
            block.pointee.code = nil
            block.pointee.entry = nil
            block.pointee.heat = .min
        }
    }

    /// Takes up a translator.
    ///
    /// - Returns: whether this host can have one.
    func translate(after turns: Int) -> Bool {
        heatLimit = turns
        if hostCode == nil { begin([15, 14, 13, 12, 10, 11, 16, 17]) }
        return hostCode != nil
    }

    /// Begins with no code, and with these registers in registers of the host.
    private func begin(_ favourites: [Int]) {
        guard let code = HostCode(layout(favourites)) else { return }
        hostCode = code
        self.favourites = favourites
        for block in ledger.blocks {
            block.pointee.code = code.unknown
            block.pointee.entry = nil
            block.pointee.heat = 0
        }
    }

    /// Finds out which registers the program uses most, and makes its code anew if they are others than before. That is
    /// done a few times, ever more seldom.
    private func review() {
        untilReview -= 1
        guard untilReview == 0 else { return }
        reviewInterval *= 16
        untilReview = reviewInterval
        var uses = [Int](repeating: 0, count: 256)
        for block in ledger.blocks {
            let weight = entries(of: block)
            guard weight > 0 else { continue }
            for index in 0..<Int(block.pointee.length) {
                let record = block.records[index]
                for register in [record.n, record.m, record.d] { uses[Int(register)] += weight }
            }
        }
        let most = (1..<32).sorted { (uses[$0], $1) > (uses[$1], $0) }.prefix(favourites.count)
        // How branches go is known the second time.
        if Set(most) != Set(favourites) || reviewInterval == Hart.branchReview { begin(Array(most)) }
    }

    private static let branchReview = 64 * 16 * 16

    /// How often a block was entered so far.
    private func entries(of block: Block.Pointer) -> Int {
        ledger.entries[Int(block.pointee.index)] + block.pointee.entries
    }

    private func layout(_ favourites: [Int]) -> Layout {
        let predictor = UnsafeMutableRawPointer(state.pointee.predictor)
        let history = MemoryLayout<BranchPredictor>.offset(of: \.history) ?? 0
        var layout = Layout(
            state: UnsafeMutableRawPointer(state), slots: -CoreState.registerBytes, favourites: favourites,
            budget: StateOffset.budget, mark: StateOffset.mark,
            kept: (predictor + history).assumingMemoryBound(to: UInt32.self), leftBlock: StateOffset.leftBlock,
            leftRecord: StateOffset.leftRecord,
            calls: StateOffset.hostCalls,
            window: Window(
                base: state.pointee.memoryBase, size: state.pointee.memorySize, memory: state.pointee.memory,
                lines: state.pointee.lines, readable: LineState.readable, writable: LineState.writable,
                markDistance: state.pointee.markDistance),
            helpers: RuntimeHelper.allCases.map(\.function))
        layout.keptMask = state.pointee.predictor.pointee.historyMask
        return layout
    }
}
