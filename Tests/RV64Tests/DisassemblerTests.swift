import Bits
import TestSupport
import Testing

@testable import RV64

/// The disassembler against GNU objdump, with and without aliases.
@Suite struct DisassemblerTests {
    private struct Sample {
        let name: String
        let word: UInt32
        let address: UInt32
    }

    /// Why objdump's line for a word is no measure.
    private static func exception(_ name: String, _ fields: Fields, usesAliases: Bool) -> String? {
        let ignored = fields["x"] != 0
        switch name {
        case "FENCE" where fields["f"] == 8 && fields["p"] == 3 && fields["s"] == 3 && !ignored:
            return usesAliases ? nil : "it says fence.tso in any case"
        case "FENCE" where fields["p"] == 1 && fields["s"] == 0 && fields["f"] == 0 && !ignored:
            return "it says pause of code that is built for Zihintpause alone"
        case "FENCE", "FENCE.I":
            return fields["f"] != 0 || ignored ? "fields that harts ignore are data to it" : nil
        case "SFENCE.VM" where fields.n == 0:
            return usesAliases ? nil : "it never says sfence.vm zero"
        case "FCVT.D.W", "FCVT.D.WU", "FCVT.D.S":
            return fields.rounding != 0 ? "a rounding mode where nothing is rounded makes it data" : nil
        case "CSRRW" where fields.d == 0 && fields.n == 0 && fields.i == 0xC00:
            return usesAliases ? nil : "it says unimp in any case"
        case "C.SLLI", "C.SRLI", "C.SRAI":
            return !usesAliases && fields.shift6 == 0 ? "it says c.slli64 and the like in any case" : nil
        default:
            return nil
        }
    }

    @Test("Every encoding prints as GNU objdump prints it", arguments: [false, true])
    func everyEncoding(usesAliases: Bool) throws {
        let decoder = Decoder()
        var random = SplitMix(seed: 0x0B1D)
        var samples: [Sample] = []
        var code: [UInt8] = []
        for encoding in allEncodings {
            var found = 0
            for _ in 0..<4000 where found < 256 {
                let word = encoding.randomWord(&random)
                let fields = encoding.fields(word)
                guard decoder.encoding(of: word)?.name == encoding.name, !encoding.isReserved(fields),
                    DisassemblerTests.exception(encoding.name, fields, usesAliases: usesAliases) == nil
                else { continue }
                found += 1
                samples.append(Sample(name: encoding.name, word: word, address: UInt32(code.count)))
                for byte in 0..<UInt32(encoding.diagram.width / 8) {
                    code.append(UInt8(truncatingIfNeeded: word >> (8 * byte)))
                }
            }
            #expect(found > 0, "\(encoding.name)")
        }
        let theirs = try Objdump.riscv64(usesAliases ? "" : "no-aliases").lines(of: code)
        let disassembler = Disassembler(usesAliases: usesAliases)
        var differing: [String: Int] = [:]
        for sample in samples {
            let ours = disassembler.text(sample.word, at: sample.address)
            // Targets behind the ends of the 32-bit space have no more than 32 bits here.
            let other = DisassemblerTests.cut(theirs[sample.address] ?? "nothing")
            guard ours != other else { continue }
            differing[sample.name, default: 0] += 1
            if differing[sample.name, default: 0] <= 2 {
                Issue.record(
                    """
                    \(sample.name) \(String(sample.word, radix: 16)): \(ours.debugDescription), \
                    objdump says \(other.debugDescription)
                    """)
            }
        }
    }

    /// A label of 64 bits as its lower 32.
    private static func cut(_ line: String) -> String {
        guard let prefix = line.range(of: "0xffffffff"), line.distance(from: prefix.upperBound, to: line.endIndex) == 8
        else { return line }
        let digits = line[prefix.upperBound...].drop { $0 == "0" }
        return line[..<prefix.lowerBound] + "0x" + (digits.isEmpty ? "0" : digits)
    }

    /// Reserved words that objdump does not know to be so.
    private static func isLenient(_ halfword: UInt32) -> Bool {
        // C.ADDI16SP with an immediate of 0.
        halfword == 0x6101
    }

    @Test("Every halfword prints as GNU objdump prints it", arguments: [false, true])
    func everyHalfword(usesAliases: Bool) throws {
        let halfwords = (0..<0x10000 as Range<UInt32>).filter { !Decoder.isWide($0) }
        let code = halfwords.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        let theirs = try Objdump.riscv64(usesAliases ? "" : "no-aliases").lines(of: code)
        let disassembler = Disassembler(usesAliases: usesAliases)
        let decoder = Decoder()
        var wrong: [String] = []
        for (index, halfword) in halfwords.enumerated() where !DisassemblerTests.isLenient(halfword) {
            let address = UInt32(2 * index)
            if let encoding = decoder.encoding(of: halfword),
                DisassemblerTests.exception(
                    encoding.name, encoding.fields(halfword, at: address), usesAliases: usesAliases) != nil
            {
                continue
            }
            let ours = disassembler.text(halfword, at: address)
            let other = DisassemblerTests.cut(theirs[address] ?? "nothing")
            if ours != other {
                wrong.append("\(String(halfword, radix: 16)): \(ours.debugDescription), \(other.debugDescription)")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(10))")
    }

    @Test("A listing goes from instruction to instruction, whatever their width")
    func listing() {
        // addi sp,sp,-16 compressed; sd ra,8(sp) compressed; lui a0,0x12345; ret; half of an instruction.
        let code: [UInt16] = [0x1141, 0xE406, 0x5537, 0x1234, 0x8082, 0x0513]
        var listing = Listing(from: 0x1000, to: 0x100C) { address in
            let index = Int(address - 0x1000) / 2
            return code.indices.contains(index) ? code[index] : nil
        }
        var lines: [String] = []
        while let line = listing.next() {
            lines.append("\(String(line.address, radix: 16)) \(line.encoding.count) \(line.text)")
        }
        #expect(
            lines == [
                "1000 1 add\tsp,sp,-16", "1002 1 sd\tra,8(sp)", "1004 2 lui\ta0,0x12345", "1008 1 ret",
                "100a 2 li\ta0,0",
            ])
    }

    @Test("A listing ends at the end of the address space")
    func listingAtTheEnd() {
        var listing = Listing(from: 0xFFFF_FFFC, to: .max) { _ in 0x0001 }
        var count = 0
        while listing.next() != nil, count < 10 { count += 1 }
        #expect(count == 2)
    }
}
