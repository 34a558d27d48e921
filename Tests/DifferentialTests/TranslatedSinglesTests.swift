import TestSupport
import Testing

@testable import CortexM

/// Random floating-point code in a loop that loads all its operands, and FPSCR, anew in each turn, and stores all its
/// results, FPSCR and the flags: the same from the interpreter, which other tests hold against Unicorn and against
/// computations in exact numbers, and from host code.
@Suite struct TranslatedSinglesTests {
    /// What the operands are.
    enum Operands: UInt32, CaseIterable, Sendable {
        /// Numbers of moderate size, of which some are equal.
        case plain
        /// The same, with few at which arithmetic changes its behaviour.
        case fewCorners
        case manyCorners
        case anything
        /// Products in the middle between two numbers, and what may be added to them.
        case middles
    }

    private static let programs = 0..<80
    private static let turns = 30
    private static let (operands, results) = (Layout.ram, Layout.ram + 0x1800)

    /// Zeros, denormals, the smallest normal number and what multiplies to it or is rounded to it, the limits of
    /// integers, the largest number, infinity, NaNs.
    private static let corners: [UInt32] = [
        0, 1, 0x0040_0000, 0x007F_FFFF, 0x0080_0000, 0x0080_0001, 0x00FF_FFFF, 0x0100_0000, 0x1F80_0000, 0x2000_0000,
        0x1FFF_FFFF, 0x3F00_0000, 0x3F7F_FFFF, 0x3F80_0000, 0x3F80_0001, 0x3FB5_04F3, 0x4000_0000, 0x4EFF_FFFF,
        0x4F00_0000, 0x4F80_0000, 0x5F00_0000, 0x5F80_0000, 0x7F00_0000, 0x7F7F_FFFF, 0x7F80_0000, 0x7FC0_0000,
        0x7F80_0001, 0x7FA5_5AA5, 0x7FFF_FFFF,
    ]

    /// (1 + 2^-23) times 1.5 has one bit more than single precision, and so have others of these.
    private static let middles: [UInt32] = [0x3F80_0001, 0x3FC0_0000, 0x3F80_0003, 0x3F80_0000, 0, 1]

    @Test("Host code computes what the interpreter computes, with the same flags", arguments: Operands.allCases)
    func agreement(operands: Operands) { judge(operands, TranslatedSinglesTests.programs) }

    /// `make fuzz`: programs beyond these, for as long as asked.
    @Test(.enabled(if: Fuzzing.seconds > 0)) func agreementForAsLongAsAsked() async {
        let all = Operands.allCases
        let first = TranslatedSinglesTests.programs.upperBound * all.count
        await Fuzzing.run("loops of floating point in both engines", from: first) { number in
            let (index, operands) = number.quotientAndRemainder(dividingBy: all.count)
            judge(all[operands], index..<index + 1)
            return 1
        }
    }

    /// What is added to may be a copy, of which the source still tells what it was when the sum is not the host's; but
    /// not if a condition passed over the copying, or if either was changed since.
    @Test("A copy that is added to is what it was", arguments: Operands.allCases)
    func copies(operands: Operands) {
        judge(operands, 0..<(2 * TranslatedSinglesTests.changes.count * TranslatedSinglesTests.conditions.count)) {
            TranslatedSinglesTests.copyAndSum($1, &$0)
        }
    }

    /// EQ, NE, MI, GT; none.
    private static let conditions: [UInt32?] = [0, 1, 4, 12, nil]
    /// Between S14 = S6 and S14 += S8 * S10, or the other fused operations: nothing, S6 = S12, S6 = S8 + S10, S6 = 1,
    /// S6 = R0, S14 = S12.
    private static let changes: [UInt32?] = [
        nil, 0xEEB0_3A46, 0xEE34_3A05, 0xEEB7_3A00, 0xEE03_0A10, 0xEEB0_7A46,
    ]

    private static func copyAndSum(_ index: Int, _ random: inout SplitMix) -> [UInt32] {
        let operations: [UInt32] = [0xEEA4_7A05, 0xEEA4_7A45, 0xEE94_7A05, 0xEE94_7A45]
        let (rest, change) = index.quotientAndRemainder(dividingBy: changes.count)
        // VCMP S4, #0; VMRS APSR_nzcv, FPSCR; IT; VMOV S14, S6.
        let condition = conditions[rest % conditions.count].map { [0xBF08 | $0 << 4] } ?? []
        return [0xEEB5_2A40, 0xEEF1_FA10] + condition + [0xEEB0_7A43] + (changes[change].map { [$0] } ?? [])
            + [random.element(of: operations)]
    }

