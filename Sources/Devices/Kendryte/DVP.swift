import Bits
import Machine

/// The digital video port of the K210 (`dvp.h` and `dvp.c` of Kendryte's standalone SDK): SCCB to the camera, and its
/// frames to memory, as RGB565 for a display and as three planes of bytes for the KPU.
///
/// The camera delivers frames from the time its clock runs until it is powered down. `FRAME_START` comes with each; a
/// frame whose first line finds `DVP_EN` or automatic mode set is stored, line by line, and ends with `FRAME_FINISH`.
/// Without automatic mode that clears `DVP_EN`.
public final class DVP: RegisterMap {
    public enum Register: UInt32 {
        case dvp_cfg = 0x00, r_addr = 0x04, g_addr = 0x08, b_addr = 0x0C, cmos_cfg = 0x10, sccb_cfg = 0x14
        case sccb_ctl = 0x18, axi = 0x1C, sts = 0x20, reverse = 0x24, rgb_addr = 0x28
    }

    /// Bits of `sts`; the bit above each of them enables writing it.
    private enum Status {
        static let FRAME_START: UInt32 = 1 << 0
        static let FRAME_FINISH: UInt32 = 1 << 8
        static let DVP_EN: UInt32 = 1 << 16
        static let SCCB_EN: UInt32 = 1 << 24
    }

    /// Frames per second: the OV2640 with a clock of 24 MHz gives 30 at SVGA and below (its data sheet).
    public static let frameRate = 30.0
    /// The part of a frame's time before its first line and after its last. Assumed.
    private static let blanking = 0.05

    public let name: String
    public let notices: Notices
    /// The camera; `nil` when no module is plugged in.
    public var sensor: ImageSensor? {
        didSet { updateCamera() }
    }

    private let chip: Chip
    private let clock: () -> Double
    private let interrupt: InterruptLine
    private var dvp_cfg: UInt32 = 0
    /// r_addr, g_addr, b_addr, rgb_addr.
    private var addresses: [UInt32] = [0, 0, 0, 0]
    private var (cmos_cfg, sccb_cfg, sccb_ctl, axi, sts): (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
    private var frame: Alarm?
    private var line: Alarm?
    private var transfer: EventQueue.Event?
    /// Lines of the frame that are stored, and how many it has.
    private var row = 0
    private var size = (width: 0, height: 0)

    /// - Parameters:
    ///   - clock: the frequency of APB1 in Hz, which paces SCCB.
    ///   - interrupt: raised by FRAME_START and FRAME_FINISH as far as `dvp_cfg` enables them.
    public init(
        name: String = "DVP", chip: Chip, clock: @escaping () -> Double, sensor: ImageSensor? = nil,
        interrupt: InterruptLine = .unconnected
    ) {
        self.name = name
        self.chip = chip
        self.clock = clock
        self.sensor = sensor
        self.interrupt = interrupt
        notices = chip.notices
        frame = Alarm(chip) { [weak self] _ in self?.beginFrame() }
        line = Alarm(chip) { [weak self] _ in self?.storeLine() }
    }

    // MARK: Registers

    public func reset() {
        transfer?.cancel()
        line?.cancel()
        (dvp_cfg, cmos_cfg, sccb_cfg, sccb_ctl, axi, sts) = (0, 0, 0, 0, 0, 0)
        addresses = [0, 0, 0, 0]
        updateCamera()
        update()
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        case .dvp_cfg: dvp_cfg
        case .r_addr: addresses[0]
        case .g_addr: addresses[1]
        case .b_addr: addresses[2]
        case .cmos_cfg: cmos_cfg
        case .sccb_cfg: sccb_cfg
        case .sccb_ctl: sccb_ctl
        case .axi: axi
        case .sts: sts
        case .reverse: 0
        case .rgb_addr: addresses[3]
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .dvp_cfg:
            dvp_cfg = dvp_cfg.merging(value, lanes: lanes)
            if dvp_cfg.bits(10, 9) != 0 { notices.unmodelled("\(name)_dvp_cfg: image formats other than RGB") }
        case .r_addr: addresses[0] = addresses[0].merging(value, lanes: lanes)
        case .g_addr: addresses[1] = addresses[1].merging(value, lanes: lanes)
        case .b_addr: addresses[2] = addresses[2].merging(value, lanes: lanes)
        case .rgb_addr: addresses[3] = addresses[3].merging(value, lanes: lanes)
        case .cmos_cfg:
            cmos_cfg = cmos_cfg.merging(value, lanes: lanes)
            updateCamera()
        case .sccb_cfg: sccb_cfg = sccb_cfg.merging(value, lanes: lanes & 0x00FF_FFFF)
        case .sccb_ctl: sccb_ctl = sccb_ctl.merging(value, lanes: lanes)
        case .axi: axi = axi.merging(value, lanes: lanes)
        case .sts: writeStatus(value)
        case .reverse: if value != 0 { notices.unmodelled("\(name)_reverse") }
        }
        update()
    }

    private func writeStatus(_ value: UInt32) {
        // FRAME_START and FRAME_FINISH are cleared by writing one together with the enable.
        for bit in [Status.FRAME_START, Status.FRAME_FINISH] where value & bit != 0 && value & bit << 1 != 0 {
            sts &= ~bit
        }
        if value & Status.DVP_EN << 1 != 0 { sts = sts.merging(value, lanes: Status.DVP_EN) }
        if value & Status.SCCB_EN << 1 != 0, value & Status.SCCB_EN != 0, sts & Status.SCCB_EN == 0 { beginSCCB() }
    }

