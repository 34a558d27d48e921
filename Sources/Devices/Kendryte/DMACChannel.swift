import Bits
import Machine

/// One channel of the DMA controller: its registers, the bytes between source and destination, and what one piece of
/// work moves. `DMAC` decides when.
final class DMACChannel {
    enum Register: UInt32 {
        case sar = 0x00, dar = 0x08, block_ts = 0x10, ctl = 0x18, cfg = 0x20, llp = 0x28, status = 0x30
        case swhssrc = 0x38, swhsdst = 0x40, blk_tfr = 0x48, axi_id = 0x50, axi_qos = 0x58
        case intstatus_en = 0x80, intstatus = 0x88, intsignal_en = 0x90, intclear = 0x98
    }

    /// Bits of `intstatus`.
    private enum Status {
        static let BLOCK_TFR_DONE: UInt64 = 1 << 0
        static let DMA_TFR_DONE: UInt64 = 1 << 1
        static let SRC_DEC_ERR: UInt64 = 1 << 5
        static let DST_DEC_ERR: UInt64 = 1 << 6
        static let SRC_SLV_ERR: UInt64 = 1 << 7
        static let DST_SLV_ERR: UInt64 = 1 << 8
        static let LLI_RD_DEC_ERR: UInt64 = 1 << 9
        static let LLI_INVALID_ERR: UInt64 = 1 << 13
        static let SUSPENDED: UInt64 = 1 << 29
        static let DISABLED: UInt64 = 1 << 30
        static let ABORTED: UInt64 = 1 << 31
        static let all: UInt64 = 0xE000_3FFB
    }

    /// Who sets the pace (`tt_fc`).
    private enum Pace {
        case memory, source, destination
    }

    private enum End {
        case source, destination
    }

    let name: String
    private(set) var isEnabled = false
    var isSuspended = false {
        didSet { if isSuspended, !oldValue, isEnabled { intstatus |= Status.SUSPENDED } }
    }
    /// When it was served last, in services of the controller.
    var lastServed = 0

    private let chip: Chip
    private var sar: UInt64 = 0
    private var dar: UInt64 = 0
    private var block_ts: UInt64 = 0
    private var ctl: UInt64 = 0
    private var cfg: UInt64 = 0
    private var llp: UInt64 = 0
    private var axi_qos: UInt64 = 0
    /// Items moved of the block, in `status`.
    private var completed: UInt64 = 0
    private var intstatus: UInt64 = 0
    private var intstatus_en = Status.all
    private var intsignal_en = Status.all
    /// Source items that are still to be read in this block.
    private var itemsLeft = 0
    /// Read, and not yet written.
    private var bytes: [UInt8] = []

    init(name: String, chip: Chip) {
        self.name = name
        self.chip = chip
    }

    // MARK: Registers

    func reset() {
        (sar, dar, block_ts, ctl, cfg, llp, axi_qos, completed, intstatus) = (0, 0, 0, 0, 0, 0, 0, 0, 0)
        (intstatus_en, intsignal_en) = (Status.all, Status.all)
        (isEnabled, isSuspended, itemsLeft, bytes) = (false, false, 0, [])
    }

    func read(_ register: Register) -> UInt64 {
        switch register {
        case .sar: sar
        case .dar: dar
        case .block_ts: block_ts
        case .ctl: ctl
        case .cfg: cfg
        case .llp: llp
        case .status: completed
        case .swhssrc, .swhsdst, .blk_tfr, .axi_id, .intclear: 0
        case .axi_qos: axi_qos
        case .intstatus_en: intstatus_en
        case .intstatus: intstatus
        case .intsignal_en: intsignal_en
        }
    }

