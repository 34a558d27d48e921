import Bits
import Machine

/// A NOR flash of 16 MiB on an SPI bus, after Winbond's W25Q128JV (data sheet revision F): the standard, dual and quad
/// commands that Kendryte's drivers and the boot ROM use.
///
/// Programming only clears bits and wraps within a page of 256 bytes; erasing sets bits. Both take the typical times of
/// the data sheet (9.6), during which only the status registers answer.
public final class SPIFlash: SPIDevice {
    /// 128 Mbit.
    public static let capacity = 1 << 24

    /// Typical times in seconds (table 9.6, AC characteristics).
    private enum Time {
        /// tW, write status register.
        static let writeStatus = 10e-3
        /// tPP, page program.
        static let pageProgram = 0.4e-3
        /// tSE, 4 KiB.
        static let sectorErase = 45e-3
        /// tBE1, 32 KiB.
        static let blockErase32 = 120e-3
        /// tBE2, 64 KiB.
        static let blockErase64 = 150e-3
        /// tCE, the chip.
        static let chipErase = 40.0
    }

    private enum Status1 {
        static let BUSY: UInt8 = 1 << 0
        static let WEL: UInt8 = 1 << 1
        /// BP2:0, TB, SEC, SRP: kept, and protecting nothing here.
        static let writable: UInt8 = 0xFC
    }

    /// QE, the quad enable bit of status register 2.
    private static let QE: UInt8 = 1 << 1

    private enum State {
        case command
        /// Bytes of the address so far, for a command that has one.
        case address(Command, [UInt8])
        /// Clock cycles until data.
        case dummy(Command, clocks: Int)
        case data(Command)
        /// Nothing more is expected, or the command is not one.
        case ignored
    }

    /// Commands with an address or data (table 8.1.2 and 8.1.3).
    private enum Command: UInt8 {
        case writeStatus1 = 0x01, pageProgram = 0x02, readData = 0x03, readStatus1 = 0x05, fastRead = 0x0B
        case writeStatus3 = 0x11, readStatus3 = 0x15, sectorErase = 0x20, writeStatus2 = 0x31, quadProgram = 0x32
        case readStatus2 = 0x35, fastReadDualOutput = 0x3B, uniqueID = 0x4B, blockErase32 = 0x52
        case fastReadQuadOutput = 0x6B, manufacturerID = 0x90, JEDECID = 0x9F, releasePowerDown = 0xAB
        case fastReadDualIO = 0xBB, blockErase64 = 0xD8, fastReadQuadIO = 0xEB

        /// Bytes between the command and data, mode bits included.
        var addressBytes: Int {
            switch self {
            case .writeStatus1, .writeStatus2, .writeStatus3, .readStatus1, .readStatus2, .readStatus3, .JEDECID: 0
            case .pageProgram, .quadProgram, .readData, .fastRead, .fastReadDualOutput, .fastReadQuadOutput,
                .sectorErase, .blockErase32, .blockErase64, .manufacturerID, .releasePowerDown:
                3
            case .uniqueID, .fastReadDualIO, .fastReadQuadIO: 4
            }
        }

        var dummyClocks: Int {
            switch self {
            case .fastRead, .fastReadDualOutput, .fastReadQuadOutput: 8
            case .fastReadQuadIO: 4
            default: 0
            }
        }

        var needsQuadEnable: Bool {
            switch self {
            case .quadProgram, .fastReadQuadOutput, .fastReadQuadIO: true
            default: false
            }
        }
    }

    public let name: String
    /// What is stored, as the firmware left it; erased behind.
    private var stored: [UInt8]
    /// All that is stored.
    public var contents: [UInt8] { stored + Array(repeating: 0xFF, count: SPIFlash.capacity - stored.count) }
    /// Whether anything was programmed or erased since the start.
    public private(set) var isChanged = false

