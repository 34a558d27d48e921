import Bits
import TestSupport
import Testing

@testable import CortexM

/// The disassembler against GNU objdump, on random words of every encoding.
struct ObjdumpTests {
    /// One instruction in the listing.
    private struct Sample {
        let encoding: Encoding
        let word: UInt32
        let address: UInt32
        let itState: UInt8
    }

    @Test("Every encoding prints as GNU objdump prints it, outside and inside IT blocks")
    func everyEncoding() throws {
        let decoder = Decoder()
        var random = SplitMix(seed: 0x0B1D)
        var samples: [Sample] = []
        var code: [UInt8] = []
        func append(_ halfword: UInt32) {
            code += [UInt8(halfword & 0xFF), UInt8(halfword >> 8 & 0xFF)]
        }
        for encoding in allEncodings {
            let isWide = encoding.diagram.width == 32
            var tries = 0
            var found = (outside: 0, inside: 0)
            while (found.outside < 24 || found.inside < 8) && tries < 2000 {
                tries += 1
                let word = encoding.randomWord(&random)
                guard decoder.encoding(of: word, isWide: isWide)?.name == encoding.name else { continue }
                let condition = UInt8(random.next() % 14)
                let inIT = tries % 4 == 0
                if !inIT, encoding.timing == .it { continue }
                let itState = inIT ? condition << 4 | 8 : 0
                let address = UInt32(code.count) + (inIT ? 2 : 0)
                if encoding.isUnpredictable(encoding.fields(word, at: address, itState: itState)) { continue }
                if Self.exception(encoding, word) != nil { continue }
                if inIT {
                    append(0xBF08 | UInt32(condition) << 4)
                    found.inside += 1
                } else {
                    found.outside += 1
                }
                samples.append(Sample(encoding: encoding, word: word, address: address, itState: itState))
                if isWide { append(word >> 16) }
                append(word & 0xFFFF)
            }
            if encoding.timing != .it { #expect(found.outside > 0, "\(encoding.name)") }
        }
        let theirs = try Objdump.arm.lines(of: code)
        var differing: [String: Int] = [:]
        for sample in samples {
            let ours = sample.encoding.text(
                sample.encoding.fields(sample.word, at: sample.address, itState: sample.itState))
            let other = theirs[sample.address] ?? "nothing"
            if ours != other {
                differing[sample.encoding.name, default: 0] += 1
                if differing[sample.encoding.name, default: 0] <= 2 {
                    let it = sample.itState == 0 ? "" : " in IT"
                    Issue.record(
                        """
                        \(sample.encoding.name) \(String(sample.word, radix: 16))\(it): \
                        \(ours.debugDescription), objdump says \(other.debugDescription)
                        """)
                }
            }
        }
    }

    /// Why objdump's line for a word is no measure.
    private static func exception(_ encoding: Encoding, _ word: UInt32) -> String? {
        let fields = encoding.fields(word)
        switch encoding.name {
        case "NOP T1 (unallocated hint)", "NOP T2 (unallocated hint)":
            let isNamed = fields["h"] == 5 || fields["h"] >= 13
            return isNamed ? "hints of later architectures: SEVL, ESB, PSB, TSB, CSDB, BTI, PAC, AUT" : nil
        case "DSB T1":
            let isNamed = [0, 4, 12].contains(fields["o"])
            return isNamed ? "barriers of later architectures: SSBB, PSSBB, DFB" : nil
        case _ where encoding.name.hasSuffix("(literal) wide"):
            let isUnprivileged = fields["U"] == 0 && fields.i >> 8 == 0b1110
            return isUnprivileged ? "it says LDRT and the like, of which A7.7 says: SEE LDR (literal)" : nil
        case _ where encoding.name.contains("RD (immediate)") || encoding.name.contains("RD (literal)"):
            return fields.i == 0 ? "it tells -0 from 0 here, and forgets the ! behind an offset of 0" : nil
        case _ where encoding.name.hasPrefix("VLDR") || encoding.name.hasPrefix("VSTR"):
            return fields.i == 0 && fields["U"] == 0 ? "it tells -0 from 0 here" : nil
        default:
            return nil
        }
    }
}
