import Foundation
import Machine
import Targets
import Testing

@testable import Devices

/// The whole set of peripherals, as the target file lists it, on a bus.
@Suite struct STM32F4Tests {
    let chip = makeChip()
    var rises: [Int: Int] { counter.rises }
    let counter = Counter()

    final class Counter {
        var rises: [Int: Int] = [:]
    }

    static func descriptions() throws -> [DeviceDescription] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../targets/stm32f4.yaml")
        let text = try String(contentsOf: root, encoding: .utf8)
        return try TargetDescription.parse(text, fileName: "stm32f4.yaml").peripherals
    }

    func make(_ descriptions: [DeviceDescription]) throws -> STM32F4 {
        for (name, base, size, isWritable) in [
            ("FLASH", 0x0800_0000, 0x10_0000, false), ("SRAM1", 0x2000_0000, 0x1_C000, true),
            ("SRAM2", 0x2001_C000, 0x4000, true), ("CCM", 0x1000_0000, 0x1_0000, true),
        ] as [(String, UInt32, Int, Bool)] where chip.bus.memory(at: base) == nil {
            chip.bus.add(
                Memory(
                    name: name, base: base, size: size, isWritable: isWritable, fill: isWritable ? 0 : 0xFF,
                    in: chip.arena))
        }
        return try STM32F4(descriptions, chip: chip) { [counter] number in
            InterruptLine { level in if level { counter.rises[number, default: 0] += 1 } }
        }
    }

    func write(_ address: UInt32, _ value: UInt32) throws { try chip.bus.write(address, value, .word) }
    func read(_ address: UInt32) throws -> UInt32 { try chip.bus.read(address, .word) }

    @Test func theTargetFileBuildsAndNothingIsTouchedByBuilding() throws {
        let f4 = try make(try Self.descriptions())
        #expect(f4.ports.count == 9)
        #expect(f4.serialPorts.keys.sorted() == ["UART4", "UART5", "USART1", "USART2", "USART3", "USART6"])
        #expect(f4.timers.count == 14)
        #expect(chip.notices.all.isEmpty)
    }

    @Test func everyRegisterOfEveryPeripheralCanBeReadAndWritten() throws {
        let f4 = try make(try Self.descriptions())
        let noise: [UInt32] = [0, .max, 0x5555_5555, 0xDEAD_BEEF, 1, 0xFFFF_0000]
        for description in try Self.descriptions() where description.kind != .signature {
            for value in noise {
                for offset in stride(from: UInt32(0), to: min(description.size, 0x400), by: 4) {
                    _ = try? chip.bus.read(description.base + offset, .word)
                    try? chip.bus.write(description.base + offset, value, .word)
                    try? chip.bus.write(description.base + offset + 1, value & 0xFF, .byte)
                    try? chip.bus.write(description.base + offset + 2, value & 0xFFFF, .halfword)
                }
                chip.run(for: 1000)
            }
        }
        #expect(f4.rcc.HCLK > 0)
    }

    /// Every register of what a system reset resets; RCC_BDCR, RCC_CSR, PWR and DBGMCU keep bits by the manual, FLASH
    /// keeps its option bytes.
    func registers() -> [String: UInt32] {
        var values: [String: UInt32] = [:]
        for place in chip.bus.peripherals {
            let peripheral = (place as? ClockGate)?.peripheral ?? place
            guard !["PWR", "DBGMCU", "SIGNATURE"].contains(peripheral.name) else { continue }
            for offset in stride(from: UInt32(0), to: 0x100, by: 4) {
                let name = "\(peripheral.name) \(String(offset, radix: 16))"
                guard !["RCC 70", "RCC 74", "FLASH 14"].contains(name) else { continue }
                values[name] = try? peripheral.read(offset, .word)
            }
        }
        return values
    }

    @Test func aResetPutsEveryRegisterBack() throws {
        _ = try make(try Self.descriptions())
        let fresh = registers()
        for place in chip.bus.peripherals {
            let peripheral = (place as? ClockGate)?.peripheral ?? place
            for value: UInt32 in [0x5555_5555, 0xAAAA_AAAA, 0x0000_000F] {
                for offset in stride(from: UInt32(0), to: 0x100, by: 4) {
                    try? peripheral.write(offset, value, .word)
                }
                chip.run(for: 5000)
            }
        }
        #expect(registers() != fresh)
        for peripheral in chip.bus.peripherals { peripheral.reset() }
        #expect(registers() == fresh)
        chip.run(for: 100_000)
        #expect(registers() == fresh)
    }

    @Test func aStoreOfTheCoreToFlashReachesTheFlashInterface() throws {
        let f4 = try make(try Self.descriptions())
        f4.flash[.KEYR] = 0x4567_0123
        f4.flash[.KEYR] = 0xCDEF_89AB
        f4.flash[.CR] = 1 | 2 << 8
        let memory = try #require(chip.bus.memory(at: 0x0800_0000)?.memory)
        try memory.program?(0x0800_0100, 0xCAFE_F00D, .word)
        #expect(try read(0x0800_0100) == 0xCAFE_F00D)
    }

    @Test func firmwareReaches168MegahertzAndPrintsAt115200() throws {
        let f4 = try make(try Self.descriptions())
        var sent: [UInt8] = []
        f4.serialPorts["USART2"]?.transmit = { sent.append($0) }
        let (RCC, FLASH, USART2): (UInt32, UInt32, UInt32) = (0x4002_3800, 0x4002_3C00, 0x4000_4400)
        try write(RCC, try read(RCC) | 1 << 16)
        while try read(RCC) & 1 << 17 == 0 { chip.run(for: 100) }
        try write(RCC + 0x40, 1 << 28)
        try write(0x4000_7000, 1 << 14)
        try write(RCC + 8, 0b101 << 10 | 0b100 << 13)
        try write(RCC + 4, 8 | 336 << 6 | 1 << 22 | 7 << 24)
        try write(RCC, try read(RCC) | 1 << 24)
        while try read(RCC) & 1 << 25 == 0 { chip.run(for: 100) }
        try write(FLASH, 0x705)
        try write(RCC + 8, try read(RCC + 8) | 2)
        #expect(try read(RCC + 8) & 0b1100 == 0b1000)
        #expect(chip.clock.hertz == 168e6)

        try write(RCC + 0x40, 1 << 28 | 1 << 17)
        try write(USART2 + 8, 365)  // 42 MHz / 115200 = 364.58
        try write(USART2 + 0xC, 1 << 13 | 1 << 3)
        let start = chip.clock.seconds(at: chip.clock.now)
        for byte in Array("hello".utf8) {
            while try read(USART2) & 0x80 == 0 { chip.run(for: 20) }
            try write(USART2 + 4, UInt32(byte))
        }
        while try read(USART2) & 0x40 == 0 { chip.run(for: 20) }
        let elapsed = chip.clock.seconds(at: chip.clock.now) - start
        #expect(sent == Array("hello".utf8))
        // The idle frame and 5 bytes, 10 bits of 365 / 42 MHz each: 521.4 us.
        #expect(abs(elapsed - 6 * 10 * 365 / 42e6) < 1e-6)
        #expect(chip.notices.all.isEmpty)
    }

    @Test func aPinReachesItsInterruptThroughSYSCFGAndEXTI() throws {
        let f4 = try make(try Self.descriptions())
        try write(0x4002_3844, 1 << 14)  // SYSCFGEN
        try write(0x4001_3808, 2 << 12)  // EXTI3 from port C
        try write(0x4001_3C00, 1 << 3)
        try write(0x4001_3C08, 1 << 3)
        f4.ports["GPIOA"]?.drive(3, true)
        #expect(rises == [:])
        f4.ports["GPIOC"]?.drive(3, true)
        #expect(rises == [9: 1])
    }

    @Test func aPinThatIsPulledUpFromTheStartInterruptsWhenItFalls() throws {
        let f4 = try make(try Self.descriptions())
        try write(0x4001_3C00, 1 << 15)
        try write(0x4001_3C0C, 1 << 15)
        f4.ports["GPIOA"]?.drive(15, false)
        #expect(rises == [40: 1])
    }

    @Test func theSignatureTells1024KilobytesAndTheChipIsA413() throws {
        _ = try make(try Self.descriptions())
        #expect(try chip.bus.read(0x1FFF_7A22, .halfword) == 1024)
        #expect(try read(0xE004_2000) & 0xFFF == 0x413)
    }

    @Test func theIndependentWatchdogResetsAfterItsTimeAndCSRTells() throws {
        let f4 = try make(try Self.descriptions())
        var resets = 0
        chip.requestReset = { resets += 1 }
        let IWDG: UInt32 = 0x4000_3000
        try write(IWDG, 0x5555)
        try write(IWDG + 4, 4)  // LSI / 64 = 500 Hz
        try write(IWDG + 8, 499)
        #expect(try read(IWDG + 0xC) == 3)
        try write(IWDG, 0xCCCC)
        chip.run(seconds: 0.9)
        #expect(try read(IWDG + 0xC) == 0)
        try write(IWDG, 0xAAAA)
        chip.run(seconds: 0.99)
        #expect(resets == 0)
        chip.run(seconds: 0.02)
        #expect(resets == 1)
        f4.rcc.reset()
        #expect(f4.rcc[.CSR] & 1 << 29 != 0)
    }

    @Test func anUnmodelledPeripheralSaysSoAndKeepsWhatIsWritten() throws {
        _ = try make(try Self.descriptions())
        try write(0x4002_3844, 1 << 12)
        try write(0x4001_3000, 0x344)
        #expect(try read(0x4001_3000) == 0x344)
        #expect(chip.notices.all.map(\.what) == ["SPI1 offset 0x0"])
    }

    @Test func badDescriptionsAreNamed() throws {
        let good = try Self.descriptions()
        var bad = good
        bad.append(DeviceDescription(name: "USART9", kind: .usart, base: 0x4000_4400, size: 0x400))
        #expect(throws: DeviceError.overlap("USART2", "USART9")) { try make(bad) }
        bad[bad.count - 1] = DeviceDescription(name: "CRC2", kind: .crc, base: 0xFFFF_FC00, size: 0x800)
        #expect(throws: DeviceError.badRange("CRC2")) { try make(bad) }
        bad[bad.count - 1] = DeviceDescription(
            name: "X", kind: .usart, base: 0x6000_0000, size: 0x400, interrupts: ["tx": 3])
        #expect(throws: DeviceError.unknownInterrupt(device: "X", name: "tx", known: ["global"])) { try make(bad) }
        bad[bad.count - 1] = DeviceDescription(
            name: "X", kind: .timer, base: 0x6000_0000, size: 0x400, options: ["bits": 24])
        #expect(throws: DeviceError.badOption(device: "X", name: "bits", value: 24)) { try make(bad) }
        #expect(throws: DeviceError.notOne(.rcc, count: 0)) { try make(good.filter { $0.kind != .rcc }) }
    }
}
