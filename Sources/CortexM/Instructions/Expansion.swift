import Bits

/// ThumbExpandImm(). DDI 0403E.e A5.3.2.
func ThumbExpandImm(_ imm12: UInt32) -> UInt32 {
    let byte = imm12 & 0xFF
    if imm12.bits(11, 10) != 0 {
        let unrotated = 0x80 | imm12.bits(6, 0)
        let by = imm12.bits(11, 7)
        return unrotated >> by | unrotated << (32 - by)
    }
    return switch imm12.bits(9, 8) {
    case 0: byte
    case 1: byte << 16 | byte
    case 2: byte << 24 | byte << 8
    default: byte << 24 | byte << 16 | byte << 8 | byte
    }
}

/// What ThumbExpandImm_C() makes of the carry flag. DDI 0403E.e A5.3.2.
enum CarryOut: UInt16 {
    case unchanged, cleared, set

    init(ofThumbExpandImm imm12: UInt32) {
        if imm12.bits(11, 10) == 0 {
            self = .unchanged
        } else {
            self = ThumbExpandImm(imm12).bit(31) ? .set : .cleared
        }
    }
}

/// The kinds of shift an operand can have. DDI 0403E.e A7.4.2.
enum SRType {
    case lsl, lsr, asr, ror, rrx

    /// DecodeImmShift(): the kind and the amount.
    static func decode(type: UInt32, imm5: UInt32) -> (SRType, UInt32) {
        switch (type, imm5) {
        case (0, _): (.lsl, imm5)
        case (1, 0): (.lsr, 32)
        case (1, _): (.lsr, imm5)
        case (2, 0): (.asr, 32)
        case (2, _): (.asr, imm5)
        case (_, 0): (.rrx, 1)
        default: (.ror, imm5)
        }
    }

    /// The operation that shifts by a constant, with or without the shifter's carry.
    func operation(settingCarry: Bool) -> Operation {
        switch self {
        case .lsl: settingCarry ? .lslsImm : .lslImm
        case .lsr: settingCarry ? .lsrsImm : .lsrImm
        case .asr: settingCarry ? .asrsImm : .asrImm
        case .ror: settingCarry ? .rorsImm : .rorImm
        case .rrx: settingCarry ? .rrxs : .rrx
        }
    }
}
