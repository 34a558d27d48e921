import TestSupport
import Testing

@testable import RV64

/// The disassembler against GNU objdump.
@Suite struct ObjdumpTests {
    /// `csrrs a0, csr, zero` for every number: a register has the name that objdump prints, or none.
    @Test func everyControlRegisterHasItsName() throws {
        let words = (0..<0x1000 as Range<UInt32>).map { $0 << 20 | 0x2573 }
        let lines = try Objdump.riscv64("no-aliases").lines(of: words)
        #expect(lines.count == words.count)
        for number in 0..<UInt16(0x1000) {
            let name = csrName(number) ?? "0x\(String(number, radix: 16))"
            #expect(lines[4 * UInt32(number)] == "csrrs\ta0,\(name),zero")
        }
    }
}