    private let notices: Notices
    private var busy: Alarm
    private var state = State.command
    private var framer = SPIByteFramer()
    private var writeEnabled = false
    private var isPoweredDown = false
    /// QE is kept without power, and 1 in the parts of the boards (W25Q128JV-IQ, 7.1.8), so that a program that sets it
    /// only where it is 0 does not have to wait.
    private var status: [UInt8] = [0, SPIFlash.QE, 0]
    /// Where reading goes on, and how many bytes of an answer are out.
    private var address = 0
    private var position = 0
    /// What is to be programmed, or written to a status register, when the device is deselected.
    private var latch: [UInt8] = []

    /// - Parameters:
    ///   - contents: what it holds at the start; erased (0xFF) behind. Bytes beyond 16 MiB are cut off.
    public init(name: String = "flash", chip: Chip, contents: [UInt8] = []) {
        self.name = name
        notices = chip.notices
        busy = Alarm(chip) { _ in }
        stored = Array(contents.prefix(SPIFlash.capacity))
    }

    // MARK: The bus

    public func select() {
        state = .command
        framer.reset()
        latch = []
        position = 0
    }

    public func exchange(_ value: UInt32, bits: Int, lines: Int) -> UInt32 {
        if case .dummy(let command, let clocks) = state {
            let left = clocks - (bits + lines - 1) / lines
            state = left > 0 ? .dummy(command, clocks: left) : .data(command)
            return .max
        }
        return framer.exchange(value, bits: bits, next: next, take: take)
    }

    public func wait(clocks: Int) {
        guard case .dummy(let command, let left) = state else { return }
        state = clocks < left ? .dummy(command, clocks: left - clocks) : .data(command)
    }

    public func deselect() {
        if case .data(let command) = state { finish(command) }
        if case .address(let command, let bytes) = state, !bytes.isEmpty {
            notices.misuse(
                "\(name): command 0x\(String(command.rawValue, radix: 16)) without its whole address: ignored")
        }
        state = .ignored
    }

    private var isBusy: Bool { busy.isPending }

    // MARK: What goes out

    private func next() -> UInt8 {
        guard case .data(let command) = state else { return 0xFF }
        defer { position += 1 }
        switch command {
        case .readStatus1: return status[0] | (isBusy ? Status1.BUSY : 0) | (writeEnabled ? Status1.WEL : 0)
        case .readStatus2: return status[1]
        case .readStatus3: return status[2]
        case .manufacturerID: return (position + address) & 1 == 0 ? 0xEF : 0x17
        case .JEDECID: return position < 3 ? [0xEF, 0x40, 0x18][position] : 0xFF
        case .releasePowerDown: return 0x17
        case .uniqueID: return position < 8 ? 0 : 0xFF
        case .readData, .fastRead, .fastReadDualOutput, .fastReadQuadOutput, .fastReadDualIO, .fastReadQuadIO:
            defer { address = (address + 1) & (SPIFlash.capacity - 1) }
            return address < stored.count ? stored[address] : 0xFF
        case .writeStatus1, .writeStatus2, .writeStatus3, .pageProgram, .quadProgram, .sectorErase, .blockErase32,
            .blockErase64:
            return 0xFF
        }
    }

    // MARK: What comes in

    private func take(_ byte: UInt8) {
        switch state {
        case .command: begin(byte)
        case .address(let command, let bytes): take(byte, of: command, after: bytes)
        case .data(let command):
            switch command {
            case .pageProgram, .quadProgram:
                latch.append(byte)
                // Only the last 256 bytes count.
                if latch.count > 512 { latch.removeFirst(256) }
            case .writeStatus1, .writeStatus2, .writeStatus3: if latch.count < 2 { latch.append(byte) }
            default: break
            }
        case .dummy, .ignored: break
        }
    }

