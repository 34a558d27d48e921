/// Instruction words as the formats of the unprivileged manual, section 2.2, put them together.
enum Assembler {
    static func addi(_ d: UInt32, _ n: UInt32, _ constant: Int32) -> UInt32 { immediate(0x13, 0, d, n, constant) }
    static func andi(_ d: UInt32, _ n: UInt32, _ constant: Int32) -> UInt32 { immediate(0x13, 7, d, n, constant) }
    static func lhu(_ d: UInt32, _ n: UInt32, _ offset: Int32) -> UInt32 { immediate(0x03, 5, d, n, offset) }
    static func lw(_ d: UInt32, _ n: UInt32, _ offset: Int32) -> UInt32 { immediate(0x03, 2, d, n, offset) }
    static func add(_ d: UInt32, _ n: UInt32, _ m: UInt32) -> UInt32 { 0x33 | d << 7 | n << 15 | m << 20 }
    static func xor(_ d: UInt32, _ n: UInt32, _ m: UInt32) -> UInt32 { add(d, n, m) | 4 << 12 }
    static func sw(_ m: UInt32, _ n: UInt32, _ offset: UInt32) -> UInt32 {
        0x23 | 2 << 12 | n << 15 | m << 20 | (offset & 31) << 7 | (offset >> 5 & 127) << 25
    }
    static func sb(_ m: UInt32, _ n: UInt32, _ offset: UInt32) -> UInt32 { sw(m, n, offset) & ~(7 << 12) }
    static func csrrs(_ d: UInt32, _ register: UInt32, _ n: UInt32) -> UInt32 {
        0x73 | 2 << 12 | d << 7 | n << 15 | register << 20
    }
    static func csrrw(_ d: UInt32, _ register: UInt32, _ n: UInt32) -> UInt32 {
        0x73 | 1 << 12 | d << 7 | n << 15 | register << 20
    }
    static func beq(_ n: UInt32, _ m: UInt32, _ distance: Int32) -> UInt32 { branch(0, n, m, distance) }
    static func bne(_ n: UInt32, _ m: UInt32, _ distance: Int32) -> UInt32 { branch(1, n, m, distance) }
    static func blt(_ n: UInt32, _ m: UInt32, _ distance: Int32) -> UInt32 { branch(4, n, m, distance) }
    static func jal(_ d: UInt32, _ distance: Int32) -> UInt32 {
        let bits = UInt32(bitPattern: distance)
        return 0x6F | d << 7 | bits & 0xFF000 | (bits >> 11 & 1) << 20 | (bits >> 1 & 0x3FF) << 21
            | (bits >> 20 & 1) << 31
    }

    static func bgeu(_ n: UInt32, _ m: UInt32, _ distance: Int32) -> UInt32 { branch(7, n, m, distance) }
    static func jalr(_ d: UInt32, _ n: UInt32, _ offset: Int32) -> UInt32 { immediate(0x67, 0, d, n, offset) }
    static func ld(_ d: UInt32, _ n: UInt32, _ offset: Int32) -> UInt32 { immediate(0x03, 3, d, n, offset) }
    static func sd(_ m: UInt32, _ n: UInt32, _ offset: UInt32) -> UInt32 { sw(m, n, offset) | 1 << 12 }
    static func sh(_ m: UInt32, _ n: UInt32, _ offset: UInt32) -> UInt32 { sw(m, n, offset) & ~(7 << 12) | 1 << 12 }
    static func sub(_ d: UInt32, _ n: UInt32, _ m: UInt32) -> UInt32 { add(d, n, m) | 1 << 30 }
    static func csrrc(_ d: UInt32, _ register: UInt32, _ n: UInt32) -> UInt32 { csrrs(d, register, n) | 1 << 12 }
    /// LR and SC, AMOSWAP, AMOADD of a word.
    static func lr(_ d: UInt32, _ n: UInt32) -> UInt32 { 0x1000_202F | d << 7 | n << 15 }
    static func sc(_ d: UInt32, _ m: UInt32, _ n: UInt32) -> UInt32 { 0x1800_202F | d << 7 | n << 15 | m << 20 }
    static func amoswap(_ d: UInt32, _ m: UInt32, _ n: UInt32) -> UInt32 { 0x0800_202F | d << 7 | n << 15 | m << 20 }
    static func amoadd(_ d: UInt32, _ m: UInt32, _ n: UInt32) -> UInt32 { 0x0000_202F | d << 7 | n << 15 | m << 20 }

    /// Any constant of 32 bits, zero-extended: LUI, ADDIW, SLLI, SRLI.
    static func load(_ d: UInt32, _ constant: UInt32) -> [UInt32] {
        let low = Int32(bitPattern: constant << 20) >> 20
        let high = constant &- UInt32(bitPattern: low)
        return [
            0x37 | d << 7 | high & 0xFFFF_F000, immediate(0x1B, 0, d, d, low), immediate(0x13, 1, d, d, 32),
            immediate(0x13, 5, d, d, 32),
        ]
    }

    static let ecall: UInt32 = 0x73, ebreak: UInt32 = 0x10_0073, mret: UInt32 = 0x3020_0073
    static let wfi: UInt32 = 0x1050_0073, fenceI: UInt32 = 0x100F, unimp: UInt32 = 0xC000_1073
    static let ret: UInt32 = 0x8082, nop16: UInt32 = 0x0001

    private static func immediate(_ opcode: UInt32, _ f3: UInt32, _ d: UInt32, _ n: UInt32, _ i: Int32) -> UInt32 {
        opcode | f3 << 12 | d << 7 | n << 15 | UInt32(bitPattern: i) << 20
    }

    private static func branch(_ f3: UInt32, _ n: UInt32, _ m: UInt32, _ distance: Int32) -> UInt32 {
        let bits = UInt32(bitPattern: distance)
        return 0x63 | f3 << 12 | n << 15 | m << 20 | (bits >> 11 & 1) << 7 | (bits >> 1 & 15) << 8
            | (bits >> 5 & 63) << 25 | (bits >> 12 & 1) << 31
    }
}
