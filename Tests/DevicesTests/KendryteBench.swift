import Machine

@testable import Devices

/// A chip at 403 MHz with six megabytes at both views, as the K210 has them.
func makeK210() -> (chip: Chip, SRAM: Memory) {
    let chip = Chip(hertz: 403e6, memoryCapacity: 0x80_0000)
    let SRAM = Memory(name: "SRAM", base: 0x8000_0000, size: 0x60_0000, isWritable: true, in: chip.arena)
    chip.bus.add(SRAM)
    chip.bus.setAlias(at: 0x4000_0000, size: 0x60_0000, of: SRAM)
    return (chip, SRAM)
}

extension DoublewordRegisterMap {
    subscript(_ register: Register) -> UInt64 {
        get { read(register) }
        set { write(register, newValue, lanes: .max) }
    }
}

extension Memory {
    func fill(_ address: UInt32, _ bytes: [UInt8]) {
        for (index, byte) in bytes.enumerated() { store(address + UInt32(index), UInt32(byte), .byte) }
    }

    func fill(_ address: UInt32, words: [UInt32]) {
        for (index, word) in words.enumerated() { store(address + 4 * UInt32(index), word, .word) }
    }

    func bytes(_ address: UInt32, _ count: Int) -> [UInt8] {
        (0..<UInt32(count)).map { UInt8(load(address + $0, .byte)) }
    }

    func words(_ address: UInt32, _ count: Int) -> [UInt32] {
        (0..<UInt32(count)).map { load(address + 4 * $0, .word) }
    }
}

extension DMAC {
    /// What `dmac_set_single_mode` of the SDK writes. Widths are codes: 2 for 32 bits; `burst` is `msize`.
    func start(
        _ channel: Int, from source: UInt32, to destination: UInt32, isSourceFixed: Bool = false,
        isDestinationFixed: Bool = false, burst: UInt64 = 1, width: UInt64 = 2, items: Int
    ) {
        let isMemory = { (address: UInt32) in
            (0x8000_0000..<0x8060_0000).contains(address) || (0x4000_0000..<0x4080_0000).contains(address)
                || address == 0x5045_0040
        }
        let (from, to) = (isMemory(source), isMemory(destination))
        let flow: UInt64 = from ? (to ? 0 : 1) : (to ? 2 : 3)
        self[.channel(channel, 0x98)] = 0xFFFF_FFFF
        self[.chen] = 1 << (8 + channel)
        self[.channel(channel, 0x20)] = flow << 32 | (from ? 1 << 35 : 0) | (to ? 1 << 36 : 0)
        self[.channel(channel, 0x00)] = UInt64(source)
        self[.channel(channel, 0x08)] = UInt64(destination)
        self[.channel(channel, 0x18)] =
            1 << 2 | (isSourceFixed ? 1 << 4 : 0) | (isDestinationFixed ? 1 << 6 : 0) | width << 8 | width << 11
            | burst << 14 | burst << 18
        self[.channel(channel, 0x10)] = UInt64(items - 1)
        self[.cfg] = 3
        self[.chen] = 1 << channel | 1 << (8 + channel)
    }

    func isIdle(_ channel: Int) -> Bool { self[.chen] >> UInt64(channel) & 1 == 0 }
}
