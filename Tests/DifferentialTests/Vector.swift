import Bits
import TestSupport

@testable import CortexM

/// A few instructions at a place, and the state in which they begin.
struct Vector: CustomStringConvertible {
    /// Each as a halfword, or as two with the first in the upper half.
    var words: [UInt32] = []
    var registers: Registers
    /// Which of the laboratory's fillings RAM has; `nil` if no instruction reads or writes it.
    var filling: Laboratory.Filling?

    var start: UInt32 { registers.core[15] }
    var length: UInt32 { words.reduce(0) { $0 + Vector.length($1) } }

    /// DDI 0403E.e A5.1: the first halfword of a 32-bit instruction begins with 0b111, but not with 0b11100.
    static func length(_ word: UInt32) -> UInt32 { word >> 16 >= 0xE800 ? 4 : 2 }

    /// A branch to itself, which ends our blocks.
    static let endMark: UInt32 = 0xE7FE

    var description: String {
        let words = words.map { String($0, radix: 16) }.joined(separator: " ")
        let core = registers.core.enumerated().map { "r\($0)=\(hex($1))" }.joined(separator: " ")
        return "code \(words); \(core) apsr=\(hex(registers.apsr)) fpscr=\(hex(registers.fpscr))"
    }
}

/// Makes vectors from the diagram of an encoding.
struct VectorMaker: VectorMaking {
    let encoding: Encoding
    let decoder: Decoder

    var name: String { encoding.name }

    /// A vector at `address`, or `nil` if the fields drawn are UNPREDICTABLE, belong to a special case that has an
    /// encoding of its own, or address something outside of the laboratory.
    func vector(index: Int, at address: UInt32) -> Vector? {
        var random = SplitMix(name: encoding.name, index: index)
        var vector = Vector(registers: .random(&random))
        vector.registers.core[15] = address
        var place = address
        var itState: UInt8 = 0
        if random.one(in: 4) {
            itState = UInt8(random.below(15)) << 4 | 0b1000
            vector.words.append(0xBF00 | UInt32(itState))
            place += 2
        }
        let word = VectorMaker.word(of: encoding, &random)
        guard let instruction = decoded(word, at: place, itState: itState) else { return nil }
        vector.registers.fpscr &= ~KnownDifferences.ignoredModes(encoding)
        guard prepare(instruction, at: place, &vector, &random) else { return nil }
        if KnownDifferences.overflowsTooEarly(encoding, instruction.instruction, vector.registers) { return nil }
        if encoding.timing == .exclusive { vector.words.insert(contentsOf: monitor(word, &random), at: 0) }
        vector.words.append(word)
        return vector
    }

    /// A word that the diagram draws, with random fields; some of them all zeros or all ones.
    static func word(of encoding: Encoding, _ random: inout SplitMix) -> UInt32 {
        let diagram = encoding.diagram
        var word = diagram.value
        for letter in diagram.letters {
            let mask = diagram.mask(of: letter)
            switch random.below(8) {
            case 0: break
            case 1: word |= mask
            default: word |= random.word() & mask
            }
        }
        return word
    }

    /// What the word decodes to, if it is a proper instruction of this encoding.
    func decoded(_ word: UInt32, at address: UInt32, itState: UInt8) -> Decoded? {
        guard decoder.encoding(of: word, isWide: encoding.diagram.width == 32)?.name == encoding.name else {
            return nil
        }
        let fields = Fields(word: word, diagram: encoding.diagram, address: address, itState: itState)
        guard !encoding.isUnpredictable(fields) else { return nil }
        return encoding.decode(fields)
    }