    private func begin(_ byte: UInt8) {
        state = .ignored
        if isBusy, byte != 0x05, byte != 0x35, byte != 0x15 {
            return notices.misuse("\(name): command 0x\(String(byte, radix: 16)) while BUSY: ignored")
        }
        if isPoweredDown, byte != 0xAB { return }
        switch byte {
        case 0x06, 0x50: writeEnabled = true
        case 0x04: writeEnabled = false
        case 0x60, 0xC7: erase(SPIFlash.capacity, at: 0, Time.chipErase)
        case 0xB9: isPoweredDown = true
        case 0x66, 0x00, 0xFF: break
        case 0x99: (writeEnabled, isPoweredDown) = (false, false)
        default:
            guard let command = Command(rawValue: byte) else {
                return notices.unmodelled("\(name): command 0x\(String(byte, radix: 16))")
            }
            if command.needsQuadEnable, status[1] & SPIFlash.QE == 0 {
                return notices.misuse("\(name): command 0x\(String(byte, radix: 16)) while QE is 0: ignored")
            }
            if command == .releasePowerDown { isPoweredDown = false }
            state = command.addressBytes > 0 ? .address(command, []) : .data(command)
        }
    }

    private func take(_ byte: UInt8, of command: Command, after bytes: [UInt8]) {
        let all = bytes + [byte]
        guard all.count == command.addressBytes else {
            state = .address(command, all)
            return
        }
        // Mode bits behind an address of three bytes would only keep the next command short; nobody uses that here.
        address = all.prefix(3).reduce(0) { $0 << 8 | Int($1) }
        state = command.dummyClocks > 0 ? .dummy(command, clocks: command.dummyClocks) : .data(command)
    }

    // MARK: What happens when the chip select rises

    private func finish(_ command: Command) {
        switch command {
        case .pageProgram, .quadProgram: program()
        case .writeStatus1: writeStatus(0)
        case .writeStatus2: writeStatus(1)
        case .writeStatus3: writeStatus(2)
        case .sectorErase: erase(0x1000, at: address, Time.sectorErase)
        case .blockErase32: erase(0x8000, at: address, Time.blockErase32)
        case .blockErase64: erase(0x1_0000, at: address, Time.blockErase64)
        case .readData, .fastRead, .fastReadDualOutput, .fastReadQuadOutput, .fastReadDualIO, .fastReadQuadIO,
            .readStatus1, .readStatus2, .readStatus3, .manufacturerID, .JEDECID, .releasePowerDown, .uniqueID:
            break
        }
    }

    /// Whether writing is allowed; it is used up by that.
    private func takeWriteEnable(for what: String) -> Bool {
        defer { writeEnabled = false }
        if !writeEnabled { notices.misuse("\(name): \(what) without write enable: ignored") }
        return writeEnabled
    }

    private func program() {
        guard !latch.isEmpty, takeWriteEnable(for: "program") else { return }
        let page = address & ~0xFF
        if stored.count < page + 0x100 { stored += Array(repeating: 0xFF, count: page + 0x100 - stored.count) }
        for (index, byte) in latch.enumerated() { stored[page | (address + index) & 0xFF] &= byte }
        isChanged = true
        busy.set(after: Time.pageProgram)
    }

    private func erase(_ size: Int, at address: Int, _ time: Double) {
        guard takeWriteEnable(for: "erase") else { return }
        let begin = address & ~(size - 1)
        for place in begin..<max(begin, min(begin + size, stored.count)) { stored[place] = 0xFF }
        isChanged = true
        busy.set(after: time)
    }

    /// Status register 1 takes a second byte to status register 2, as older parts have it (8.2.5).
    private func writeStatus(_ first: Int) {
        guard !latch.isEmpty, takeWriteEnable(for: "write status") else { return }
        for (offset, byte) in latch.enumerated() where first + offset < 3 && (offset == 0 || first == 0) {
            status[first + offset] = first + offset == 0 ? byte & Status1.writable : byte
        }
        busy.set(after: Time.writeStatus)
    }
}
