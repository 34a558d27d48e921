import Machine
import Testing

@testable import Devices

@Suite struct KendryteI2CTests {
    let chip: Chip
    let SRAM: Memory
    let I2C: Devices.I2C
    let clock = Clock()

    /// A real-time clock of the common kind: a register pointer, then data.
    final class Clock: I2CDevice {
        var registers = (0..<16).map { UInt8(0x10 + $0) }
        var pointer: Int?
        var log = ""
        func start(isRead: Bool) -> Bool {
            log += isRead ? "R" : "W"
            if !isRead { pointer = nil }
            return true
        }
        func write(_ byte: UInt8) -> Bool {
            if let place = pointer {
                registers[place & 15] = byte
                pointer = place + 1
            } else {
                pointer = Int(byte)
            }
            return byte != 0xEE
        }
        func read() -> UInt8 {
            defer { pointer = (pointer ?? 0) + 1 }
            return registers[(pointer ?? 0) & 15]
        }
        func stop() { log += "P" }
    }

    init() {
        (chip, SRAM) = makeK210()
        I2C = Devices.I2C(name: "I2C0", chip: chip, clock: { 50e6 })
        I2C.attach(clock, address: 0x68)
        chip.bus.add(I2C, at: 0x5028_0000, size: 0x1000)
        set(0x68)
    }

    /// `i2c_init` at 100 kHz.
    func set(_ address: UInt32) {
        I2C[.IC_ENABLE] = 0
        I2C[.IC_CON] = 0x63
        (I2C[.IC_SS_SCL_HCNT], I2C[.IC_SS_SCL_LCNT]) = (250, 250)
        I2C[.IC_TAR] = address
        I2C[.IC_INTR_MASK] = 0
        (I2C[.IC_DMA_CR], I2C[.IC_DMA_RDLR], I2C[.IC_DMA_TDLR]) = (3, 0, 4)
        I2C[.IC_ENABLE] = 1
    }

    /// `i2c_send_data`.
    func send(_ bytes: [UInt8]) -> Int {
        _ = I2C[.IC_CLR_TX_ABRT]
        I2C[.IC_CLR_TX_ABRT] = 0
        for byte in bytes {
            while I2C[.IC_TXFLR] == 8 { chip.run(for: 100) }
            I2C[.IC_DATA_CMD] = UInt32(byte)
            if I2C[.IC_TX_ABRT_SOURCE] != 0 { return 1 }
        }
        while I2C[.IC_STATUS] & 1 != 0 || I2C[.IC_STATUS] & 4 == 0 { chip.run(for: 100) }
        return I2C[.IC_TX_ABRT_SOURCE] == 0 ? 0 : 1
    }

    /// `i2c_recv_data`.
    func receive(_ command: [UInt8], _ count: Int) -> [UInt8]? {
        for byte in command { I2C[.IC_DATA_CMD] = UInt32(byte) }
        var (asked, result) = (0, [UInt8]())
        while result.count < count {
            for _ in 0..<I2C[.IC_RXFLR] { result.append(UInt8(I2C[.IC_DATA_CMD])) }
            while asked < count, I2C[.IC_TXFLR] < 8 {
                I2C[.IC_DATA_CMD] = 0x100
                asked += 1
            }
            if I2C[.IC_TX_ABRT_SOURCE] != 0 { return nil }
            chip.run(for: 1000)
        }
        return result
    }

    @Test func writingAndReadingWithARepeatedStart() {
        #expect(send([3, 0x77, 0x78]) == 0)
        #expect(clock.registers[3...5] == [0x77, 0x78, 0x15])
        #expect(clock.log == "WP")
        #expect(receive([2], 12) == [0x12, 0x77, 0x78] + (5..<14).map { 0x10 + $0 })
        chip.run(seconds: 1e-3)
        #expect(clock.log == "WPWPRP" || clock.log == "WPWRP")
    }