    /// - Parameter words: other code than the usual.
    private func judge(
        _ operands: Operands, _ indices: Range<Int>, words: ((inout SplitMix, _ index: Int) -> [UInt32])? = nil
    ) {
        let maker = SequenceMaker(
            timings: SequenceMaker.floatingPoint.union([.fpStatus, .fpMoveCore, .fpMoveCorePair]))
        var failures = 0
        for index in indices where failures < 3 {
            var vector = maker.vector(
                name: "singles \(operands)", index: index, at: Layout.firstCode + 12, count: 3...20)
            if let words {
                var random = SplitMix(name: "copies \(operands)", index: index)
                vector.words = words(&random, index)
            }
            let reference = core(vector, operands, index, translates: false)
            let core = core(vector, operands, index, translates: true)
            run(reference, index)
            run(core, index)
            var differences = core.registers.differences(from: reference.registers)
            if core.processor.now != reference.processor.now { differences.append("cycles") }
            if core.settle() != reference.settle() { differences.append("accounts") }
            differences += self.differences(core, reference)
            guard !differences.isEmpty else { continue }
            failures += 1
            Issue.record(
                "\(operands) #\(index): \(differences.prefix(4).joined(separator: "; ")). \(vector.description)")
        }
    }

    /// Which results of which turn differ.
    private func differences(_ core: OurCore, _ reference: OurCore) -> [String] {
        typealias T = TranslatedSinglesTests
        let places = 34
        return (0..<T.turns * places).compactMap { place in
            let address = T.results + UInt32(4 * place)
            let (actual, expected) = (core.ram.load(address, .word), reference.ram.load(address, .word))
            guard actual != expected else { return nil }
            let name = place % places == 32 ? "fpscr" : place % places == 33 ? "flags" : "s\(place % places)"
            return "turn \(place / places), \(name) \(hex(actual)), expected \(hex(expected))"
        }
    }

    private func core(_ vector: Vector, _ operands: Operands, _ index: Int, translates: Bool) -> OurCore {
        typealias T = TranslatedSinglesTests
        let core = OurCore(timings: .distinct)
        var random = SplitMix(name: "operands \(operands)", index: index)
        core.processor.usesFusedMultiplyAdd = index % 4 != 3
        if translates { #expect(core.processor.translate(after: 2)) }
        var address = Layout.firstCode
        // LDR R2, [R5], #4; VMSR FPSCR, R2; VLDMIA R5!, {S0-S31}.
        var code: [UInt32] = [0xF855_2B04, 0xEEE1_2A10, 0xECB5_0A20] + vector.words
        // VSTMIA R6!, {S0-S31}; VMRS R2, FPSCR; MRS R3, APSR; two times STR, [R6], #4.
        code += [0xECA6_0A20, 0xEEF1_2A10, 0xF3EF_8300, 0xF846_2B04, 0xF846_3B04]
        // SUBS R7, #1; BEQ over B.W to the start; B to itself.
        code += [0x3F01, 0xD001]
        let length = code.reduce(0) { $0 + Vector.length($1) }
        let distance = UInt32(bitPattern: -Int32(length + 4))
        code += [0xF000_B800 | 1 << 26 | 1 << 13 | 1 << 11 | (distance >> 12 & 0x3FF) << 16 | distance >> 1 & 0x7FF]
        code += [0xE7FE]
        for word in code {
            if Vector.length(word) == 4 {
                core.code.store(address, word >> 16, .halfword)
                core.code.store(address + 2, word & 0xFFFF, .halfword)
            } else {
                core.code.store(address, word, .halfword)
            }
            address += Vector.length(word)
        }
        var registers = vector.registers
        registers.core[5] = T.operands
        registers.core[6] = T.results
        registers.core[7] = UInt32(T.turns)
        registers.core[13] = Layout.ram + UInt32(Layout.ramSize) - 0x100
        registers.core[15] = Layout.firstCode
        core.load(registers, [UInt32](repeating: 0, count: Layout.ramSize / 4))
        for turn in 0..<T.turns {
            for place in 0..<33 {
                let value = place == 0 ? T.fpscr(&random) : T.operand(operands, &random)
                core.ram.store(T.operands + UInt32(4 * (33 * turn + place)), value, .word)
            }
        }
        return core
    }

    /// Mostly what lets the host compute: to nearest, with Inexact set.
    private static func fpscr(_ random: inout SplitMix) -> UInt32 {
        let any = random.word() & Registers.fpscrMask
        switch random.below(8) {
        case 0: return any
        case 1: return any & ~0x0700_0010
        default: return any & ~0x01C0_0000 | 0x10
        }
    }

    private static func operand(_ operands: Operands, _ random: inout SplitMix) -> UInt32 {
        let sign = random.word() & 0x8000_0000
        let isCorner =
            switch operands {
            case .plain: false
            case .middles: true
            case .fewCorners: random.one(in: 20)
            case .manyCorners: random.one(in: 2)
            case .anything: random.one(in: 8)
            }
        if isCorner { return sign | random.element(of: operands == .middles ? middles : corners) }
        if operands == .anything { return random.word() }
        if random.one(in: 4) { return sign | Float(random.below(8)).bitPattern }
        return sign | 0x3E00_0000 + random.word() & 0x03FF_FFFF
    }

    private func run(_ core: OurCore, _ index: Int) {
        var random = SplitMix(name: "singles", index: index)
        let end = 16_000
        while core.processor.now < end {
            let isWhole = index % 3 != 0
            let time = isWhole ? end : min(end, core.processor.now + 1 + Int(random.below(900)))
            guard core.processor.run(until: time) == .limit else { return }
        }
    }
}
