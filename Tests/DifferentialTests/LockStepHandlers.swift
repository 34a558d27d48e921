import TestSupport

/// Lays the parts of a `LockStepProgram` one behind the other.
struct LockStepBuilder: PartLaying {
    var code: [ProgramPart] = []
    var place: UInt32
    var head: UInt32 = 0
    var functions: [UInt32] = []
    var templates: [UInt32] = []
    /// An instruction that others replace: ADDS R4, #1.
    var slot: UInt32?
    var callees = Callees()
    private(set) var makers: [SequenceMaker] = []

    init(at place: UInt32) {
        self.place = place
        let all = SequenceMaker.integerProcessing.union(SequenceMaker.memory)
        makers = [
            SequenceMaker(timings: SequenceMaker.integerProcessing), SequenceMaker(timings: all),
            SequenceMaker(timings: all.union(SequenceMaker.floatingPoint)),
        ]
    }

    static func length(of word: UInt32) -> UInt32 { Vector.length(word) }

    /// Random instructions, IT blocks and short branches over some of them.
    func straight(_ count: ClosedRange<UInt32>, at place: UInt32, _ random: inout SplitMix) -> [UInt32] {
        random.element(of: makers).words(at: place, count: count, &random)
    }

    // MARK: Handlers

    /// What stands for the program's bounds as long as they are not known: the 16 bits are put in later.
    private static let startMark: UInt32 = 0xA5A0_0001, lengthMark: UInt32 = 0xA5A0_0002, headMark: UInt32 = 0xA5A0_0003

    /// - Parameter call: whether some of them do nothing but call.
    /// - Returns: the vector table from 1 on, as far as it is used.
    mutating func layHandlers(call: Bool, _ random: inout SplitMix) -> [UInt32] {
        var vectors = [UInt32](repeating: 0, count: 24)
        let function = call ? layHandlersFunction(&random) : nil
        let fault = place
        layFaultHandler()
        for number in 2..<24 {
            if (3...6).contains(number) {
                vectors[number] = fault | 1
            } else {
                vectors[number] = place | 1
                if let function, random.one(in: 3) {
                    layCallingHandler(function, &random)
                } else {
                    layHandler(&random)
                }
            }
        }
        return vectors
    }

    /// Goes on behind an instruction that failed; at the program's head if that is not in it. Switches the MPU off.
    private mutating func layFaultHandler() {
        // Which stack, and whether it can be.
        lay(
            Thumb.tst(14, 4), Thumb.it(0, 0b1100), Thumb.mrs(0, 8), Thumb.mrs(0, 9), Thumb.lsrs(1, 0, 14),
            Thumb.movw(2, 0x8000), Thumb.cmpReg(1, 2))
        // No: another one.
        layConditional(
            0,
            Thumb.load(0, LockStepProgram.mainStack - 0x100) + [
                Thumb.tst(14, 4), Thumb.it(0, 0b1100), Thumb.mov(13, 0), Thumb.msr(9, 0), Thumb.movs(1, 0),
                Thumb.str(1, 0, 24),
            ])
        // R1 is where it failed; is that in the program?
        lay([Thumb.ldr(1, 0, 24)] + Thumb.load(2, LockStepBuilder.startMark))
        lay([Thumb.subsReg(3, 1, 2)] + Thumb.load(2, LockStepBuilder.lengthMark) + [Thumb.cmpReg(3, 2)])
        // To the head with a fresh xPSR, if it is Thread mode that goes on.
        let restart =
            Thumb.load(1, LockStepBuilder.headMark) + [
                Thumb.movs(3, 0), Thumb.tst(14, 8), Thumb.it(1), Thumb.str(3, 0, 28),
            ]
        layConditional(
            2,
            [
                Thumb.ldrh(3, 1), Thumb.lsrs(3, 3, 11), Thumb.adds(1, 2), Thumb.cmp(3, 0x1D), Thumb.it(2),
                Thumb.adds(1, 2), Thumb.b(2 + LockStepBuilder.length(restart)),
            ])
        lay(restart)
        lay(Thumb.str(1, 0, 24), Thumb.ldr(1, 0, 28))
        lay(Thumb.load(3, 0x0100_0000) + [Thumb.orrs(1, 3), Thumb.str(1, 0, 28)])
        lay(Thumb.load(2, 0xE000_ED94) + [Thumb.movs(3, 0), Thumb.str(3, 2)])
        lay(Thumb.load(2, 0xE000_ED28) + [Thumb.ldr(3, 2), Thumb.str(3, 2)])
        lay(LockStepBuilder.counting(0) + [Thumb.bx(14)])
    }

    static func length(_ words: [UInt32]) -> Int { Int(words.reduce(0) { $0 + Vector.length($1) }) }

    /// What a condition passes over.
    private mutating func layConditional(_ condition: UInt32, _ words: [UInt32]) {
        lay([Thumb.b(condition, 2 + LockStepBuilder.length(words))] + words)
    }

    /// Adds one to a word.
    private static func counting(_ number: UInt32) -> [UInt32] {
        Thumb.load(2, LockStepProgram.counters + 4 * number) + [Thumb.ldr(3, 2), Thumb.adds(3, 1), Thumb.str(3, 2)]
    }