    /// Start and address 10 bits, three bytes of 9, stop 1: 38 bits of 10 us.
    @Test func aTransferTakesTheTimeOfItsBits() {
        let start = chip.clock.now
        #expect(send([0, 1, 2]) == 0)
        #expect(abs(chip.clock.now - start - 38 * 4030) <= 200)
    }

    @Test func nobodyAnswers() {
        set(0x42)
        #expect(send([1, 2, 3]) == 1)
        #expect(I2C[.IC_TX_ABRT_SOURCE] & 0xFFFF == 1)
        #expect(I2C[.IC_RAW_INTR_STAT] & 0x40 == 0x40)
        #expect(receive([1], 4) == nil)
        _ = I2C[.IC_CLR_TX_ABRT]
        #expect(I2C[.IC_TX_ABRT_SOURCE] == 0)
        set(0x68)
        #expect(send([0xEE]) == 1)
        #expect(I2C[.IC_TX_ABRT_SOURCE] & 0xFFFF == 8)
    }

    @Test func bothWaysByDMA() {
        let DMAC = DMAC(chip: chip)
        DMAC.connect(I2C.receiveRequest, number: 8)
        DMAC.connect(I2C.transmitRequest, number: 9)
        DMAC.requestSelect = { $0 == 1 ? 8 : 9 }
        SRAM.fill(0x8000_0000, words: [4] + Array(repeating: 0x100, count: 10))
        DMAC.start(1, from: 0x5028_0010, to: 0x8000_1000, isSourceFixed: true, burst: 0, items: 10)
        DMAC.start(0, from: 0x8000_0000, to: 0x5028_0010, isDestinationFixed: true, items: 11)
        chip.run(seconds: 2e-3)
        #expect(DMAC.isIdle(0))
        #expect(DMAC.isIdle(1))
        #expect(SRAM.words(0x8000_1000, 10) == (4..<14).map { 0x10 + $0 })
    }

    @Test func hostileSettingsDoNoHarm() throws {
        var seed: UInt32 = 7
        for _ in 0..<20_000 {
            seed = seed &* 1_664_525 &+ 1_013_904_223
            let offset = (seed >> 8) % 0x100 & ~3
            seed = seed &* 1_664_525 &+ 1_013_904_223
            try I2C.write(offset, offset == 0x6C ? 1 : seed, .word)
            _ = try I2C.read((seed >> 12) % 0x100 & ~3, .word)
            chip.run(for: Int(seed >> 16))
        }
    }
}

@Suite struct KendryteI2STests {
    /// `i2s_init`, `i2s_tx_channel_config` and `i2s_send_data_dma` with 16 bits of both channels in a word.
    @Test func samplesArePlayedAtTheirRate() {
        let (chip, SRAM) = makeK210()
        // 48 kHz, two words of 32 bits.
        let I2S = I2S(name: "I2S0", chip: chip, clock: { 48_000 * 64 })
        let DMAC = DMAC(chip: chip)
        chip.bus.add(I2S, at: 0x5025_0000, size: 0x1000)
        DMAC.connect(I2S.transmitRequest, number: 25)
        DMAC.requestSelect = { _ in 25 }
        var played: [Devices.I2S.Sample] = []
        I2S.sink = { channel, sample in
            #expect(channel == 0)
            played.append(sample)
        }
        I2S[.IER] = 1
        I2S[.ITER] = 1
        for channel in 0..<4 {
            I2S[.channel(channel, .TER)] = channel == 0 ? 1 : 0
            I2S[.channel(channel, .RER)] = 0
        }
        I2S[.CCR] = 1 << 8 | 1 << 10 | 2 << 3
        I2S[.channel(0, .TFCR)] = 7
        I2S[.CER] = 1
        let start = chip.clock.now
        SRAM.fill(0x8000_0000, words: (0..<100).map { $0 | ($0 + 1000) << 16 })
        DMAC.start(0, from: 0x8000_0000, to: 0x5025_01C8, isDestinationFixed: true, burst: 0, items: 100)
        while played.count < 100, chip.clock.now < 2_000_000 { chip.run(for: 100) }
        #expect(played == (0..<100).map { .init(left: $0, right: $0 + 1000) })
        // 100 periods of 8396 cycles; the first one may have begun before the data came.
        #expect(abs(chip.clock.now - start - 100 * 8396) <= 8396)
        #expect(DMAC.isIdle(0))
    }

