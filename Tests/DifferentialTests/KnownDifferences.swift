@testable import CortexM

/// Where Unicorn 2.0.1 is not asked, or is known to be wrong. Sections are those of DDI 0403E.e.
enum KnownDifferences {
    /// Encodings that no vector of a single instruction can judge, with the reason.
    static let excluded: [String: String] = [
        "SVC T1": "Unicorn leaves exceptions to its user",
        "BKPT T1": "Unicorn leaves exceptions to its user",
        "UDF T1": "Unicorn leaves exceptions to its user",
        "UDF T2": "Unicorn leaves exceptions to its user",
        "YIELD T1": "Unicorn leaves the hint to its user", "YIELD T2": "Unicorn leaves the hint to its user",
        "WFI T1": "ends Unicorn's execution", "WFI T2": "ends Unicorn's execution",
        "WFE T1": "ends Unicorn's execution", "WFE T2": "ends Unicorn's execution",
        "CPS T1": "changes nothing that Unicorn lets one read",
        "IT T1": "has tests of its own, with the instructions that it makes conditional",
    ]

    /// B5.2.3: MSR writes `R[n]<31:2>:'00'` to MSP; Unicorn keeps the two bits.
    static let stackPointerBits: UInt32 = 3

    /// A7.7.228: "The fixed-point to floating-point operation uses the Round to Nearest rounding mode." Unicorn rounds
    /// as FPSCR.RMode says.
    static func ignoredModes(_ encoding: Encoding) -> UInt32 {
        encoding.name.hasPrefix("VCVT (fixed-point) T1 from") ? 3 << 22 : 0
    }

    /// A7.7, SMLAD and SMLADX: Q is set if the sum of both products and Ra overflows. Unicorn sets it already if the sum
    /// of the products does, which only four factors of -32768 can make, and Ra may bring it back.
    static func overflowsTooEarly(_ encoding: Encoding, _ instruction: Instruction, _ registers: Registers) -> Bool {
        addsTwoProducts(encoding) && registers.core[Int(instruction.n)] == 0x8000_8000
            && registers.core[Int(instruction.m)] == 0x8000_8000
    }

    static func addsTwoProducts(_ encoding: Encoding) -> Bool { encoding.name.hasPrefix("SMLAD") }

    // Unaligned LDRD, STRD, LDM, STM, VLDR and VSTR (A3.2.1: a UsageFault) go through in Unicorn; vectors have them
    // aligned. CONTROL (B1.4.4: bits 2 to 0) reads with bit 3 set; MRS of it is left out.
}