    func write(_ register: Register, _ value: UInt64, lanes: UInt64) {
        switch register {
        case .sar: sar = sar.merging(value, lanes: lanes)
        case .dar: dar = dar.merging(value, lanes: lanes)
        case .block_ts: block_ts = block_ts.merging(value, lanes: lanes) & 0x3F_FFFF
        case .ctl: ctl = ctl.merging(value, lanes: lanes)
        case .cfg: cfg = cfg.merging(value, lanes: lanes)
        case .llp: llp = llp.merging(value, lanes: lanes)
        case .status, .intstatus: chip.notices.misuse("\(name): \(register) written, which is read-only")
        case .swhssrc, .swhsdst: chip.notices.unmodelled("\(name) \(register): handshakes by software")
        case .blk_tfr, .axi_id: break
        case .axi_qos: axi_qos = axi_qos.merging(value, lanes: lanes)
        case .intstatus_en: intstatus_en = intstatus_en.merging(value, lanes: lanes) & Status.all
        case .intsignal_en: intsignal_en = intsignal_en.merging(value, lanes: lanes) & Status.all
        case .intclear: intstatus &= ~value
        }
    }

    /// The SDK reads `intstatus` for "done" while `intstatus_en` is zero, so the enables gate only the interrupt.
    var isInterrupting: Bool { intstatus & intstatus_en & intsignal_en != 0 }

    // MARK: What it is set to

    /// 0 to 7, the highest first.
    var priority: Int { Int(cfg.bits(51, 49)) }
    /// The physical bus has 32 address lines; what is above is ignored.
    var source: UInt32 { UInt32(truncatingIfNeeded: sar) }
    var destination: UInt32 { UInt32(truncatingIfNeeded: dar) }

    private var pace: Pace {
        switch cfg.bits(34, 32) {
        case 0: .memory
        case 1, 6: .destination
        // Between two peripherals there is one request for both (`i2s_rx_to_tx`), the source's.
        default: .source
        }
    }

    /// Whether it needs no request: both ends are memory, or the peripheral's handshake is software's (`hs_sel`).
    var isFree: Bool {
        switch pace {
        case .memory: true
        case .source: cfg.bit(35)
        case .destination: cfg.bit(36)
        }
    }

    private var sourceWidth: Int { 1 << min(6, Int(ctl.bits(10, 8))) }
    private var destinationWidth: Int { 1 << min(6, Int(ctl.bits(13, 11))) }

    /// Items of one burst (`src_msize`, `dst_msize`).
    private static func burst(_ code: UInt64) -> Int { code == 0 ? 1 : 2 << min(9, Int(code)) }

    // MARK: Start and end

    func start() {
        guard !isEnabled else { return }
        isEnabled = true
        noteOptions()
        if isLinked { loadItem() } else { beginBlock() }
    }

    /// Takes it out of work; what it has read and not written is lost.
    func stop() {
        guard isEnabled else { return }
        isEnabled = false
        bytes = []
        intstatus |= Status.DISABLED
    }

    func abort() {
        guard isEnabled else { return }
        stop()
        intstatus |= Status.ABORTED
    }

    private func beginBlock() {
        itemsLeft = Int(block_ts) + 1
        completed = 0
        bytes = []
        let misaligned = sar & UInt64(sourceWidth - 1) != 0 || dar & UInt64(destinationWidth - 1) != 0
        if misaligned {
            chip.notices.misuse("\(name): address not a multiple of the transfer width: low bits ignored")
            sar &= ~UInt64(sourceWidth - 1)
            dar &= ~UInt64(destinationWidth - 1)
        }
    }

    private func noteOptions() {
        for (type, what) in [(cfg.bits(1, 0), "src_multblk_type"), (cfg.bits(3, 2), "dst_multblk_type")]
        where type == 1 || type == 2 {
            chip.notices.unmodelled("\(name): \(what) = \(type)")
        }
        if pace == .source ? cfg.bit(35) : pace == .destination && cfg.bit(36) {
            chip.notices.unmodelled("\(name): handshake by software; the transfer does not wait")
        }
        if ctl.bits(10, 8) == 7 || ctl.bits(13, 11) == 7 { chip.notices.misuse("\(name): reserved transfer width 7") }
    }

