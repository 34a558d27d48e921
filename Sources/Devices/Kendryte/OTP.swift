import Bits
import Machine

/// The one-time programmable memory of the K210, 16 KiB (`otp.h` and `otp.c` of Kendryte's FreeRTOS SDK). Reading and
/// programming through the block's own sequencer answer at once; its self tests and the pins under software control do
/// not exist here.
public final class OTP: RegisterMap {
    public enum Register: UInt32 {
        case otp_ceb = 0x00, otp_test_mode = 0x04, otp_mode = 0x08, gb_otp_en = 0x0C, dat_in_finish = 0x10
        case otp_bisr_fail = 0x14, test_step = 0x18, otp_pwrrdy = 0x1C, otp_last_dat = 0x20, otp_data = 0x24
        case otp_pwr_mode = 0x28, otp_in_dat = 0x2C, otp_apb_adr = 0x30, td_result = 0x34, data_acp_flag = 0x38
        case otp_adr_in_flag = 0x3C, wr_result = 0x40, otp_thershold = 0x44, bisr_finish = 0x48, key_cmp_result = 0x4C
        case otp_cmp_key = 0x50, cmp_result_rdy = 0x54, otp_cle = 0x58, data_blk_ctrl = 0x5C, otp_wrg_adr_flag = 0x60
        case pro_wrong = 0x64, otp_status = 0x68, otp_pro_adr = 0x6C, blank_finish = 0x70, bisr2otp_en = 0x74
        case otp_cpu_ctrl = 0x78, otp_web_cpu = 0x7C, otp_rstb_cpu = 0x80, otp_seltm_cpu = 0x84, otp_readen_cpu = 0x88
        case otp_pgmen_cpu = 0x8C, otp_dle_cpu = 0x90, otp_din_cpu = 0x94, otp_cpumpen_cpu = 0x98, otp_cle_cpu = 0x9C
        case otp_ceb_cpu = 0xA0, otp_adr_cpu = 0xA4, otp_dat_cpu = 0xA8, otp_data_rdy = 0xAC, block_flag_high = 0xB0
        case block_flag_low = 0xB4, reg_flag_high = 0xB8, reg_flag_low = 0xBC
    }

    /// Bytes.
    public static let size = 0x4000
    /// The last 16 bytes, the key, cannot be read.
    private static let key = 0x3FF0

    public let name: String
    public let notices: Notices
    /// What is programmed; an empty part reads as zero.
    public private(set) var contents: [UInt8]

    private var stored = [UInt32](repeating: 0, count: 48)

    /// - Parameter contents: what was programmed before; zeros behind. Bytes beyond 16 KiB are cut off.
    public init(name: String = "OTP", chip: Chip, contents: [UInt8] = []) {
        self.name = name
        notices = chip.notices
        self.contents = Array(contents.prefix(OTP.size))
        self.contents += Array(repeating: 0, count: OTP.size - self.contents.count)
    }

    public func reset() {
        stored = Array(repeating: 0, count: stored.count)
    }

    private subscript(_ register: Register) -> UInt32 {
        get { stored[Int(register.rawValue / 4)] }
        set { stored[Int(register.rawValue / 4)] = newValue }
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        // The sequencer is always ready for an address, and for its power.
        case .otp_adr_in_flag: self[.otp_ceb] == 0 ? 1 : 0
        case .otp_pwrrdy: 1
        default: self[register]
        }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        self[register] = self[register].merging(value, lanes: lanes)
        switch register {
        case .otp_ceb: if value == 0 { self[.otp_data_rdy] = 0 }
        case .otp_apb_adr: if self[.otp_mode] == 0 { load() }
        case .dat_in_finish: if self[.otp_mode] == 1, value.bit(0) { program() }
        case .test_step, .otp_test_mode:
            // Repair of bad cells (test mode 0x30) ends at once; there are none.
            if self[.otp_mode] == 2, self[.otp_test_mode] == 0x30 {
                self[.bisr_finish] = 1
            } else if register == .otp_test_mode, value != 0 {
                notices.unmodelled("\(name)_otp_test_mode 0x\(String(value, radix: 16))")
            }
        case .otp_cmp_key: notices.unmodelled("\(name)_otp_cmp_key")
        case .otp_cpu_ctrl: if value != 0 { notices.unmodelled("\(name)_otp_cpu_ctrl: pins under software control") }
        default: break
        }
    }

    /// `otp_apb_adr` counts bits.
    private func load() {
        let place = Int(self[.otp_apb_adr] / 8)
        let isReadable = place < OTP.key
        self[.otp_wrg_adr_flag] = isReadable ? 0 : 1
        if !isReadable { self[.otp_pro_adr] = self[.otp_apb_adr] }
        self[.otp_data] = isReadable ? UInt32(contents[place]) : 0
        self[.otp_data_rdy] = 1
    }

    /// A bit that is one stays one.
    private func program() {
        let bit = Int(self[.otp_apb_adr])
        let exists = bit / 8 < OTP.size
        self[.otp_wrg_adr_flag] = exists ? 0 : 1
        if exists, self[.otp_in_dat].bit(0) { contents[bit / 8] |= 1 << UInt8(bit % 8) }
        // 2 for accepted, 1 for refused.
        self[.data_acp_flag] = exists ? 2 : 1
        self[.dat_in_finish] = 0
    }
}
