import Machine
import Testing

@testable import Devices

/// Registers of every kind, written with anything in any order, while time passes and now and then steps back by a few
/// hundred cycles, as it does between two harts: nothing traps, and nothing runs away.
@Suite struct KendryteHostileTests {
    /// - Parameter size: bytes of registers.
    func torment(_ peripheral: any Peripheral, on chip: Chip, size: UInt32, rounds: Int = 20_000) throws {
        var seed: UInt64 = 11
        func random() -> UInt32 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt32(seed >> 32)
        }
        for _ in 0..<rounds {
            let value = [0, 1, 3, .max, random(), 1 << (random() & 31)][Int(random() % 6)]
            let offset = random() % size & ~3
            switch random() % 4 {
            case 0: try peripheral.write(offset | 1, value & 0xFF, .byte)
            case 1: try peripheral.writeDoubleword(offset & ~7, UInt64(value) << 32 | UInt64(random()))
            default: try peripheral.write(offset, value, .word)
            }
            _ = try peripheral.read(random() % size & ~3, .word)
            _ = try peripheral.readDoubleword(random() % size & ~7)
            chip.run(for: Int(random() % 2000))
            if random() % 8 == 0 { chip.clock.now = max(0, chip.clock.now - 300) }
        }
        peripheral.reset()
    }

    @Test func SHA256() throws {
        let chip = makeK210().chip
        try torment(SHA256Accelerator(chip: chip, clock: { 200e6 }), on: chip, size: 0x38)
    }

    @Test func AES() throws {
        let chip = makeK210().chip
        try torment(AESAccelerator(chip: chip, clock: { 200e6 }), on: chip, size: 0x98)
    }

    @Test func DVPort() throws {
        let chip = makeK210().chip
        let sensor = ImageSensor(model: .GC0328, picture: Picture(width: 3, height: 2) { _, _ in (1, 2, 3) })
        try torment(DVP(chip: chip, clock: { 200e6 }, sensor: sensor), on: chip, size: 0x30, rounds: 2000)
    }

    @Test func I2SInterface() throws {
        let chip = makeK210().chip
        try torment(I2S(name: "I2S0", chip: chip, clock: { 3e6 }), on: chip, size: 0x240)
    }

    @Test func I2CMaster() throws {
        let chip = makeK210().chip
        try torment(I2C(name: "I2C0", chip: chip, clock: { 50e6 }), on: chip, size: 0x100)
    }

    @Test func OTPMemory() throws {
        let chip = makeK210().chip
        try torment(OTP(chip: chip), on: chip, size: 0xC0)
    }

    @Test func SPIInterface() throws {
        let chip = makeK210().chip
        let SPI0 = SPI(name: "SPI0", chip: chip, kind: .master, clock: { 200e6 })
        SPI0.attach(LCD(chip: chip, isCommand: { chip.clock.now & 64 != 0 }), chipSelect: 3)
        SPI0.attach(SPIFlash(chip: chip), chipSelect: 0)
        try torment(SPI0, on: chip, size: 0x120)
    }

    @Test func FFT() throws {
        let chip = makeK210().chip
        try torment(FFTAccelerator(chip: chip, clock: { 403e6 }), on: chip, size: 0x40)
    }

    /// No clock at all: nothing moves, and nothing divides by zero.
    @Test func withoutAClock() throws {
        let chip = makeK210().chip
        let none = { 0.0 }
        for (peripheral, size) in [
            (SHA256Accelerator(chip: chip, clock: none), 0x38), (AESAccelerator(chip: chip, clock: none), 0x98),
            (DVP(chip: chip, clock: none), 0x30), (I2S(name: "I2S0", chip: chip, clock: none), 0x240),
            (I2C(name: "I2C0", chip: chip, clock: none), 0x100), (FFTAccelerator(chip: chip, clock: none), 0x40),
            (SPI(name: "SPI1", chip: chip, kind: .master, clock: none), 0x120),
        ] as [(any Peripheral, UInt32)] {
            try torment(peripheral, on: chip, size: size, rounds: 500)
        }
    }
}