    // MARK: Linked lists

    private var isLinked: Bool { cfg.bits(1, 0) == 3 || cfg.bits(3, 2) == 3 }

    /// Takes the next item of the linked list: sar, dar, block_ts, llp and ctl, as doublewords.
    private func loadItem() {
        let address = UInt32(truncatingIfNeeded: llp) & ~63
        do throws(BusError) {
            let item = try chip.bus.readDoubleword(address &+ 32)
            guard item.bit(63) else { return fail(Status.LLI_INVALID_ERR, "linked list item that is not valid") }
            sar = try chip.bus.readDoubleword(address)
            dar = try chip.bus.readDoubleword(address &+ 8)
            block_ts = try chip.bus.readDoubleword(address &+ 16) & 0x3F_FFFF
            llp = try chip.bus.readDoubleword(address &+ 24)
            ctl = item
            beginBlock()
        } catch {
            fail(Status.LLI_RD_DEC_ERR, "no linked list item at 0x\(String(address, radix: 16))")
        }
    }

    // MARK: Service

    /// Whether it would move something now, if it is requested.
    var hasWork: Bool { isEnabled && !isSuspended }

    /// Bytes of the piece of work that comes next, as far as that is known before.
    var nextBytes: Int {
        switch pace {
        case .memory: min(DMAC.stretch, itemsLeft * sourceWidth)
        case .source: sourceWidth
        case .destination: destinationWidth
        }
    }

    /// Moves a stretch in memory, or a burst from or to a peripheral as long as that asks for more; a peripheral whose
    /// items are small gets several bursts in a row.
    /// - Returns: bytes moved.
    func serve(while isRequested: () -> Bool) -> Int {
        var moved = 0
        switch pace {
        case .memory:
            moved = copyStretch() ?? copyItems(DMAC.stretch / sourceWidth, while: { true })
        case .source:
            moved = copyItems(max(DMACChannel.burst(ctl.bits(17, 14)), 64 / sourceWidth), while: isRequested)
        case .destination:
            let limit = max(DMACChannel.burst(ctl.bits(21, 18)), 64 / destinationWidth)
            var count = 0
            while count < limit, isEnabled, itemsLeft > 0 || !bytes.isEmpty, isRequested() {
                count += 1
                if passesItem() { continue }
                while bytes.count < destinationWidth, isEnabled, itemsLeft > 0 { takeItem() }
                guard isEnabled else { break }
                giveItem()
            }
            moved = count * destinationWidth
        }
        if isEnabled, itemsLeft == 0, bytes.isEmpty || pace != .destination { complete() }
        return moved
    }

    /// Items from the source to the destination, one by one; at the end of the block to the last byte.
    private func copyItems(_ limit: Int, while isRequested: () -> Bool) -> Int {
        var count = 0
        while count < limit, isEnabled, itemsLeft > 0, isRequested() {
            count += 1
            if passesItem() { continue }
            takeItem()
            while isEnabled, bytes.count >= destinationWidth || (itemsLeft == 0 && !bytes.isEmpty) { giveItem() }
        }
        return count * sourceWidth
    }

    /// The way of almost all transfers with a peripheral: an item of up to eight bytes goes through as it is.
    /// - Returns: whether the way is open.
    private func passesItem() -> Bool {
        let width = sourceWidth
        guard bytes.isEmpty, itemsLeft > 0, width <= 8, width == destinationWidth else { return false }
        let (from, to) = (source, destination)
        let value: UInt64
        do throws(BusError) {
            value = try busRead(from, width)
        } catch {
            fail(error, at: .source, from)
            return true
        }
        if !ctl.bit(4) { sar &+= UInt64(width) }
        if !ctl.bit(6) { dar &+= UInt64(width) }
        itemsLeft -= 1
        completed += 1
        do throws(BusError) {
            try busWrite(to, value, width)
        } catch {
            fail(error, at: .destination, to)
        }
        return true
    }

