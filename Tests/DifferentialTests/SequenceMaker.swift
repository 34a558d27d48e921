import Bits
import TestSupport

@testable import CortexM

/// Makes straight code with IT blocks, short forward branches and memory accesses, of which both cores must make the
/// same.
struct SequenceMaker {
    /// The bases of all memory accesses, and their index; nothing writes these registers.
    static let bases: [UInt8] = [5, 6]
    static let index: UInt8 = 7
    private static let reserved: [UInt8] = [5, 6, 7, 13, 15]

    let decoder = Decoder.all
    private let pool: [Encoding]
    /// Those of the pool that compare: in IT blocks they are more frequent.
    private let compares: [Encoding]

    /// VCMP and VCMPE, where VMRS is in the pool as well.
    private let singleCompares: [Encoding]

    /// - Parameter timings: the classes of the instructions to choose from.
    init(timings: Set<TimingClass>) {
        pool = allEncodings.filter {
            timings.contains($0.timing) && KnownDifferences.excluded[$0.name] == nil
                && !KnownDifferences.addsTwoProducts($0)
        }
        compares = pool.filter { $0.timing == .compare }
        singleCompares = timings.contains(.fpStatus) ? pool.filter { $0.name.hasPrefix("VCMP") } : []
    }

    static let integerProcessing: Set<TimingClass> = [
        .alu, .compare, .multiply, .multiplyAccumulate, .multiplyLong, .divide,
    ]
    static let floatingPoint: Set<TimingClass> = [.fpAlu, .fpMove, .fpMac, .fpDivide, .fpSqrt]
    static let memory: Set<TimingClass> = [.load, .store, .storeRegister, .loadDual, .storeDual, .fpLoad, .fpStore]

    /// One instruction, or an IT block.
    private struct Group {
        var words: [UInt32]
        /// For a branch, how many of the following groups it passes over.
        var skips = 0
        var length: UInt32 { words.reduce(0) { $0 + Vector.length($1) } }
    }

    /// - Parameter count: how many instructions there are at least, without the ITs.
    func vector(name: String, index: Int, at address: UInt32, count: ClosedRange<UInt32>) -> Vector {
        var random = SplitMix(name: name, index: index)
        var vector = Vector(registers: .random(&random))
        vector.registers.core[15] = address
        for base in SequenceMaker.bases {
            vector.registers.core[Int(base)] = Layout.middle(&random, alignment: 4)
        }
        vector.registers.core[Int(SequenceMaker.index)] = random.below(64) * 4
        vector.registers.fpscr &= ~(3 << 22)
        vector.filling = .numbers(Int(random.below(4)))
        vector.words = words(at: address, count: count, &random)
        return vector
    }

    /// Instructions of which the last one is followed by what comes behind them.
    func words(at address: UInt32, count: ClosedRange<UInt32>, _ random: inout SplitMix) -> [UInt32] {
        var groups: [Group] = []
        var place = address
        let wanted = count.lowerBound + random.below(count.upperBound - count.lowerBound + 1)
        var made: UInt32 = 0
        while made < wanted {
            let group: Group
            if !singleCompares.isEmpty, random.one(in: 4) {
                let pattern = random.one(in: 2) ? copyAndSum(&random) : comparison(at: place, &random)
                groups += pattern
                place += pattern.reduce(0) { $0 + $1.length }
                made += 3
                continue
            }
            // A single one is an IT block.
            switch wanted == 1 ? 0 : random.below(8) {
            case 0:
                let size = 1 + random.below(4)
                group = block(size, at: place, &random)
                made += size
            case 1:
                group = branch(&random)
                made += 1
            default:
                group = Group(words: [instruction(at: place, itState: 0, &random)])
                made += 1
            }
            groups.append(group)
            place += group.length
        }
        resolve(&groups)
        return groups.flatMap(\.words)
    }

    /// An IT block of `size` instructions. DDI 0403E.e A7.7.38.
    private func block(_ size: UInt32, at address: UInt32, _ random: inout SplitMix) -> Group {
        let condition = random.below(14)
        // Every other block is all "then", so that a changed flag matters to the rest.
        let choices = random.one(in: 2) ? (condition & 1) * 0xF : random.word() & 0xF
        let end: UInt32 = 0b10000 >> size
        let mask = choices & ~(2 * end - 1) & 0xF | end
        var itState = UInt8(condition << 4 | mask)
        var group = Group(words: [0xBF00 | UInt32(itState)])
        for _ in 0..<size {
            group.words.append(instruction(at: address + group.length, itState: itState, &random))
            itState = itState & 0b111 == 0 ? 0 : itState & 0xE0 | itState << 1 & 0x1F
        }
        return group
    }

    /// VCMP, VMRS APSR_nzcv, FPSCR, and an IT block or a branch that looks at the flags.
    private func comparison(at address: UInt32, _ random: inout SplitMix) -> [Group] {
        let compare = VectorMaker.word(of: random.element(of: singleCompares), &random)
        let comparison = Group(words: [compare, 0xEEF1_FA10])
        if random.one(in: 2) { return [comparison, branch(&random)] }
        return [comparison, block(1 + random.below(2), at: address + comparison.length, &random)]
    }

