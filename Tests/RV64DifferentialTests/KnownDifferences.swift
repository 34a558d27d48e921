@testable import RV64

/// Where Unicorn 2.0.1, whose translator is that of QEMU 5.0, is not asked, or is known to be wrong. Sections are those
/// of the unprivileged manual, 20191213, unless something else is said.
enum KnownDifferences {
    /// Encodings that no vector of a single instruction can judge, with the reason.
    static let excluded: [String: String] = [
        "ECALL": "Unicorn leaves exceptions to its user",
        "EBREAK": "Unicorn leaves exceptions to its user", "C.EBREAK": "Unicorn leaves exceptions to its user",
        "C.UNIMP": "Unicorn leaves exceptions to its user",
        "MRET": "changes the mode, which Unicorn cannot be put back from",
        "SRET": "changes the mode, which Unicorn cannot be put back from",
        "WFI": "ends Unicorn's execution",
        "SFENCE.VM": "only in version 1.9.1 of the privileged architecture, which Unicorn's hart does not follow",
    ]

    /// 12.2: "Floating-point compute instructions check if the input operands are correctly NaN-boxed [...]. Otherwise
    /// the n least-significant bits of the input are treated as an n-bit canonical NaN." Unicorn takes the lower half
    /// as it is; it is given the canonical NaN instead.
    static func checksBoxes(_ encoding: Encoding) -> Bool { encoding.name.hasSuffix(".S") }

    /// 12.2: "Any operation that writes a narrower result to an f register must write all 1s to the uppermost FLEN-n bits
    /// to yield a legal NaN-boxed value." Unicorn writes zeros there, or what it finds; what is asked of its registers
    /// is boxed.
    static func writesSingle(_ encoding: Encoding) -> Bool {
        guard encoding.timing.isFloatingPoint else { return false }
        switch encoding.timing {
        case .fpToInteger, .fpStore: return false
        default:
            let parts = encoding.name.split(separator: ".")
            return encoding.name == "FMV.W.X" || parts.count > 1 && parts[1] == "S"
        }
    }

    static func boxed(_ value: UInt64) -> UInt64 { 0xFFFF_FFFF << 32 | value }

    /// 8.4: "For RV64, 32-bit AMOs always sign-extend the value placed in rd, and ignore the upper 32 bits of the
    /// original value of rs2." Unicorn's minima and maxima compare all 64 bits of rs2 with the word in memory,
    /// zero-extended; it is given a lower half that is right for that, and a word that is not negative. Negative ones
    /// are in the whole programs.
    enum Extension {
        case sign, zero
    }

    static func comparedHalf(_ encoding: Encoding) -> Extension? {
        switch encoding.name {
        case "AMOMIN.W", "AMOMAX.W": .sign
        case "AMOMINU.W", "AMOMAXU.W": .zero
        default: nil
        }
    }

    /// 11.6: "For FMIN.S and FMAX.S [...] if only one operand is a NaN, the result is the non-NaN operand." To Unicorn,
    /// as to the manuals before version 2.2 of F, the result is a NaN if it is a signaling one.
    static func isOldMinimum(_ encoding: Encoding, _ instruction: Instruction, _ registers: Registers) -> Bool {
        let operands = [registers.f[Int(instruction.n)], registers.f[Int(instruction.m)]]
        switch encoding.name {
        case "FMIN.S", "FMAX.S": return operands.contains(where: isSignalingSingle)
        case "FMIN.D", "FMAX.D": return operands.contains(where: isSignalingDouble)
        default: return false
        }
    }

    /// 11.6: "The fused multiply-add instructions must set the invalid operation exception flag when the multiplicands are
    /// infinity and zero, even when the addend is a quiet NaN." Unicorn does not.
    static func isInvalidProduct(_ encoding: Encoding, _ instruction: Instruction, _ registers: Registers) -> Bool {
        guard encoding.diagram.width(of: UInt8(ascii: "a")) > 0 else { return false }
        let operands = [instruction.n, instruction.m, instruction.a].map { register in
            let value = registers.f[Int(register)]
            if encoding.name.hasSuffix(".D") { return Double(bitPattern: value) }
            let isBoxed = value >> 32 == 0xFFFF_FFFF
            return isBoxed ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: value))) : .nan
        }
        let isInvalid = operands[0].isInfinite && operands[1].isZero || operands[0].isZero && operands[1].isInfinite
        return isInvalid && operands[2].isNaN
    }

    private static func isSignalingSingle(_ value: UInt64) -> Bool {
        let single = UInt32(truncatingIfNeeded: value)
        return value >> 32 == 0xFFFF_FFFF && Float(bitPattern: single).isSignalingNaN
    }

    private static func isSignalingDouble(_ value: UInt64) -> Bool { Double(bitPattern: value).isSignalingNaN }

    // LR and SC: the reservation set is a line of 64 bytes here (8.2: "an arbitrary-sized subset of the memory space
    // containing the addressed bytes"), and the address and the value that was read in Unicorn: an SC is only made where
    // both have the same answer.
    // Misaligned accesses (2.6: an exception, on this execution environment) go through in Unicorn; vectors have them
    // aligned.
}
