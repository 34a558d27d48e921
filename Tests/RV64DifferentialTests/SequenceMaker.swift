import Bits
import TestSupport

@testable import RV64

/// Makes straight code with short forward branches and memory accesses, of which both cores must make the same.
struct SequenceMaker {
    /// sp, s0 and s1: the bases of all memory accesses, which nothing writes.
    static let bases: [UInt32] = [2, 8, 9]

    let decoder = Decoder.all
    private let pool: [Encoding]
    /// What no instruction writes.
    private let reserved: Set<UInt32>

    /// - Parameters:
    ///   - timings: the classes of the instructions to choose from.
    ///   - reserved: registers that they do not write, beside the bases.
    init(timings: Set<TimingClass>, reserved: Set<UInt32> = []) {
        self.reserved = reserved.union(SequenceMaker.bases)
        pool = allEncodings.filter {
            timings.contains($0.timing) && KnownDifferences.excluded[$0.name] == nil
                && !SequenceMaker.unjudged.contains($0.name)
        }
    }

    /// What a vector of its own judges with care: see `KnownDifferences`.
    private static let unjudged: Set<String> = [
        "LR.W", "LR.D", "SC.W", "SC.D", "FMIN.S", "FMAX.S", "FMIN.D", "FMAX.D", "AMOMIN.W", "AMOMAX.W", "AMOMINU.W",
        "AMOMAXU.W",
    ]

    static let integers: Set<TimingClass> = [.alu, .multiply, .multiplyHigh, .multiplyWord, .divide]
    static let floatingPoint: Set<TimingClass> = [
        .fpSingle, .fpDouble, .fpDivideSingle, .fpDivideDouble, .fpSquareRootSingle, .fpSquareRootDouble, .fpConvert,
        .fpMove, .fpToInteger, .fpFromInteger,
    ]
    /// Their destinations are floating-point registers.
    static let writesFloat: Set<TimingClass> = [
        .fpLoad, .fpSingle, .fpDouble, .fpDivideSingle, .fpDivideDouble, .fpSquareRootSingle, .fpSquareRootDouble,
        .fpConvert, .fpMove, .fpFromInteger,
    ]
    static let memory: Set<TimingClass> = [.load, .loadNarrow, .store, .fpLoad, .fpStore, .atomic]
    static let control: Set<TimingClass> = [.csr, .fence, .fenceI]

    /// One instruction.
    private struct Group {
        var word: UInt32
        /// For a branch, how many of the following groups it passes over.
        var skips = 0
        var length: UInt32 { Vector.length(word) }
    }

    func vector(name: String, index: Int, at address: UInt32, count: ClosedRange<UInt32>) -> Vector {
        var random = SplitMix(name: name, index: index)
        var vector = Vector(registers: .random(.mixed, &random))
        vector.registers.pc = UInt64(address)
        for base in SequenceMaker.bases {
            vector.registers.x[Int(base)] = UInt64(Layout.middle(&random, alignment: 8))
        }
        vector.filling = Int(random.below(4))
        vector.words = words(at: address, count: count, &random)
        return vector
    }

    /// Instructions of which the last one is followed by what comes behind them.
    func words(at address: UInt32, count: ClosedRange<UInt32>, _ random: inout SplitMix) -> [UInt32] {
        var groups: [Group] = []
        var place = address
        for _ in 0..<(count.lowerBound + random.below(count.upperBound - count.lowerBound + 1)) {
            let group = random.one(in: 8) ? branch(&random) : Group(word: instruction(at: place, &random))
            groups.append(group)
            place += group.length
        }
        resolve(&groups)
        return groups.map(\.word)
    }

    /// A conditional branch, a jump, or their short forms over some of what follows; the distance is put in later.
    private func branch(_ random: inout SplitMix) -> Group {
        let skips = Int(random.below(4))
        let (n, m) = (random.below(32), random.below(32))
        switch random.below(4) {
        case 0: return Group(word: 0xC001 | random.below(2) << 13 | (n & 7) << 7, skips: skips)
        case 1: return Group(word: 0xA001, skips: skips)
        default:
            let condition = random.element(of: [0, 1, 4, 5, 6, 7] as [UInt32])
            return Group(word: 0x63 | condition << 12 | n << 15 | m << 20, skips: skips)
        }
    }

    private func resolve(_ groups: inout [Group]) {
        for index in groups.indices {
            guard let encoding = decoder.encoding(of: groups[index].word),
                encoding.timing == .branch || encoding.timing == .jump
            else { continue }
            let distance = groups[index...].prefix(groups[index].skips + 1).reduce(0) { $0 + $1.length }
            groups[index].word = SequenceMaker.branching(groups[index].word, encoding, by: distance)
        }
    }

