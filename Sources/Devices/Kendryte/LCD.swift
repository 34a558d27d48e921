import Bits
import Machine

/// A panel of 240 x 320 pixels with a controller of the ST7789 kind (its data sheet, version 1.3, chapter 9), as on
/// Kendryte's and Sipeed's boards: commands and data over SPI, told apart by the D/C pin.
///
/// Colours and their inversion are taken to be right for the panel that is fitted: the BGR bit of MADCTL and INVON
/// change nothing.
public final class LCD: SPIDevice {
    private enum Command: UInt8 {
        case NOP = 0x00, SWRESET = 0x01, SLPIN = 0x10, SLPOUT = 0x11, INVOFF = 0x20, INVON = 0x21, DISPOFF = 0x28
        case DISPON = 0x29, CASET = 0x2A, RASET = 0x2B, RAMWR = 0x2C, MADCTL = 0x36, COLMOD = 0x3A, RAMWRC = 0x3C
    }

    /// Columns and rows of the panel's own memory.
    public static let columns = 240
    public static let rows = 320

    public let name: String
    /// Called when a window that was written is full: a picture is complete.
    public var onPicture: () -> Void = {}

    private let notices: Notices
    private let isCommand: () -> Bool
    private var framer = SPIByteFramer()
    private var command: Command?
    private var parameters: [UInt8] = []
    /// RGB565 or RGB666, as `red << 16 | green << 8 | blue` with eight bits each.
    private lazy var memory = [UInt32](repeating: 0, count: LCD.columns * LCD.rows)
    private var MADCTL: UInt8 = 0
    private var COLMOD: UInt8 = 0x66
    private var isOn = false
    /// First and last column and row of the window, and where the next pixel goes, all as the firmware counts.
    private var window = (left: 0, right: LCD.columns - 1, top: 0, bottom: LCD.rows - 1)
    private var place = (x: 0, y: 0)

    /// - Parameter isCommand: whether the D/C pin is low.
    public init(name: String = "LCD", chip: Chip, isCommand: @escaping () -> Bool) {
        self.name = name
        self.isCommand = isCommand
        notices = chip.notices
    }

    // MARK: What is seen

    /// The size as the firmware counts: rows and columns change places with bit MV of MADCTL.
    public var size: (width: Int, height: Int) {
        MADCTL.bit(5) ? (LCD.rows, LCD.columns) : (LCD.columns, LCD.rows)
    }

    /// What is shown, the way up that the firmware draws; black while the display is off.
    public var picture: Picture {
        Picture(width: size.width, height: size.height) { x, y in
            guard isOn, let index = index(x, y) else { return (0, 0, 0) }
            let colour = memory[index]
            return (
                UInt8(truncatingIfNeeded: colour >> 16), UInt8(truncatingIfNeeded: colour >> 8),
                UInt8(truncatingIfNeeded: colour)
            )
        }
    }

    /// Where a pixel is in the panel's memory: MV exchanges, then MX and MY mirror (9.1.28 and figure 8.12).
    private func index(_ x: Int, _ y: Int) -> Int? {
        var (column, row) = MADCTL.bit(5) ? (y, x) : (x, y)
        guard (0..<LCD.columns).contains(column), (0..<LCD.rows).contains(row) else { return nil }
        if MADCTL.bit(6) { column = LCD.columns - 1 - column }
        if MADCTL.bit(7) { row = LCD.rows - 1 - row }
        return row * LCD.columns + column
    }

    // MARK: The bus

    public func select() {
        framer.reset()
    }

    public func deselect() {}

    public func exchange(_ value: UInt32, bits: Int, lines: Int) -> UInt32 {
        framer.exchange(value, bits: bits, next: { 0 }, take: take)
    }

    private func take(_ byte: UInt8) {
        if isCommand() { begin(byte) } else { continueCommand(with: byte) }
    }

    private func begin(_ byte: UInt8) {
        parameters = []
        command = Command(rawValue: byte)
        switch command {
        case .SWRESET:
            (MADCTL, COLMOD, isOn) = (0, 0x66, false)
            window = (0, LCD.columns - 1, 0, LCD.rows - 1)
        case .SLPIN, .DISPOFF: isOn = false
        case .DISPON: isOn = true
        case .RAMWR: place = (window.left, window.top)
        case .NOP, .SLPOUT, .INVOFF, .INVON, .CASET, .RASET, .MADCTL, .COLMOD, .RAMWRC: break
        // The settings of voltages, timing and gamma make no difference here.
        case nil where byte >= 0xB0 || [0x13, 0x26, 0x35, 0x44, 0x51, 0x53, 0x55, 0x5E].contains(byte): break
        case nil: notices.unmodelled("\(name) command 0x\(String(byte, radix: 16))")
        }
    }

    private func continueCommand(with byte: UInt8) {
        parameters.append(byte)
        switch command {
        case .CASET: if let (first, last) = takeRange() { (window.left, window.right) = (first, last) }
        case .RASET: if let (first, last) = takeRange() { (window.top, window.bottom) = (first, last) }
        case .RAMWR, .RAMWRC: takePixel()
        case .MADCTL:
            MADCTL = byte
            parameters = []
        case .COLMOD:
            COLMOD = byte
            if ![5, 6].contains(byte & 7) { notices.unmodelled("\(name) COLMOD 0x\(String(byte, radix: 16))") }
            parameters = []
        case .NOP, .SWRESET, .SLPIN, .SLPOUT, .INVOFF, .INVON, .DISPOFF, .DISPON, nil: parameters = []
        }
    }

    private func takeRange() -> (Int, Int)? {
        guard parameters.count == 4 else { return nil }
        defer { parameters = [] }
        return (Int(parameters[0]) << 8 | Int(parameters[1]), Int(parameters[2]) << 8 | Int(parameters[3]))
    }

    private func takePixel() {
        let colour: UInt32
        if COLMOD & 7 == 5 {
            guard parameters.count == 2 else { return }
            let value = UInt32(parameters[0]) << 8 | UInt32(parameters[1])
            // The upper bits fill the lower ones, so that white is white.
            let (red, green, blue) = (value >> 11, value >> 5 & 0x3F, value & 0x1F)
            colour = (red << 3 | red >> 2) << 16 | (green << 2 | green >> 4) << 8 | (blue << 3 | blue >> 2)
        } else {
            guard parameters.count == 3 else { return }
            colour = parameters.reduce(0) { $0 << 8 | UInt32($1 & 0xFC | $1 >> 6) }
        }
        parameters.removeAll(keepingCapacity: true)
        if let index = index(place.x, place.y) { memory[index] = colour }
        place.x += 1
        guard place.x > window.right else { return }
        place = (window.left, place.y + 1)
        guard place.y > window.bottom else { return }
        place = (window.left, window.top)
        onPicture()
    }
}