    private mutating func layHandler(_ random: inout SplitMix) {
        let count = LockStepBuilder.counting(1 + random.below(8))
        let time = Thumb.load(0, random.element(of: LockStepBuilder.times)) + [Thumb.ldr(1, 0)]
        switch random.below(9) {
        case 0: lay(Thumb.bx(14))
        case 1:
            // The time goes into what is counted.
            lay([Thumb.push(0x10, lr: true)] + time + Thumb.load(2, LockStepProgram.counters + 64))
            lay(Thumb.ldr(3, 2), Thumb.addsReg(3, 3, 1), Thumb.str(3, 2), Thumb.pop(0x10, pc: true))
        case 2: lay(time + Thumb.addToSingles(1) + count + [Thumb.bx(14)])
        case 3: lay([Thumb.cps(disables: true, 2)] + count + [Thumb.cps(disables: false, 2)] + count + [Thumb.bx(14)])
        case 4:
            // One interrupt asks for another one.
            lay(
                Thumb.load(0, 0xE000_EF00) + [Thumb.movs(1, random.below(8)), Thumb.str(1, 0)] + count + [Thumb.bx(14)])
        case 5: lay([Thumb.movs(0, 32 * random.below(8)), Thumb.msr(17, 0)] + count + [Thumb.bx(14)])
        case 6: lay([Thumb.movs(0, random.below(8)), Thumb.msr(20, 0)] + count + [Thumb.bx(14)])
        case 7:
            // A loop, with a fault in it now and then.
            lay([Thumb.movs(0, 1 + random.below(9))] + count + [Thumb.subs(0, 1)])
            lay(Thumb.b(1, -2 - LockStepBuilder.length(count)), Thumb.bx(14))
        default: lay([Thumb.stmdb(13, 0x4FF0, writeback: true)] + count + [Thumb.ldmia(13, 0x8FF0, writeback: true)])
        }
    }

    /// Registers that show the time: CYCCNT, SysTick's counter, the device.
    static let times: [UInt32] = [0xE000_1004, 0xE000_E018, LockStepProgram.device]

    /// The parts with the program's bounds in the place of the marks.
    func relocated(_ parts: Range<Int>, from start: UInt32, to end: UInt32, head: UInt32) -> [ProgramPart] {
        let marks: [(UInt32, UInt32)] = [
            (LockStepBuilder.startMark, start), (LockStepBuilder.lengthMark, end - start),
            (LockStepBuilder.headMark, head),
        ]
        return code[parts].map { part in
            var part = part
            for (mark, value) in marks {
                for register: UInt32 in 1...2 {
                    part.replace(Thumb.load(register, mark), by: Thumb.load(register, value))
                }
            }
            return part
        }
    }

    // MARK: Functions

    /// Two routines of two halfwords: ADDS R4, #n; BX LR.
    mutating func layTemplates() -> [UInt32] {
        if place & 2 != 0 { lay(Thumb.nop) }
        templates = [place, place + 4]
        lay(Thumb.adds(4, 1), Thumb.bx(14), Thumb.adds(4, 3), Thumb.bx(14))
        return templates
    }

    mutating func layFunctions(_ random: inout SplitMix) {
        func begin(_ builder: inout LockStepBuilder) { builder.functions.append(builder.place) }
        begin(&self)
        lay(Thumb.adds(3, 1), Thumb.bx(14))
        begin(&self)
        lay(straight(1...6, at: place, &random))
        // LR may have been used.
        lay(Thumb.bx(14))
        begin(&self)
        lay(Thumb.push(0x11, lr: true))
        lay(straight(1...4, at: place, &random))
        lay(Thumb.bl(Int(functions[0]) - Int(place)))
        lay(Thumb.pop(0x11, pc: true))
        begin(&self)
        lay(Thumb.stmdb(13, 0x40F0, writeback: true), Thumb.bl(Int(functions[2]) - Int(place) - 4))
        // LDR PC, [SP], #4 behind the others.
        lay(Thumb.ldmia(13, 0x00F0, writeback: true), 0xF85D_FB04)
        begin(&self)
        // A tail call.
        lay(Thumb.adds(2, 7))
        lay(Thumb.bw(Int(functions[1]) - Int(place)))
        begin(&self)
        layTable(&random)
        lay(Thumb.bx(14))
    }

    /// AND R0, #3; TBB or TBH of a table behind it, to some of the instructions that follow.
    mutating func layTable(_ random: inout SplitMix, isGroup: Bool = false) {
        let wide = random.one(in: 2)
        var words = [Thumb.and(0, 0, 3), Thumb.tableBranch(15, 0, wide: wide)]
        // Offsets in halfwords, from the table on.
        let size: UInt32 = wide ? 4 : 2
        let offsets = (0..<4).map { _ in size + random.below(4) }
        words +=
            wide
            ? offsets : [offsets[0] | offsets[1] << 8, offsets[2] | offsets[3] << 8]
        words += [Thumb.adds(1, 1), Thumb.adds(2, 2), Thumb.adds(3, 3), Thumb.adds(1, 4)]
        lay(words, isGroup: isGroup)
    }
}