    /// Puts a distance below 128 into a branch. Unprivileged manual, 2.5, 16.4.
    private static func branching(_ word: UInt32, _ encoding: Encoding, by distance: UInt32) -> UInt32 {
        let low = distance.bits(4, 1)
        switch encoding.name {
        case "C.J":
            return word | distance.bits(3, 1) << 3 | distance.bits(4, 4) << 11 | distance.bits(5, 5) << 2
                | distance.bits(6, 6) << 7
        case "C.BEQZ", "C.BNEZ":
            return word | distance.bits(2, 1) << 3 | distance.bits(4, 3) << 10 | distance.bits(5, 5) << 2
                | distance.bits(7, 6) << 5
        default:
            return word | low << 8 | distance.bits(10, 5) << 25
        }
    }

    private func instruction(at address: UInt32, _ random: inout SplitMix) -> UInt32 {
        while true {
            let encoding = random.element(of: pool)
            var word = VectorMaker.word(of: encoding, &random)
            let diagram = encoding.diagram
            if encoding.timing == .csr {
                word = diagram.setting("i", to: VectorMaker.controlRegister(&random), in: word)
                // A reserved rounding mode would make what follows illegal: frm and fcsr are only read.
                if diagram.field(UInt8(ascii: "i"), of: word) & 2 != 0 {
                    word = word & ~(7 << 12 | 31 << 15) | 2 << 12
                }
            }
            if SequenceMaker.memory.contains(encoding.timing), diagram.width(of: UInt8(ascii: "n")) > 0 {
                let base = random.element(of: diagram.width(of: UInt8(ascii: "n")) == 3 ? [0, 1] : SequenceMaker.bases)
                word = diagram.setting("n", to: base, in: word)
            }
            word = withFormats(word, encoding)
            let maker = VectorMaker(encoding: encoding, decoder: decoder)
            if let decoded = maker.decoded(word, at: address), isAllowed(decoded, encoding) { return word }
            // The access of a control register may have become another instruction.
            if encoding.timing == .csr, decoder.encoding(of: word)?.name == "CSRRS", word >> 7 & 31 != 0,
                !reserved.contains(word >> 7 & 31)
            {
                return word
            }
        }
    }

    /// Single precision in registers without bit 3 in their number, double in the others.
    private func withFormats(_ word: UInt32, _ encoding: Encoding) -> UInt32 {
        guard encoding.timing.isFloatingPoint else { return word }
        let parts = encoding.name.split(separator: ".").map(String.init)
        var (from, to): (String?, String?) = (parts.last, parts.last)
        switch encoding.name {
        case _ where parts.count == 3:
            to = parts[1]
        case "FLW": (from, to) = (nil, "S")
        case "FLD", "C.FLD", "C.FLDSP": (from, to) = (nil, "D")
        case "FSW": (from, to) = (nil, nil)
        case "FSD", "C.FSDSP": (from, to) = ("D", nil)
        case "C.FSD": (from, to) = (nil, nil)
        default: break
        }
        if encoding.timing == .fpToInteger { to = nil }
        if encoding.timing == .fpFromInteger { from = nil }
        let isStore = encoding.timing == .fpStore
        if encoding.name == "FMV.W.X" { to = "S" }
        var word = word
        func force(_ letters: [Unicode.Scalar], _ format: String?) {
            guard let format, format == "S" || format == "D" else { return }
            for letter in letters where encoding.diagram.width(of: UInt8(ascii: letter)) == 5 {
                let register = encoding.diagram.field(UInt8(ascii: letter), of: word)
                let changed = format == "D" ? register | 8 : register & ~8
                word = encoding.diagram.setting(letter, to: changed, in: word)
            }
        }
        force(isStore ? ["m"] : ["n", "m", "a"], from)
        force(["d"], to)
        return word
    }

    private func isAllowed(_ instruction: Instruction, _ encoding: Encoding) -> Bool {
        if SequenceMaker.memory.contains(encoding.timing) {
            guard SequenceMaker.bases.contains(UInt32(instruction.n)) else { return false }
            let width = Int32(instruction.operation.accessWidth)
            guard instruction.imm & (width - 1) == 0 else { return false }
        }
        if SequenceMaker.writesFloat.contains(encoding.timing) { return true }
        switch encoding.timing {
        case .store, .fpStore, .fence, .fenceI, .system, .branch:
            return true
        default:
            return !reserved.contains(UInt32(instruction.d))
        }
    }
}