    /// Sets the registers that the instruction uses as addresses.
    private func prepare(_ decoded: Decoded, at address: UInt32, _ vector: inout Vector, _ random: inout SplitMix)
        -> Bool
    {
        let instruction = decoded.instruction
        let last = decoded.completion?.operation
        if instruction.operation.hasConstantTarget || instruction.operation == .bl {
            // Not into itself.
            return !(address &- 16...address &+ 6).contains(instruction.imm)
        }
        if encoding.timing.isMemoryAccess { return prepareAccess(decoded, &vector, &random) }
        switch instruction.operation {
        case .bx, .blxReg:
            guard instruction.m != 13 else { return false }
            vector.registers.core[Int(instruction.m)] = Layout.target(&random) | 1
        case .branchTo:
            guard instruction.m != 13, instruction.m != 15 else { return false }
            vector.registers.core[Int(instruction.m)] = Layout.target(&random) | random.below(2)
        case .addReg where last == .branchTo:
            guard instruction.m != 13, instruction.m != 15 else { return false }
            vector.registers.core[Int(instruction.m)] = 0x100 + random.below(0x1000)
        case .mrs:
            return [0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 17, 18, 19].contains(instruction.imm)
        case .msr:
            // The masks and CONTROL would reach into the tests that follow. A mask of 0 is UNPREDICTABLE, and so is
            // any but 0b10 outside of the APSR. DDI 0403E.e B5.2.3.
            let isAPSR = instruction.imm < 4
            if !isAPSR { vector.registers.core[Int(instruction.n)] &= ~KnownDifferences.stackPointerBits }
            return isAPSR ? instruction.a != 0 : instruction.imm == 8 && instruction.a == 2
        default:
            break
        }
        return true
    }

    private func prepareAccess(_ decoded: Decoded, _ vector: inout Vector, _ random: inout SplitMix) -> Bool {
        let instruction = decoded.instruction
        let branches = decoded.completion?.operation == .loadedPC
        vector.filling = branches ? .targets : .numbers(Int(random.below(4)))
        let base = Int(instruction.n)
        var index: UInt32 = 0
        if instruction.operation.hasIndexRegister {
            guard instruction.m != instruction.n, instruction.m != 13 else { return false }
            index = branches ? random.below(64) * 4 : random.below(256)
            vector.registers.core[Int(instruction.m)] = index
            index <<= UInt32(instruction.x & 3)
        }
        // A literal lies in code, which has no addresses to branch to.
        if base >= 15 || instruction.operation == .ldrLiteral { return !branches && !encoding.timing.isStore }
        let mayBeUnaligned = !branches && VectorMaker.unalignable.contains(encoding.timing)
        var address = Layout.middle(&random, alignment: mayBeUnaligned && random.one(in: 3) ? 1 : 4)
        if encoding.timing == .exclusive { address &= ~3 }
        if branches, instruction.operation == .ldrImm || instruction.operation == .ldrPre {
            address &-= instruction.imm
        }
        if base == 13 { address &= ~3 }
        // SP cannot hold what would make the sum a multiple of four.
        if branches, base == 13, (address &+ instruction.imm) & 3 != 0, !instruction.operation.hasIndexRegister {
            return false
        }
        vector.registers.core[base] = address
        return true
    }

    private static let unalignable: [TimingClass] = [.load, .store, .storeRegister]

    /// In front of an exclusive access, what opens or closes the monitor.
    private func monitor(_ word: UInt32, _ random: inout SplitMix) -> [UInt32] {
        let clrex: UInt32 = 0xF3BF_8F2F
        guard random.below(4) != 0 else { return [clrex] }
        let base = word >> 16 & 0xF
        let used = [base, word >> 12 & 0xF, word >> 8 & 0xF, word & 0xF]
        guard let free = (0..<8 as Range<UInt32>).first(where: { !used.contains($0) }) else { return [clrex] }
        switch encoding.name.split(separator: " ").first {
        case "STREX": return [clrex, 0xE850_0F00 | base << 16 | free << 12 | word & 0xFF]
        case "STREXB": return [clrex, 0xE8D0_0F4F | base << 16 | free << 12]
        case "STREXH": return [clrex, 0xE8D0_0F5F | base << 16 | free << 12]
        default: return [clrex]
        }
    }
}
