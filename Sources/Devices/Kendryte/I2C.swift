import Bits
import Machine

/// What answers on an I2C bus.
public protocol I2CDevice: AnyObject {
    /// A start with its address. `isRead` is the direction that follows.
    /// - Returns: whether it acknowledges.
    func start(isRead: Bool) -> Bool

    /// Takes a byte.
    /// - Returns: whether it acknowledges.
    func write(_ byte: UInt8) -> Bool

    /// Gives the next byte.
    func read() -> UInt8

    func stop()
}

/// An I2C master of the K210, a DesignWare I2C (`i2c.h` and `i2c.c` of Kendryte's standalone SDK). When its FIFO runs
/// empty it makes a stop. The slave mode takes its settings, and nobody addresses it.
public final class I2C: RegisterMap {
    public enum Register: UInt32 {
        case IC_CON = 0x00, IC_TAR = 0x04, IC_SAR = 0x08, IC_DATA_CMD = 0x10, IC_SS_SCL_HCNT = 0x14
        case IC_SS_SCL_LCNT = 0x18, IC_INTR_STAT = 0x2C, IC_INTR_MASK = 0x30, IC_RAW_INTR_STAT = 0x34, IC_RX_TL = 0x38
        case IC_TX_TL = 0x3C, IC_CLR_INTR = 0x40, IC_CLR_RX_UNDER = 0x44, IC_CLR_RX_OVER = 0x48, IC_CLR_TX_OVER = 0x4C
        case IC_CLR_RD_REQ = 0x50, IC_CLR_TX_ABRT = 0x54, IC_CLR_RX_DONE = 0x58, IC_CLR_ACTIVITY = 0x5C
        case IC_CLR_STOP_DET = 0x60, IC_CLR_START_DET = 0x64, IC_CLR_GEN_CALL = 0x68, IC_ENABLE = 0x6C
        case IC_STATUS = 0x70, IC_TXFLR = 0x74, IC_RXFLR = 0x78, IC_SDA_HOLD = 0x7C, IC_TX_ABRT_SOURCE = 0x80
        case IC_DMA_CR = 0x88, IC_DMA_TDLR = 0x8C, IC_DMA_RDLR = 0x90, IC_SDA_SETUP = 0x94
        case IC_ACK_GENERAL_CALL = 0x98, IC_ENABLE_STATUS = 0x9C, IC_FS_SPKLEN = 0xA0, IC_COMP_PARAM_1 = 0xF4
        case IC_COMP_VERSION = 0xF8, IC_COMP_TYPE = 0xFC
    }

    /// Bits of `IC_RAW_INTR_STAT`.
    private enum Interrupt {
        static let RX_UNDER: UInt32 = 1 << 0
        static let RX_OVER: UInt32 = 1 << 1
        static let RX_FULL: UInt32 = 1 << 2
        static let TX_OVER: UInt32 = 1 << 3
        static let TX_EMPTY: UInt32 = 1 << 4
        static let TX_ABRT: UInt32 = 1 << 6
        static let ACTIVITY: UInt32 = 1 << 8
        static let STOP_DET: UInt32 = 1 << 9
        static let START_DET: UInt32 = 1 << 10
        /// Those that stay until they are cleared.
        static let kept: UInt32 = 0xFEB
    }

    /// Why a transfer was given up.
    private enum Abort {
        static let ADDR_7B_NOACK: UInt32 = 1 << 0
        static let ADDR1_10B_NOACK: UInt32 = 1 << 1
        static let TXDATA_NOACK: UInt32 = 1 << 3
    }

    private enum Step {
        /// A start, or a repeated one, with the address; the direction is that of the command behind it.
        case address(isRead: Bool)
        case write(UInt8, stops: Bool)
        case read(stops: Bool)
        case stop
    }

    /// Entries in either FIFO.
    public static let depth = 8

    public let name: String
    public let notices: Notices
    /// `I2Cn_TX` and `I2Cn_RX` of the table of DMA requests.
    public let transmitRequest: DMARequest
    public let receiveRequest: DMARequest

    private let chip: Chip
    private let clock: () -> Double
    private let interrupt: InterruptLine
    private var devices: [UInt32: any I2CDevice] = [:]
    private var stored = [UInt32](repeating: 0, count: 64)
    private var commands: [UInt32] = []
    private var received: [UInt8] = []
    private var raised: UInt32 = 0
    private var abortSource: UInt32 = 0
    /// The device that is addressed, and the direction; `nil` while the bus is free.
    private var open: (device: (any I2CDevice)?, isRead: Bool)?
    private var isBusy = false
    private var event: EventQueue.Event?

    /// - Parameters:
    ///   - clock: the frequency of its clock in Hz, which IC_SS_SCL_HCNT and LCNT count.
    public init(
        name: String, chip: Chip, clock: @escaping () -> Double, interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.clock = clock
        self.interrupt = interrupt
        notices = chip.notices
        transmitRequest = DMARequest("\(name)_TX")
        receiveRequest = DMARequest("\(name)_RX")
    }

