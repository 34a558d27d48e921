import Bits
import TestSupport

@testable import RV64

/// A few instructions at a place, and the state in which they begin.
struct Vector: CustomStringConvertible {
    /// The first halfword of each is its lower half; the upper half of a 16-bit one is zero.
    var words: [UInt32] = []
    var registers: Registers
    /// Which of the laboratory's fillings RAM has; `nil` if no instruction reads or writes it.
    var filling: Int?
    /// Floating-point registers in which Unicorn has a canonical NaN instead.
    var unboxed: [Int] = []
    /// A general register of which Unicorn has the lower half instead.
    var extended: (register: Int, by: KnownDifferences.Extension)?
    /// The floating-point register that is written with single precision; `nil` for none.
    var single: Int?
    /// The registers that are written, and so not as they were.
    var written: (x: Int?, f: Int?)

    var start: UInt32 { UInt32(truncatingIfNeeded: registers.pc) }
    var length: UInt32 { words.reduce(0) { $0 + Vector.length($1) } }

    var registersOfUnicorn: Registers {
        var changed = registers
        for register in unboxed { changed.f[register] = Registers.canonicalNaN }
        if let (register, by) = extended {
            let half = UInt32(truncatingIfNeeded: registers.x[register])
            changed.x[register] = by == .zero ? UInt64(half) : UInt64(bitPattern: Int64(Int32(bitPattern: half)))
        }
        return changed
    }

    /// What Unicorn's registers would be if it had begun with ours, and boxed what it writes.
    func corrected(_ after: Registers) -> Registers {
        var after = after
        for register in unboxed where register != written.f { after.f[register] = registers.f[register] }
        if let (register, _) = extended, register != written.x { after.x[register] = registers.x[register] }
        if let single { after.f[single] = KnownDifferences.boxed(after.f[single]) }
        return after
    }

    static func length(_ word: UInt32) -> UInt32 { Decoder.isWide(word) ? 4 : 2 }

    /// WFI, at which our hart falls asleep for ever.
    static let endMark: UInt32 = 0x1050_0073

    var description: String {
        let words = words.map { String($0, radix: 16) }.joined(separator: " ")
        let x = registers.x.enumerated().dropFirst().map { "x\($0)=\(hex($1))" }.joined(separator: " ")
        let f = registers.f.enumerated().map { "f\($0)=\(hex($1))" }.joined(separator: " ")
        return "code \(words); \(x) \(f) pc=\(hex(registers.pc)) fcsr=\(hex(registers.fcsr))"
    }
}

/// Makes vectors from the diagram of an encoding.
struct VectorMaker: VectorMaking {
    let encoding: Encoding
    let decoder: Decoder

    var name: String { encoding.name }

    /// A vector at `address`, or `nil` if the fields drawn are reserved, belong to a special case that has an encoding
    /// of its own, or address something outside of the laboratory.
    func vector(index: Int, at address: UInt32) -> Vector? {
        var random = SplitMix(name: encoding.name, index: index)
        var vector = Vector(registers: .random(floats, &random))
        var word = VectorMaker.word(of: encoding, &random)
        if encoding.timing == .csr {
            word = encoding.diagram.setting("i", to: VectorMaker.controlRegister(&random), in: word)
        }
        // What stands in front of it is of 32 bits.
        let front = preparation(word, &random)
        let place = address + 4 * UInt32(front.count)
        guard let instruction = decoded(word, at: place) else { return nil }
        vector.registers.pc = UInt64(address)
        guard prepare(instruction, &vector, at: place, &random) else { return nil }
        let writesFloat = SequenceMaker.writesFloat.contains(encoding.timing)
        vector.written = writesFloat ? (nil, Int(instruction.d)) : (Int(instruction.d), nil)
        if KnownDifferences.writesSingle(encoding) { vector.single = Int(instruction.d) }
        if KnownDifferences.checksBoxes(encoding) { unbox(instruction, &vector, &random) }
        if let half = KnownDifferences.comparedHalf(encoding) {
            guard instruction.n != instruction.m else { return nil }
            if instruction.m != 0 { vector.extended = (Int(instruction.m), half) }
        }
        if KnownDifferences.isOldMinimum(encoding, instruction, vector.registers) { return nil }
        if KnownDifferences.isInvalidProduct(encoding, instruction, vector.registers) { return nil }
        vector.words = front + [word]
        return vector
    }

