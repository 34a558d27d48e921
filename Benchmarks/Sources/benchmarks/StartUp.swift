import Foundation

/// Programs that end at once by semihosting: what they take is the start-up of a simulator.
enum StartUp {
    /// Writes the ELF file.
    static func write(_ target: Target, to file: URL) throws {
        let bytes =
            switch target {
            case .stm32f4: cortexM()
            case .k210: rv64()
            }
        try Data(bytes).write(to: file)
    }

    private static func cortexM() -> [UInt8] {
        let base: UInt32 = 0x0800_0000
        let vectors: [UInt32] = [0x2000_1000, base + 9]
        let code: [UInt16] = [
            0x2018,  // movs r0, #0x18 @ SYS_EXIT
            0x4901,  // ldr r1, [pc, #4] @ 0x08000010
            0xBEAB,  // bkpt 0xab
            0xE7FE,  // b .
            0x0026, 0x0002,  // ADP_Stopped_ApplicationExit, 0x20026
        ]
        let program = vectors.flatMap(littleEndian) + code.flatMap(littleEndian)
        let size = UInt32(program.count)
        var file = identification(class: 1)
        // An executable for Arm, EABI 5, with one program header and no sections.
        file += [2, 40].flatMap { littleEndian($0 as UInt16) }
        file += [1, base + 9, 52, 0, 0x0500_0000].flatMap { littleEndian($0 as UInt32) }
        file += [52, 32, 1, 40, 0, 0].flatMap { littleEndian($0 as UInt16) }
        // PT_LOAD, readable and executable.
        file += [1, 52 + 32, base, base, size, size, 5, 4].flatMap { littleEndian($0 as UInt32) }
        return file + program
    }

    private static func rv64() -> [UInt8] {
        let base: UInt64 = 0x8000_0000
        let code: [UInt32] = [
            0x0180_0513,  // li a0, 0x18 # SYS_EXIT
            0x0000_0597,  // auipc a1, 0
            0x01C5_8593,  // addi a1, a1, 0x1c # 0x80000020
            0x01F0_1013,  // slli x0, x0, 0x1f
            0x0010_0073,  // ebreak
            0x4070_5013,  // srai x0, x0, 7
            0x0000_006F,  // j .
            0x0000_0013,  // nop
        ]
        // ADP_Stopped_ApplicationExit, exit code 0.
        let program = code.flatMap(littleEndian) + [0x20026, 0].flatMap { littleEndian($0 as UInt64) }
        let size = UInt64(program.count)
        var file = identification(class: 2)
        // An executable for RISC-V with compressed instructions and doubles, one program header and no sections.
        file += [2, 243].flatMap { littleEndian($0 as UInt16) } + littleEndian(1 as UInt32)
        file += [base, 64, 0].flatMap { littleEndian($0 as UInt64) } + littleEndian(5 as UInt32)
        file += [64, 56, 1, 64, 0, 0].flatMap { littleEndian($0 as UInt16) }
        // PT_LOAD, readable and executable.
        file += [1, 5].flatMap { littleEndian($0 as UInt32) }
        file += [64 + 56, base, base, size, size, 8].flatMap { littleEndian($0 as UInt64) }
        return file + program
    }

    /// The first 16 bytes of an ELF file in little-endian order; class 1 is of 32 bits, 2 of 64.
    private static func identification(class width: UInt8) -> [UInt8] {
        [0x7F, 0x45, 0x4C, 0x46, width, 1, 1] + [UInt8](repeating: 0, count: 9)
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