    /// Puts a device on the bus.
    /// - Parameter address: without the direction bit.
    public func attach(_ device: any I2CDevice, address: UInt32) {
        devices[address] = device
    }

    // MARK: Registers

    private func held(_ register: Register) -> UInt32 { stored[Int(register.rawValue / 4)] }

    private var isEnabled: Bool { held(.IC_ENABLE).bit(0) }

    public func reset() {
        stop()
        stored = Array(repeating: 0, count: stored.count)
        (raised, abortSource) = (0, 0)
        update()
    }

    private func stop() {
        event?.cancel()
        (commands, received, isBusy) = ([], [], false)
        open?.device?.stop()
        open = nil
    }

    public func read(_ register: Register) -> UInt32 {
        defer { update() }
        switch register {
        case .IC_DATA_CMD:
            guard !received.isEmpty else {
                raised |= Interrupt.RX_UNDER
                return 0
            }
            defer { advance(at: chip.clock.now) }
            return UInt32(received.removeFirst())
        case .IC_INTR_STAT: return rawInterrupts & held(.IC_INTR_MASK)
        case .IC_RAW_INTR_STAT: return rawInterrupts
        case .IC_CLR_INTR:
            abortSource = 0
            return clear(Interrupt.kept)
        case .IC_CLR_RX_UNDER: return clear(Interrupt.RX_UNDER)
        case .IC_CLR_RX_OVER: return clear(Interrupt.RX_OVER)
        case .IC_CLR_TX_OVER: return clear(Interrupt.TX_OVER)
        case .IC_CLR_TX_ABRT:
            abortSource = 0
            return clear(Interrupt.TX_ABRT)
        case .IC_CLR_ACTIVITY: return clear(Interrupt.ACTIVITY)
        case .IC_CLR_STOP_DET: return clear(Interrupt.STOP_DET)
        case .IC_CLR_START_DET: return clear(Interrupt.START_DET)
        case .IC_CLR_RD_REQ, .IC_CLR_RX_DONE, .IC_CLR_GEN_CALL: return 0
        case .IC_STATUS: return status
        case .IC_TXFLR: return UInt32(commands.count)
        case .IC_RXFLR: return UInt32(received.count)
        case .IC_TX_ABRT_SOURCE: return abortSource
        case .IC_ENABLE_STATUS: return isEnabled ? 1 : 0
        // FIFOs of eight entries, DMA, 32-bit bus; "DW" and its number.
        case .IC_COMP_PARAM_1: return 0x0007_07C2
        case .IC_COMP_VERSION: return 0
        case .IC_COMP_TYPE: return 0x4457_0140
        case .IC_CON, .IC_TAR, .IC_SAR, .IC_SS_SCL_HCNT, .IC_SS_SCL_LCNT, .IC_INTR_MASK, .IC_RX_TL, .IC_TX_TL,
            .IC_ENABLE, .IC_SDA_HOLD, .IC_DMA_CR, .IC_DMA_TDLR, .IC_DMA_RDLR, .IC_SDA_SETUP, .IC_ACK_GENERAL_CALL,
            .IC_FS_SPKLEN:
            return held(register)
        }
    }

    private func clear(_ mask: UInt32) -> UInt32 {
        defer { raised &= ~mask }
        return raised & mask == 0 ? 0 : 1
    }

    /// ACTIVITY 0, TFNF 1, TFE 2, RFNE 3, RFF 4, MST_ACTIVITY 5.
    private var status: UInt32 {
        (isBusy || open != nil ? 0x21 : 0) | (commands.count < I2C.depth ? 2 : 0) | (commands.isEmpty ? 4 : 0)
            | (received.isEmpty ? 0 : 8) | (received.count == I2C.depth ? 16 : 0)
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        let new = held(register).merging(value, lanes: lanes)
        switch register {
        case .IC_DATA_CMD: push(value)
        case .IC_ENABLE:
            stored[Int(register.rawValue / 4)] = new & 1
            if !isEnabled { stop() }
        case .IC_CON:
            stored[Int(register.rawValue / 4)] = new
            if !new.bit(0) { notices.unmodelled("\(name) as a slave: nobody addresses it") }
        case .IC_TAR, .IC_SAR, .IC_SS_SCL_HCNT, .IC_SS_SCL_LCNT, .IC_INTR_MASK, .IC_RX_TL, .IC_TX_TL, .IC_SDA_HOLD,
            .IC_DMA_CR, .IC_DMA_TDLR, .IC_DMA_RDLR, .IC_SDA_SETUP, .IC_ACK_GENERAL_CALL, .IC_FS_SPKLEN:
            stored[Int(register.rawValue / 4)] = new
        // The SDK writes back what it has read from this one.
        case .IC_CLR_TX_ABRT: break
        case .IC_INTR_STAT, .IC_RAW_INTR_STAT, .IC_CLR_INTR, .IC_CLR_RX_UNDER, .IC_CLR_RX_OVER, .IC_CLR_TX_OVER,
            .IC_CLR_RD_REQ, .IC_CLR_RX_DONE, .IC_CLR_ACTIVITY, .IC_CLR_STOP_DET, .IC_CLR_START_DET, .IC_CLR_GEN_CALL,
            .IC_STATUS, .IC_TXFLR, .IC_RXFLR, .IC_TX_ABRT_SOURCE, .IC_ENABLE_STATUS, .IC_COMP_PARAM_1,
            .IC_COMP_VERSION, .IC_COMP_TYPE:
            notices.misuse("\(name)_\(register) written, which is read-only")
        }
        update()
    }