    private var floats: Registers.Floats { encoding.name.hasSuffix(".D") ? .doubles : .singles }

    /// fflags, frm, fcsr and mscratch; the others do not do the same on all harts.
    static func controlRegister(_ random: inout SplitMix) -> UInt32 { random.element(of: [1, 2, 3, 0x340]) }

    /// A word that the diagram draws, with random fields; some of them all zeros, one, all ones, or as another field.
    static func word(of encoding: Encoding, _ random: inout SplitMix) -> UInt32 {
        var word = encoding.diagram.value
        var last: UInt32 = 0
        for letter in encoding.diagram.letters {
            switch random.below(12) {
            case 0: last = 0
            case 1: last = 1
            case 2: last = .max
            case 3: break
            default: last = random.word()
            }
            word = encoding.diagram.setting(Unicode.Scalar(letter), to: last, in: word)
        }
        return word
    }

    /// What the word decodes to, if it is a proper instruction of this encoding.
    func decoded(_ word: UInt32, at address: UInt32) -> Instruction? {
        guard decoder.encoding(of: word)?.name == encoding.name else { return nil }
        let fields = Fields(word: word, diagram: encoding.diagram, address: address)
        return encoding.isReserved(fields) ? nil : encoding.decode(fields)
    }

    /// Sets the registers that the instruction uses as addresses.
    private func prepare(
        _ instruction: Instruction, _ vector: inout Vector, at address: UInt32, _ random: inout SplitMix
    ) -> Bool {
        let base = Int(instruction.n)
        switch encoding.timing {
        case .branch, .jump:
            if encoding.timing == .branch, random.one(in: 3), instruction.m != 0 {
                vector.registers.x[Int(instruction.m)] = vector.registers.x[base]
            }
            // Not into itself.
            return !(address &- 16...address &+ 6).contains(instruction.target)
        case .jumpRegister:
            guard base != 0 else { return false }
            let target = Layout.target(&random) | random.below(2)
            vector.registers.x[base] = UInt64(target) &- UInt64(bitPattern: Int64(instruction.imm))
        case .load, .loadNarrow, .store, .fpLoad, .fpStore, .atomic:
            guard base != 0 else { return false }
            let width = UInt32(instruction.operation.accessWidth)
            let middle = Layout.middle(&random, alignment: width)
            vector.registers.x[base] = UInt64(middle) &- UInt64(bitPattern: Int64(instruction.imm))
            vector.filling = Int(random.below(4))
        default: break
        }
        return true
    }

    /// Takes some operands out of their boxes.
    private func unbox(_ instruction: Instruction, _ vector: inout Vector, _ random: inout SplitMix) {
        let fields: [(letter: Unicode.Scalar, register: UInt8)] = [
            ("n", instruction.n), ("m", instruction.m), ("a", instruction.a),
        ]
        for (letter, register) in fields
        where encoding.diagram.width(of: UInt8(ascii: letter)) > 0 && random.one(in: 12) {
            let register = Int(register)
            vector.registers.f[register] &= 0xFFFF_FFFF | UInt64(random.word()) << 32
            if vector.registers.f[register] >> 32 != 0xFFFF_FFFF { vector.unboxed.append(register) }
        }
    }

    /// What makes sure that an SC finds the same reservation in both, none or its own; and that a word is not negative:
    /// SB of x0 to its upper byte.
    private func preparation(_ word: UInt32, _ random: inout SplitMix) -> [UInt32] {
        if KnownDifferences.comparedHalf(encoding) == .sign { return [Assembler.sb(0, word >> 15 & 31, 3)] }
        guard encoding.name.hasPrefix("SC.") else { return [] }
        let (base, width) = (word & 0x1F << 15, word & 7 << 12)
        // LR into a register that the SC does not use.
        let used = [word >> 15 & 31, word >> 20 & 31]
        let free = (10..<13 as Range<UInt32>).first { !used.contains($0) } ?? 0
        let reserve = 0x1000_002F | base | width | free << 7
        // SC of what was read, to x0: memory is as it was, and there is no reservation behind it.
        let release = 0x1800_002F | base | width | free << 20
        return random.one(in: 4) ? [reserve, release] : [reserve]
    }
}
