import Engine
import FloatingPoint
import Translator

/// How the core runs blocks when there is a translator: hot ones as host code, the others by the run loop, with the same
/// accounts.
extension Processor {
    /// Runs from a record of a block that was entered until something needs the rest of the machine.
    func runBlocks(_ block: Block.Pointer, _ ip: Instruction.Pointer) -> (block: Block.Pointer, ip: Instruction.Pointer)
    {
        reviewSingles()
        guard let hostCode else { return CortexM.run(state, block, at: ip) }
        state.updateFPGate()
        var (block, ip) = (block, ip)
        while ip == block.records, let entry = entry(of: block, hostCode) {
            hostCode.run(state, at: entry)
            guard let left = state.pointee.leftBlock else { return (block, ip) }
            if let record = state.pointee.leftRecord {
                guard state.pointee.departure == .interpreted else { return (left, record) }
                (block, ip) = (left, record)
                break
            }
            // It had no code, and is paid for.
            block = left
            ip = left.records
            count(left)
        }
        // Behind this block there may be host code again.
        limitBudget(state, to: block.pointee.slack + Processor.roomForWaits)
        return CortexM.run(state, block, at: ip)
    }

    /// Cycles for the wait states that a block may meet, so that it need not be left for them.
    private static let roomForWaits = 32

    /// Where the host code of a block begins, made now if it is hot enough.
    private func entry(of block: Block.Pointer, _ hostCode: HostCode) -> UnsafeMutableRawPointer? {
        if let entry = block.pointee.entry { return entry }
        block.pointee.heat &+= 1
        guard block.pointee.heat >= heatLimit else { return nil }
        guard BlockTranslation.applies(to: block) else {
            block.pointee.heat = .min
            return nil
        }
        if takeUpSingles(of: block) { return nil }
        let forms = BlockTranslation.forms(of: block, self)
        guard let code = hostCode.translate(forms, block: UnsafeMutableRawPointer(block)) else {
            giveUp()
            return nil
        }
        block.pointee.code = code.fromCode
        block.pointee.codeAside = code.aside
        block.pointee.entry = code.fromOutside
        return code.fromOutside
    }

    /// The host gives no more executable memory: all is interpreted from now on.
    private func giveUp() {
        hostCode = nil
        for block in ledger.blocks {
            block.pointee.code = nil
            block.pointee.codeAside = nil
            block.pointee.entry = nil
            block.pointee.heat = .min
        }
    }

    public var hasTranslator: Bool { HostCode.hasEmitter }

    /// Takes up a translator.
    ///
    /// - Returns: whether this host can have one.
    public func translate(after turns: Int) -> Bool {
        heatLimit = turns
        guard hostCode == nil else { return true }
        beginHostCode()
        for map in [readMap, writeMap] { map.promiseBroken = { [unowned self] in self.mapsChanged() } }
        return hostCode != nil
    }

    /// Begins with no code.
    func beginHostCode() {
        hostCode = layout.flatMap(HostCode.init)
        for block in ledger.blocks {
            block.pointee.code = hostCode?.unknown
            block.pointee.codeAside = hostCode?.unknown
            block.pointee.entry = nil
            block.pointee.heat = 0
        }
    }

    /// What code takes for granted of the access maps does not hold any more.
    private func mapsChanged() {
        forgetHostCode()
        state.pointee.wantsAttention = true
    }

    /// An access goes elsewhere than its code foresaw. The run loop makes it, and has the rest of the block.
    func stray(_ block: Block.Pointer, _ i: Instruction.Pointer) {
        if let address = i.pointee.touch?.address(state.registers) {
            sites[i, default: Foresight.Site(address: address)].address = address
            sites[i]?.strays += 1
        }
        RuntimeHelper.runAlone(state, block, i)
        if state.pointee.departure == .stopped { state.pointee.departure = .attention }
        guard let strays = sites[i]?.strays, strays.isMultiple(of: Foresight.Site.patience), let hostCode else {
            return
        }
        block.pointee.code = hostCode.unknown
        block.pointee.codeAside = hostCode.unknown
        block.pointee.entry = nil
        block.pointee.heat = 0
    }

    /// Links between blocks were cut: code in which they are built in must not be entered again. It becomes hot anew,
    /// the later the more often this happens.
    func forgetHostCode() {
        guard let hostCode else { return }
        hostCodeChanges += 1
        for block in ledger.blocks {
            block.pointee.code = hostCode.unknown
            block.pointee.codeAside = hostCode.unknown
            block.pointee.entry = nil
            block.pointee.heat = min(block.pointee.heat, -hostCodeChanges)
        }
    }

    private var layout: Layout? {
        guard let markDistance = Int32(exactly: state.pointee.markDistance) else { return nil }
        // The memory that is used most: its distance has a register.
        let largest = chip.bus.memories.filter(\.isWritable).max { $0.size < $1.size }
        guard let largest else { return nil }
        let main = Window(
            base: 0, size: 0, memory: largest.bytes - Int(largest.base),
            lines: largest.marks, readable: 0, writable: 0,
            markDistance: state.pointee.markDistance)
        // The mark has a register: every access writes it.
        let mark = (UnsafeMutableRawPointer(state) + StateOffset.mark).assumingMemoryBound(to: UInt32.self)
        var layout = Layout(
            state: UnsafeMutableRawPointer(state), slots: -CoreState.registerBytes, favourites: [3, 2, 1, 0, 4, 5, 6],
            budget: StateOffset.budget,
            mark: StateOffset.mark, kept: mark, leftBlock: StateOffset.leftBlock, leftRecord: StateOffset.leftRecord,
            calls: StateOffset.hostCalls,
            window: main, helpers: RuntimeHelper.allCases.map(\.function))
        layout.words = WordLayout(
            nz: StateOffset.nz, c: StateOffset.c, v: StateOffset.v, lastSlave: StateOffset.lastSlave,
            markDistance: markDistance, readMap: UInt(bitPattern: readMap.entries),
            writeMap: UInt(bitPattern: writeMap.entries))
        layout.words?.singles.slots = StateOffset.single(0)..<StateOffset.single(32)
        layout.words?.singles.favourites = singleFavourites.slots
        layout.words?.singles.comparisons = StateOffset.comparisons
        layout.words?.singles.usesFusedMultiplyAdd = usesFusedMultiplyAdd
        return layout
    }
}

extension Block.Pointer {
    /// What the block decodes to.
    var records: Instruction.Pointer { pointee.records.assumingMemoryBound(to: Instruction.self) }
}