    private func update() {
        let enables = (dvp_cfg.bit(0) ? Status.FRAME_START : 0) | (dvp_cfg.bit(1) ? Status.FRAME_FINISH : 0)
        interrupt.set(sts & enables != 0)
    }

    // MARK: SCCB

    /// A transfer of 2 to 4 bytes, the device address first, takes nine bits for each.
    private func beginSCCB() {
        sts |= Status.SCCB_EN
        let count = max(2, Int(sccb_cfg.bits(1, 0)) + 1)
        let period = Double(sccb_cfg.bits(15, 8) + sccb_cfg.bits(23, 16))
        let hertz = clock()
        let time = hertz > 0 ? chip.clock.cycles(in: Double(9 * count) * period / hertz) : 0
        transfer = chip.after(max(1, time)) { [weak self] _ in self?.finishSCCB(count) }
    }

    private func finishSCCB(_ count: Int) {
        sts &= ~Status.SCCB_EN
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: sccb_ctl >> UInt32(8 * $0)) }
        // Bit 0 of the device address says "write" here, the other way round than on the wire.
        let isWrite = bytes[0] & 1 != 0
        guard let sensor, bytes[0] & 0xFE == sensor.model.address else {
            // Nobody drives the data line.
            if !isWrite { sccb_cfg |= 0xFF00_0000 }
            return
        }
        if isWrite {
            sensor.write(Array(bytes[1..<count]))
        } else {
            sccb_cfg = sccb_cfg & 0x00FF_FFFF | UInt32(sensor.read()) << 24
        }
    }

    // MARK: Frames

    /// Frames come while the camera has a clock, is out of reset and not powered down.
    private func updateCamera() {
        let isRunning = sensor != nil && cmos_cfg.bit(8) && cmos_cfg.bit(16) && !cmos_cfg.bit(24)
        guard let frame else { return }
        if !isRunning {
            frame.cancel()
            line?.cancel()
        } else if !frame.isPending {
            frame.set(after: 1 / DVP.frameRate)
        }
    }

    private func beginFrame() {
        sts |= Status.FRAME_START
        frame?.set(after: 1 / DVP.frameRate)
        line?.set(after: DVP.blanking / DVP.frameRate)
        row = -1
        update()
    }

    /// The first line decides about the frame; then one after another is stored.
    private func storeLine() {
        if row < 0 {
            let burst = dvp_cfg.bit(8) ? 4 : 1
            size = (Int(dvp_cfg.bits(19, 12)) * 8 * burst, Int(dvp_cfg.bits(29, 20)))
            guard sts & Status.DVP_EN != 0 || dvp_cfg.bit(4), size.width > 0, size.height > 0 else { return }
            row = 0
        }
        store()
        row += 1
        if row < size.height {
            line?.set(after: (1 - 2 * DVP.blanking) / DVP.frameRate / Double(size.height))
        } else {
            sts |= Status.FRAME_FINISH
            if !dvp_cfg.bit(4) { sts &= ~Status.DVP_EN }
            update()
        }
    }

    /// One line: for the display two pixels in a word, the left one in the upper half; for the KPU a byte for each
    /// colour, of which RGB565 leaves the low bits zero.
    private func store() {
        var pixels: [UInt16] = []
        pixels.reserveCapacity(size.width)
        if let picture = sensor?.picture {
            let y = row * picture.height / size.height
            for x in 0..<size.width {
                let (red, green, blue) = picture[x * picture.width / size.width, y]
                pixels.append(UInt16(red >> 3) << 11 | UInt16(green >> 2) << 5 | UInt16(blue >> 3))
            }
        } else {
            pixels = Array(repeating: 0, count: size.width)
        }
        if dvp_cfg.bit(3) {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(2 * size.width)
            for pair in stride(from: 0, to: pixels.count, by: 2) {
                for pixel in [pixels[pair + 1], pixels[pair]] {
                    bytes += [UInt8(truncatingIfNeeded: pixel), UInt8(truncatingIfNeeded: pixel >> 8)]
                }
            }
            write(bytes, at: addresses[3] &+ UInt32(2 * row * size.width), "rgb_addr")
        }
        if dvp_cfg.bit(2) {
            let offset = UInt32(row * size.width)
            write(pixels.map { UInt8($0 >> 11) << 3 }, at: addresses[0] &+ offset, "r_addr")
            write(pixels.map { UInt8($0 >> 5 & 0x3F) << 2 }, at: addresses[1] &+ offset, "g_addr")
            write(pixels.map { UInt8($0 & 0x1F) << 3 }, at: addresses[2] &+ offset, "b_addr")
        }
    }

    private func write(_ bytes: [UInt8], at address: UInt32, _ what: String) {
        guard let (memory, local) = chip.bus.memory(at: address), memory.isWritable,
            memory.contains(local, bytes.count)
        else { return notices.misuse("\(name)_\(what): no memory for the picture at 0x\(String(address, radix: 16))") }
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress {
                (memory.bytes + Int(local - memory.base)).copyMemory(from: base, byteCount: bytes.count)
            }
        }
        chip.bus.onChange(address, bytes.count)
    }
}