    /// VMOV, alone in an IT block or not in any, and a fused operation that mostly adds to its copy; in between the
    /// source may change, or the copy, or neither.
    private func copyAndSum(_ random: inout SplitMix) -> [Group] {
        let register = random.element(of: [3, 7, 7, 12] as [UInt32]) << 12
        let operation = random.element(of: [0xEEA0_0A00, 0xEEA0_0A40, 0xEE90_0A00, 0xEE90_0A40] as [UInt32])
        let sum = operation | register | random.below(16) << 16 | random.word() & 0xAF
        let copied = random.one(in: 4) ? random.below(16) << 12 : register
        let source = random.element(of: [1, 3, 4, 5, 7] as [UInt32])
        let copy = 0xEEB0_0A40 | copied | source
        let condition: [UInt32] = random.one(in: 2) ? [0xBF08 | random.below(14) << 4] : []
        let changes: [[UInt32]] = [
            [], [],
            // VMOV, VADD, VMOV of a constant and of a core register, to the source.
            [0xEEB0_0A40 | source << 12 | random.below(16)],
            [0xEE30_0A00 | source << 12 | random.below(16) << 16 | random.below(16)],
            [0xEEB0_0A00 | source << 12 | random.below(16) << 16 | random.below(16)],
            [0xEE00_0A10 | source << 16 | random.below(5) << 12],
            // VMOV to the copy.
            [0xEEB0_0A40 | copied | random.below(16)],
        ]
        return [Group(words: condition + [copy] + random.element(of: changes) + [sum])]
    }

    /// B<cond>, CBZ or CBNZ over some of what follows; the distance is put in later.
    private func branch(_ random: inout SplitMix) -> Group {
        let skips = 1 + Int(random.below(3))
        if random.one(in: 3) {
            return Group(words: [0xB100 | random.below(2) << 11 | random.below(8)], skips: skips)
        }
        return Group(words: [0xD000 | random.below(14) << 8], skips: skips)
    }

    private func resolve(_ groups: inout [Group]) {
        for index in groups.indices where groups[index].skips > 0 {
            let passed = groups[(index + 1)...].prefix(groups[index].skips)
            // Both count from four bytes behind the branch; a branch to the next instruction cannot be CBZ.
            let distance = Int(passed.reduce(0) { $0 + $1.length }) - 2
            let halfwords = UInt32(truncatingIfNeeded: distance / 2)
            if groups[index].words[0] >> 12 == 0xB, distance >= 0 {
                groups[index].words[0] |= (halfwords & 0x1F) << 3 | (halfwords >> 5 & 1) << 9
            } else if groups[index].words[0] >> 12 == 0xB {
                groups[index].words[0] = 0xBF00
            } else {
                groups[index].words[0] |= halfwords & 0xFF
            }
        }
    }

    private func instruction(at address: UInt32, itState: UInt8, _ random: inout SplitMix) -> UInt32 {
        while true {
            let comparing = itState & 0xF != 0 && !compares.isEmpty && random.one(in: 3)
            let encoding = random.element(of: comparing ? compares : pool)
            var word = VectorMaker.word(of: encoding, &random)
            if !singleCompares.isEmpty, !random.one(in: 4) { word = usingFewSingles(encoding, word, &random) }
            if encoding.timing.isMemoryAccess {
                word = encoding.diagram.setting("n", to: UInt32(random.element(of: SequenceMaker.bases)), in: word)
                word = encoding.diagram.setting("m", to: UInt32(SequenceMaker.index), in: word)
            }
            let maker = VectorMaker(encoding: encoding, decoder: decoder)
            if let decoded = maker.decoded(word, at: address, itState: itState), isAllowed(decoded, encoding.timing) {
                return word
            }
        }
    }

    /// The same with registers that other instructions use as well: S6, S7, S14, S15, S24, S25.
    private func usingFewSingles(_ encoding: Encoding, _ word: UInt32, _ random: inout SplitMix) -> UInt32 {
        var word = word
        for letter in ["d", "n", "m"] as [Unicode.Scalar]
        where encoding.diagram.letters.contains(UInt8(ascii: letter)) {
            word = encoding.diagram.setting(letter, to: random.element(of: [3, 7, 7, 12]), in: word)
        }
        return word
    }

    private func isAllowed(_ decoded: Decoded, _ timing: TimingClass) -> Bool {
        let instruction = decoded.instruction
        guard !decoded.endsBlock, decoded.completion == nil || timing.isMemoryAccess else { return false }
        if timing.isMemoryAccess {
            guard SequenceMaker.bases.contains(instruction.n) || instruction.n == 13 && !isWriteback(instruction) else {
                return false
            }
            guard !isWriteback(instruction) else { return false }
        }
        switch instruction.operation {
        case .vmrs, .vmovToCore: break
        case .vmovToCorePair: if SequenceMaker.reserved.contains(instruction.a) { return false }
        default: if timing.isFloatingPoint { return true }
        }
        return !SequenceMaker.reserved.contains(instruction.d) && !SequenceMaker.reserved.contains(instruction.a)
    }

    private func isWriteback(_ instruction: Instruction) -> Bool {
        let name = "\(instruction.operation)"
        return name.hasSuffix("Pre") || name.hasSuffix("Post")
    }
}