    /// The way of almost all copies: from plain memory to plain memory, both addresses rising.
    /// - Returns: bytes moved, or `nil` if the way is not open.
    private func copyStretch() -> Int? {
        guard !ctl.bit(4), !ctl.bit(6), bytes.isEmpty,
            let (from, fromAddress) = chip.bus.memory(at: source),
            let (to, toAddress) = chip.bus.memory(at: destination), to.isWritable
        else { return nil }
        let count = min(DMAC.stretch, itemsLeft * sourceWidth)
        guard from.contains(fromAddress, count), to.contains(toAddress, count) else { return nil }
        (to.bytes + Int(toAddress - to.base)).copyMemory(
            from: from.bytes + Int(fromAddress - from.base), byteCount: count)
        chip.bus.onChange(destination, count)
        sar &+= UInt64(count)
        dar &+= UInt64(count)
        itemsLeft -= count / sourceWidth
        completed += UInt64(count / sourceWidth)
        return count
    }

    private func complete() {
        intstatus |= Status.BLOCK_TFR_DONE
        if isLinked, !ctl.bit(62) {
            loadItem()
        } else {
            isEnabled = false
            intstatus |= Status.DMA_TFR_DONE
        }
    }

    // MARK: Bus

    private func takeItem() {
        let address = source
        let width = sourceWidth
        do throws(BusError) {
            for offset in stride(from: 0, to: width, by: 8) {
                let value = try busRead(address &+ UInt32(offset), min(8, width))
                for byte in 0..<min(8, width) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
            }
        } catch {
            return fail(error, at: .source, address)
        }
        if !ctl.bit(4) { sar &+= UInt64(width) }
        itemsLeft -= 1
        completed += 1
    }

    /// Writes one item, or what is left of the last one as single bytes.
    private func giveItem() {
        let address = destination
        let width = destinationWidth
        // What is written may stop this very transfer, so the item is taken out first.
        let item = Array(bytes.prefix(width))
        bytes.removeFirst(item.count)
        let step = item.count < width ? 1 : min(8, width)
        do throws(BusError) {
            for offset in stride(from: 0, to: item.count, by: step) {
                let value = (0..<step).reduce(UInt64(0)) { $0 | UInt64(item[offset + $1]) << UInt64(8 * $1) }
                try busWrite(address &+ UInt32(offset), value, step)
            }
        } catch {
            return fail(error, at: .destination, address)
        }
        if !ctl.bit(6) { dar &+= UInt64(item.count) }
    }

    private func busRead(_ address: UInt32, _ width: Int) throws(BusError) -> UInt64 {
        guard let narrow = AccessWidth(rawValue: UInt32(width)) else { return try chip.bus.readDoubleword(address) }
        return UInt64(try chip.bus.read(address, narrow))
    }

    private func busWrite(_ address: UInt32, _ value: UInt64, _ width: Int) throws(BusError) {
        if let narrow = AccessWidth(rawValue: UInt32(width)) {
            try chip.bus.write(address, UInt32(truncatingIfNeeded: value), narrow)
        } else {
            try chip.bus.writeDoubleword(address, value)
        }
    }

    private func fail(_ error: BusError, at end: End, _ address: UInt32) {
        let isMissing = error == .nothingThere
        let status =
            switch end {
            case .source: isMissing ? Status.SRC_DEC_ERR : Status.SRC_SLV_ERR
            case .destination: isMissing ? Status.DST_DEC_ERR : Status.DST_SLV_ERR
            }
        fail(status, "no \(end) at 0x\(String(address, radix: 16))")
    }

    private func fail(_ status: UInt64, _ what: String) {
        chip.notices.misuse("\(name): \(what)")
        isEnabled = false
        bytes = []
        intstatus |= status
    }
}
