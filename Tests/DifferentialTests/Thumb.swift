/// Instruction words as DDI 0403E.e A7.7 draws them: a halfword, or two with the first in the upper half.
enum Thumb {
    static let nop: UInt32 = 0xBF00, wfe: UInt32 = 0xBF20, wfi: UInt32 = 0xBF30, sev: UInt32 = 0xBF40
    static let dsb: UInt32 = 0xF3BF_8F4F, dmb: UInt32 = 0xF3BF_8F5F, isb: UInt32 = 0xF3BF_8F6F

    // MARK: 16 bits

    static func movs(_ d: UInt32, _ constant: UInt32) -> UInt32 { 0x2000 | d << 8 | constant & 0xFF }
    static func cmp(_ n: UInt32, _ constant: UInt32) -> UInt32 { 0x2800 | n << 8 | constant & 0xFF }
    static func adds(_ d: UInt32, _ constant: UInt32) -> UInt32 { 0x3000 | d << 8 | constant & 0xFF }
    static func subs(_ d: UInt32, _ constant: UInt32) -> UInt32 { 0x3800 | d << 8 | constant & 0xFF }
    static func addsReg(_ d: UInt32, _ n: UInt32, _ m: UInt32) -> UInt32 { 0x1800 | m << 6 | n << 3 | d }
    static func subsReg(_ d: UInt32, _ n: UInt32, _ m: UInt32) -> UInt32 { 0x1A00 | m << 6 | n << 3 | d }
    static func cmpReg(_ n: UInt32, _ m: UInt32) -> UInt32 { 0x4280 | m << 3 | n }
    static func orrs(_ d: UInt32, _ m: UInt32) -> UInt32 { 0x4300 | m << 3 | d }
    static func lsrs(_ d: UInt32, _ m: UInt32, _ amount: UInt32) -> UInt32 { 0x0800 | amount << 6 | m << 3 | d }
    /// MOV (register) T1: also high registers.
    static func mov(_ d: UInt32, _ m: UInt32) -> UInt32 { 0x4600 | (d & 8) << 4 | m << 3 | d & 7 }
    static func bx(_ m: UInt32) -> UInt32 { 0x4700 | m << 3 }
    static func blx(_ m: UInt32) -> UInt32 { 0x4780 | m << 3 }
    static func svc(_ number: UInt32) -> UInt32 { 0xDF00 | number & 0xFF }
    static func push(_ list: UInt32, lr: Bool = false) -> UInt32 { 0xB400 | (lr ? 0x100 : 0) | list }
    static func pop(_ list: UInt32, pc: Bool = false) -> UInt32 { 0xBC00 | (pc ? 0x100 : 0) | list }
    /// IT: `mask` as it stands in the instruction.
    static func it(_ condition: UInt32, _ mask: UInt32 = 0b1000) -> UInt32 { 0xBF00 | condition << 4 | mask }
    /// The distances of branches count from the branch itself.
    static func b(_ condition: UInt32, _ distance: Int) -> UInt32 {
        0xD000 | condition << 8 | UInt32(truncatingIfNeeded: (distance - 4) >> 1) & 0xFF
    }

    static func b(_ distance: Int) -> UInt32 { 0xE000 | UInt32(truncatingIfNeeded: (distance - 4) >> 1) & 0x7FF }

    /// CPS: flags are 2 for PRIMASK, 1 for FAULTMASK.
    static func cps(disables: Bool, _ flags: UInt32) -> UInt32 { 0xB660 | (disables ? 0x10 : 0) | flags }

    // MARK: 32 bits

    static func movw(_ d: UInt32, _ constant: UInt32) -> UInt32 { 0xF240_0000 | wideConstant(constant) | d << 8 }
    static func movt(_ d: UInt32, _ constant: UInt32) -> UInt32 { 0xF2C0_0000 | wideConstant(constant) | d << 8 }
    private static func wideConstant(_ i: UInt32) -> UInt32 {
        (i >> 11 & 1) << 26 | (i >> 12 & 15) << 16 | (i >> 8 & 7) << 12 | i & 0xFF
    }

    /// Any constant.
    static func load(_ d: UInt32, _ constant: UInt32) -> [UInt32] {
        [movw(d, constant & 0xFFFF), movt(d, constant >> 16)]
    }

    static func and(_ d: UInt32, _ n: UInt32, _ constant: UInt32) -> UInt32 {
        0xF000_0000 | n << 16 | d << 8 | constant
    }
    static func tst(_ n: UInt32, _ constant: UInt32) -> UInt32 { 0xF010_0F00 | n << 16 | constant }
    static func ldr(_ t: UInt32, _ n: UInt32, _ offset: UInt32 = 0) -> UInt32 {
        0xF8D0_0000 | n << 16 | t << 12 | offset
    }
    static func ldrh(_ t: UInt32, _ n: UInt32, _ offset: UInt32 = 0) -> UInt32 {
        0xF8B0_0000 | n << 16 | t << 12 | offset
    }
    static func str(_ t: UInt32, _ n: UInt32, _ offset: UInt32 = 0) -> UInt32 {
        0xF8C0_0000 | n << 16 | t << 12 | offset
    }
    static func strh(_ t: UInt32, _ n: UInt32, _ offset: UInt32 = 0) -> UInt32 {
        0xF8A0_0000 | n << 16 | t << 12 | offset
    }
    static func ldmia(_ n: UInt32, _ list: UInt32, writeback: Bool) -> UInt32 {
        0xE890_0000 | (writeback ? 1 << 21 : 0) | n << 16 | list
    }
    static func stmdb(_ n: UInt32, _ list: UInt32, writeback: Bool) -> UInt32 {
        0xE900_0000 | (writeback ? 1 << 21 : 0) | n << 16 | list
    }
    static func mrs(_ d: UInt32, _ special: UInt32) -> UInt32 { 0xF3EF_8000 | d << 8 | special }
    static func msr(_ special: UInt32, _ n: UInt32) -> UInt32 { 0xF380_8800 | n << 16 | special }
    static func bl(_ distance: Int) -> UInt32 { 0xF000_D000 | wideDistance(distance) }
    static func bw(_ distance: Int) -> UInt32 { 0xF000_9000 | wideDistance(distance) }
    /// `imm32 = SignExtend(S:I1:I2:imm10:imm11:'0')`, J = NOT(I EOR S).
    private static func wideDistance(_ distance: Int) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: distance - 4)
        let s = bits >> 31
        let (j1, j2) = (~(bits >> 23 ^ s) & 1, ~(bits >> 22 ^ s) & 1)
        return s << 26 | (bits >> 12 & 0x3FF) << 16 | j1 << 13 | j2 << 11 | bits >> 1 & 0x7FF
    }
    static func tableBranch(_ n: UInt32, _ m: UInt32, wide: Bool) -> UInt32 {
        0xE8D0_F000 | n << 16 | (wide ? 0x10 : 0) | m
    }
    /// VMOV S0, Rt; VADD.F32 S1, S0, S1.
    static func addToSingles(_ t: UInt32) -> [UInt32] { [0xEE00_0A10 | t << 12, 0xEE70_0A20] }
    static func vmrs(_ t: UInt32) -> UInt32 { 0xEEF1_0A10 | t << 12 }
    static func vmsr(_ t: UInt32) -> UInt32 { 0xEEE1_0A10 | t << 12 }
}
