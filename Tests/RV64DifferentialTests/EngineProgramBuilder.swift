import TestSupport

@testable import RV64

/// Lays the parts of an `EngineProgram` one behind the other.
struct EngineProgramBuilder: PartLaying {
    var code: [ProgramPart] = []
    let data: UInt32
    let hart: Int
    var place: UInt32 = 0
    var head: UInt32 = 0
    private(set) var functions: [UInt32] = []
    /// Two routines of an instruction and RET, which the program copies.
    private(set) var templates: [UInt32] = []
    /// An instruction that others replace: ADDI X20, X20, 1.
    var slot: UInt32?
    var callees = Callees()
    let makers: [SequenceMaker]

    /// What no instruction of the straight code writes: x21 to x26 are the handler's, x27 counts turns, x28 and x29 hold
    /// addresses.
    static let reserved = Set<UInt32>([20, 21, 22, 23, 24, 25, 26, 27, 28, 29])

    init(data: UInt32, hart: Int) {
        self.data = data
        self.hart = hart
        let all = SequenceMaker.integers.union(SequenceMaker.memory)
        let sets = [
            SequenceMaker.integers, all, SequenceMaker.floatingPoint,
            all.union(SequenceMaker.floatingPoint).union(SequenceMaker.control),
        ]
        makers = sets.map { SequenceMaker(timings: $0, reserved: EngineProgramBuilder.reserved) }
    }

    static func length(of word: UInt32) -> UInt32 { Vector.length(word) }

    static func length(_ words: [UInt32]) -> Int32 { Int32(words.reduce(0) { $0 + Vector.length($1) }) }

    func straight(_ count: ClosedRange<UInt32>, at place: UInt32, _ random: inout SplitMix) -> [UInt32] {
        random.element(of: makers).words(at: place, count: count, &random)
    }

    // MARK: The handler

    private static let startMark: UInt32 = 0x1A5A_5001, lengthMark: UInt32 = 0x1A5A_5002, headMark: UInt32 = 0x1A5A_5003

    /// Goes on behind an instruction that failed, at the head if that is not in the program, in machine mode. Counts
    /// interrupts and when they came, and takes their reason away.
    mutating func layHandler() {
        let restart = Assembler.load(25, EngineProgramBuilder.headMark)
        let behind = [
            Assembler.lhu(26, 25, 0), Assembler.andi(26, 26, 3), Assembler.addi(26, 26, -3), Assembler.addi(25, 25, 2),
            Assembler.bne(26, 0, 8), Assembler.addi(25, 25, 2),
            Assembler.jal(0, 4 + EngineProgramBuilder.length(restart)),
        ]
        var exception = [Assembler.csrrs(25, 0x341, 0)] + Assembler.load(26, EngineProgramBuilder.startMark)
        exception += [Assembler.sub(26, 25, 26)] + Assembler.load(24, EngineProgramBuilder.lengthMark)
        exception += [Assembler.bgeu(26, 24, 4 + EngineProgramBuilder.length(behind))] + behind + restart
        exception += [Assembler.csrrw(0, 0x341, 25)] + Assembler.load(24, 3 << 11)
        exception += [Assembler.csrrs(0, 0x300, 24), Assembler.addi(23, 23, 1), Assembler.mret]
        lay(
            [
                Assembler.csrrs(24, 0x342, 0), Assembler.blt(24, 0, 4 + EngineProgramBuilder.length(exception)),
            ] + exception)
        lay(
            Assembler.addi(22, 22, 1), Assembler.csrrs(24, 0xB00, 0), Assembler.add(21, 21, 24),
            Assembler.csrrs(24, 0xB02, 0), Assembler.xor(21, 21, 24), Assembler.csrrs(24, 0x341, 0),
            Assembler.add(21, 21, 24))
        // No software interrupt; the next tick of the timer in a while.
        lay(Assembler.load(24, EngineProgram.clint) + [Assembler.sw(0, 24, UInt32(4 * hart))])
        lay(Assembler.load(25, EngineProgram.clint + 0xBFF8) + [Assembler.ld(26, 25, 0), Assembler.addi(26, 26, 100)])
        lay(Assembler.load(24, EngineProgram.clint + 0x4000 + UInt32(8 * hart)) + [Assembler.sd(26, 24, 0)])
        // The other hart may wait for this.
        lay(Assembler.load(24, EngineProgram.shared) + [Assembler.amoadd(26, 21, 24), Assembler.mret])
    }

    /// The parts with the program's bounds in the place of the marks.
    func bounded(from start: UInt32, to end: UInt32) -> [ProgramPart] {
        let marks: [(UInt32, UInt32, UInt32)] = [
            (26, EngineProgramBuilder.startMark, start), (24, EngineProgramBuilder.lengthMark, end - start),
            (25, EngineProgramBuilder.headMark, head),
        ]
        var code = code
        for (register, mark, value) in marks {
            code[0].replace(Assembler.load(register, mark), by: Assembler.load(register, value))
        }
        return code
    }

    // MARK: Functions

    mutating func layFunctions(_ random: inout SplitMix) {
        if place & 2 != 0 { lay(Assembler.nop16) }
        templates = [place, place + 8]
        for count: Int32 in [1, 3] { lay(Assembler.addi(20, 20, count), Assembler.ret, Assembler.nop16) }
        functions.append(place)
        lay(Assembler.addi(20, 20, 5), Assembler.ret)
        functions.append(place)
        lay(straight(1...6, at: place, &random))
        lay(Assembler.ret)
        functions.append(place)
        lay(Assembler.addi(2, 2, -16), Assembler.sd(1, 2, 8))
        lay(straight(1...4, at: place, &random))
        lay(Assembler.jal(1, Int32(bitPattern: functions[0] &- place)))
        lay(Assembler.ld(1, 2, 8), Assembler.addi(2, 2, 16), Assembler.ret)
        functions.append(place)
        lay(Assembler.addi(2, 2, -32), Assembler.sd(1, 2, 0))
        lay(Assembler.jal(1, Int32(bitPattern: functions[2] &- place)))
        // JALR through t0, which is a link register as well.
        lay(Assembler.ld(5, 2, 0), Assembler.addi(2, 2, 32), Assembler.jalr(0, 5, 0))
        functions.append(place)
        lay(Assembler.addi(20, 20, 9))
        lay(Assembler.jal(0, Int32(bitPattern: functions[1] &- place)))
    }
}