    private func push(_ value: UInt32) {
        // After an abort the FIFO takes nothing until the abort is read away.
        guard isEnabled, raised & Interrupt.TX_ABRT == 0 else { return }
        guard commands.count < I2C.depth else {
            raised |= Interrupt.TX_OVER
            return
        }
        commands.append(value & 0x7FF)
        advance(at: chip.clock.now)
    }

    // MARK: The bus

    /// Cycles of the CPU for `bits` bits; `nil` without a clock.
    private func time(bits: Int) -> Cycles? {
        let period = Double((held(.IC_SS_SCL_HCNT) & 0xFFFF) + (held(.IC_SS_SCL_LCNT) & 0xFFFF))
        let hertz = clock()
        return hertz > 0 ? max(1, chip.clock.cycles(in: Double(bits) * max(1, period) / hertz)) : nil
    }

    private func advance(at cycle: Cycles) {
        guard !isBusy, isEnabled, let (step, bits) = nextStep(), let time = time(bits: bits) else { return }
        isBusy = true
        raised |= Interrupt.ACTIVITY
        event = chip.events.schedule(at: cycle + time) { [weak self] cycle in
            guard let self else { return }
            isBusy = false
            perform(step)
            advance(at: cycle)
            update()
        }
    }

    /// Commands: data 7:0, read 8, stop 9, restart 10.
    private func nextStep() -> (step: Step, bits: Int)? {
        guard let command = commands.first else { return open == nil ? nil : (.stop, 1) }
        let isRead = command.bit(8)
        guard let open, open.isRead == isRead, !command.bit(10) else {
            return (.address(isRead: isRead), held(.IC_CON).bit(4) || held(.IC_TAR).bit(12) ? 19 : 10)
        }
        // Without room for what is read the clock waits.
        if isRead, received.count >= I2C.depth { return nil }
        commands.removeFirst()
        return (isRead ? .read(stops: command.bit(9)) : .write(UInt8(command & 0xFF), stops: command.bit(9)), 9)
    }

    private func perform(_ step: Step) {
        switch step {
        case .address(let isRead):
            raised |= Interrupt.START_DET
            let device = devices[held(.IC_TAR) & 0x3FF]
            guard device?.start(isRead: isRead) ?? false else {
                let isTenBit = held(.IC_CON).bit(4) || held(.IC_TAR).bit(12)
                return abort(isTenBit ? Abort.ADDR1_10B_NOACK : Abort.ADDR_7B_NOACK)
            }
            open = (device, isRead)
            if !commands.isEmpty { commands[0] &= ~(1 << 10) }
        case .write(let byte, let stops):
            guard open?.device?.write(byte) ?? false else { return abort(Abort.TXDATA_NOACK) }
            if stops { close() }
        case .read(let stops):
            received.append(open?.device?.read() ?? 0xFF)
            if stops { close() }
        case .stop: if commands.isEmpty { close() }
        }
    }

    private func close() {
        open?.device?.stop()
        open = nil
        raised |= Interrupt.STOP_DET
    }

    private func abort(_ source: UInt32) {
        // TX_FLUSH_CNT tells in bits 31:23 how many commands were thrown away.
        abortSource |= source | UInt32(commands.count) << 23
        raised |= Interrupt.TX_ABRT
        commands = []
        close()
    }

    // MARK: Interrupt and DMA

    private var rawInterrupts: UInt32 {
        raised | (received.count > Int(held(.IC_RX_TL) & 7) ? Interrupt.RX_FULL : 0)
            | (isEnabled && commands.count <= Int(held(.IC_TX_TL) & 7) ? Interrupt.TX_EMPTY : 0)
    }

    private func update() {
        interrupt.set(rawInterrupts & held(.IC_INTR_MASK) != 0)
        let control = held(.IC_DMA_CR)
        let isEnough = received.count > Int(held(.IC_DMA_RDLR) & 7) || (!received.isEmpty && !isBusy)
        receiveRequest.set(control.bit(0) && isEnough)
        let hasRoom = commands.count <= Int(held(.IC_DMA_TDLR) & 7) && commands.count < I2C.depth
        transmitRequest.set(isEnabled && control.bit(1) && hasRoom)
    }
}
