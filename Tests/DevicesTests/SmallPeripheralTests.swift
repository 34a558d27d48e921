import Machine
import Testing

@testable import Devices

@Suite struct SmallPeripheralTests {
    let chip = makeChip()

    /// CRC-32/MPEG-2 (the same polynomial, order and start value, no final inversion) of "123456789" is 0x0376E6E7 in
    /// the catalogue of CRC algorithms; of whole words: 0x00000000 gives 0xC704DD7B, which is the table entry that
    /// 32 shifts of 0xFFFFFFFF lead to.
    @Test func CRCOfAZeroWordIsC704DD7B() {
        let crc = CRC(notices: chip.notices)
        #expect(crc[.DR] == 0xFFFF_FFFF)
        crc[.DR] = 0
        #expect(crc[.DR] == 0xC704_DD7B)
        crc[.CR] = 1
        #expect(crc[.DR] == 0xFFFF_FFFF)
        // "1234", "5678" as big-endian words: CRC-32/MPEG-2 continued with "9" by bytes is the catalogue's check value.
        crc[.DR] = 0x3132_3334
        crc[.DR] = 0x3536_3738
        var check = crc[.DR] ^ 0x3900_0000
        for _ in 0..<8 { check = check << 1 ^ (check >> 31 == 0 ? 0 : 0x04C1_1DB7) }
        #expect(check == 0x0376_E6E7)
    }

    @Test func theRNGTakes40PeriodsOfPLL48CLKAWord() {
        let watched = Watched()
        var PLL48CLK = 48e6
        let rng = RNG(chip: chip, seed: 1, PLL48CLK: { PLL48CLK }, interrupt: watched.line)
        rng[.CR] = 0xC
        // 40 / 48 MHz = 0.8333 us = 13.33 cycles of 16 MHz, rounded up.
        chip.run(for: 13)
        #expect(rng[.SR] == 0)
        chip.run(for: 1)
        #expect(rng[.SR] == 1)
        #expect(watched.level)
        let first = rng[.DR]
        #expect(rng[.SR] == 0)
        #expect(!watched.level)
        chip.run(for: 14)
        #expect(rng[.DR] != first)
        PLL48CLK = 0
        rng.clockChanged()
        #expect(rng[.SR] & 0x22 == 0x22)
    }

    /// 22.3: with WDGTB 0, one count is 4096 cycles of PCLK1; the reset comes when the counter rolls from 0x40 to 0x3F.
    @Test func theWindowWatchdogWarnsAt40AndResetsAt3F() {
        let watched = Watched()
        let wwdg = WWDG(chip: chip, clock: PeripheralClock(divider: 4), interrupt: watched.line)
        var resets = 0
        wwdg.onTimeout = { resets += 1 }
        wwdg[.CFR] = 0x27F
        wwdg[.CR] = 0x80 | 0x42
        chip.run(for: 2 * 4096 * 4 - 1)
        #expect(!watched.level)
        chip.run(for: 1)
        #expect(watched.level)
        #expect(wwdg[.CR] == 0xC0)
        chip.run(for: 4096 * 4 - 1)
        #expect(resets == 0)
        chip.run(for: 1)
        #expect(resets == 1)
    }

    @Test func aRefreshAboveTheWindowResets() {
        let wwdg = WWDG(chip: chip, clock: PeripheralClock())
        var resets = 0
        wwdg.onTimeout = { resets += 1 }
        wwdg[.CFR] = 0x50
        wwdg[.CR] = 0xFF
        chip.run(for: 4096)
        wwdg[.CR] = 0xFF
        #expect(resets == 1)
    }

    @Test func theLevelsOfPowerAreThereAtOnce() {
        let pwr = PWR(notices: chip.notices)
        #expect(pwr[.CR] == 0x4000)
        pwr[.CR] |= 1 << 8
        #expect(pwr[.CR] == 0x4100)
        #expect(pwr.isBackupDomainWritable)
        pwr[.CSR] = 1 << 9
        #expect(pwr[.CSR] & 1 << 3 != 0)
        #expect(pwr[.CSR] & 1 << 14 != 0)
    }

    @Test func theIWDGRegistersNeedTheirKey() {
        let iwdg = IWDG(chip: chip)
        iwdg[.RLR] = 5
        #expect(iwdg[.RLR] == 0xFFF)
        iwdg[.KR] = 0x5555
        iwdg[.RLR] = 5
        iwdg[.KR] = 0xAAAA
        iwdg[.RLR] = 6
        #expect(iwdg[.RLR] == 5)
    }
}
