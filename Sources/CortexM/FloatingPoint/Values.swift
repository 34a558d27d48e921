/// Values made by name. DDI 0403E.e A2.5.7.

func FPZero(_ isNegative: Bool) -> UInt32 { isNegative ? 0x8000_0000 : 0 }
func FPInfinity(_ isNegative: Bool) -> UInt32 { FPZero(isNegative) | 0x7F80_0000 }
@inline(always) func FPNeg(_ operand: UInt32) -> UInt32 { operand ^ 0x8000_0000 }
@inline(always) func FPAbs(_ operand: UInt32) -> UInt32 { operand & 0x7FFF_FFFF }

/// VFPExpandImm(), single precision. DDI 0403E.e A6.4.1.
func VFPExpandImm(_ imm8: UInt32) -> UInt32 {
    let exponent: UInt32 = imm8 >> 6 & 1 == 1 ? 0b0111_1100 : 0b1000_0000
    return (imm8 & 0x80) << 24 | (exponent | imm8 >> 4 & 0b11) << 23 | (imm8 & 0xF) << 19
}