    /// `i2s_receive_data`, which polls.
    @Test func samplesAreRecorded() {
        let chip = makeK210().chip
        let I2S = I2S(name: "I2S0", chip: chip, clock: { 44_100 * 64 })
        var count: UInt32 = 0
        I2S.source = { _ in
            count += 1
            return .init(left: count, right: count + 100)
        }
        I2S[.IER] = 1
        I2S[.IRER] = 1
        for channel in 1..<4 { I2S[.channel(channel, .RER)] = 0 }
        I2S[.channel(0, .RFCR)] = 3
        I2S[.CCR] = 2 << 3
        I2S[.CER] = 1
        var result: [UInt32] = []
        while result.count < 8, chip.clock.now < 1_000_000 {
            chip.run(for: 1000)
            guard I2S[.channel(0, .ISR)] & 1 == 1 else { continue }
            result += [I2S[.channel(0, .LRBR_LTHR)], I2S[.channel(0, .RRBR_RTHR)]]
        }
        #expect(result == [1, 101, 2, 102, 3, 103, 4, 104])
        chip.run(for: 40 * 9138)
        #expect(I2S[.channel(0, .ISR)] & 2 == 2)
        #expect(I2S[.channel(0, .ROR)] == 1)
        #expect(I2S[.channel(0, .ROR)] == 0)
    }
}

@Suite struct KendryteOTPTests {
    let OTP = Devices.OTP(chip: makeK210().chip, contents: [0x52, 0x4F, 0x58, 0x4D])

    /// `otp_read_byte`.
    func read(_ address: UInt32) -> UInt32? {
        (OTP[.otp_cle], OTP[.otp_mode], OTP[.otp_wrg_adr_flag], OTP[.otp_ceb]) = (0, 0, 0, 0)
        guard OTP[.otp_adr_in_flag] == 1 else { return nil }
        OTP[.otp_last_dat] = 1
        OTP[.otp_apb_adr] = address * 8
        guard OTP[.otp_data_rdy] == 1, OTP[.otp_wrg_adr_flag] == 0 else { return nil }
        return OTP[.otp_data]
    }

    @Test func bytesAreReadAndTheKeyIsNot() {
        #expect((0..<5).map { read($0) } == [0x52, 0x4F, 0x58, 0x4D, 0])
        #expect(read(0x3FF0) == nil)
        #expect(read(0x1FFF_FFFF) == nil)
    }

    /// `otp_write_byte`: the bits that are one, and the last.
    @Test func bitsAreProgrammedOnce() {
        (OTP[.otp_cle], OTP[.otp_mode], OTP[.data_acp_flag], OTP[.otp_ceb]) = (0, 1, 0, 0)
        for bit in [0, 2, 7] as [UInt32] {
            OTP[.otp_apb_adr] = 8 * 16 + bit
            OTP[.otp_in_dat] = 1
            OTP[.dat_in_finish] = 1
            #expect(OTP[.data_acp_flag] == 2)
        }
        #expect(read(16) == 0x85)
        (OTP[.otp_mode], OTP[.otp_test_mode], OTP[.test_step], OTP[.otp_ceb]) = (2, 0x30, 0, 0)
        #expect(OTP[.bisr_finish] == 1)
        OTP[.otp_mode] = 1
        OTP[.otp_apb_adr] = 0xFFFF_FFFF
        OTP[.dat_in_finish] = 1
        #expect(OTP[.data_acp_flag] == 1)
    }
}
