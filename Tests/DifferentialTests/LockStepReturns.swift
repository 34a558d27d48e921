import TestSupport

@testable import CortexM

/// Calls and returns of every kind. Whoever foresees where a function returns to is wrong here now and then: returns
/// that no call matches, calls that nothing returns from, more calls than can be remembered, stacks that are swapped,
/// code that changes between a call and its return.
extension LockStepBuilder {
    /// What the groups call, beside the functions of all programs.
    struct Callees {
        /// As deep as R7 says.
        var recursions: [UInt32] = []
        /// They return one halfword behind their caller's next instruction, or do not, as R4 says.
        var skipping: [UInt32] = []
        /// As deep as R7 says, and from there to where the jump buffer says.
        var jumping: [UInt32] = []
        /// Goes on where the other stack was left.
        var swap: UInt32 = 0
        /// What runs on the other stack.
        var coroutine: UInt32 = 0
        /// Stores R0 where R1 points to.
        var rewrite: UInt32 = 0
        /// Changes how flash is accessed: no block stays.
        var tune: UInt32 = 0
    }

    /// How a function keeps its return address, and how it goes back.
    private enum Frame: CaseIterable {
        case pushed, multiple, single, poppedLink, lowRegister, moved

        var saves: [UInt32] {
            switch self {
            case .pushed, .lowRegister: [Thumb.push(0, lr: true)]
            case .multiple, .poppedLink: [Thumb.stmdb(13, 0x4010, writeback: true)]
            // STR LR, [SP, #-4]!
            case .single, .moved: [0xF84D_ED04]
            }
        }

        var returns: [UInt32] {
            switch self {
            case .pushed: [Thumb.pop(0, pc: true)]
            case .multiple: [Thumb.ldmia(13, 0x8010, writeback: true)]
            // LDR PC, [SP], #4; LDR LR, [SP], #4.
            case .single: [0xF85D_FB04]
            case .moved: [0xF85D_EB04, Thumb.mov(15, 14)]
            case .poppedLink: [Thumb.ldmia(13, 0x4010, writeback: true), Thumb.bx(14)]
            case .lowRegister: [Thumb.pop(8), Thumb.bx(3)]
            }
        }
    }

    /// Few, and around what a prediction may remember: 16, 32, 64, 128.
    private func depth(_ random: inout SplitMix) -> UInt32 {
        switch random.below(8) {
        case 0...4: random.below(6)
        case 5: 14 + random.below(6)
        case 6: 30 + random.below(6)
        default: (random.one(in: 2) ? 60 : 124) + random.below(10)
        }
    }

    /// A call; by address if the function is far away.
    private func call(_ function: UInt32, at place: UInt32, _ random: inout SplitMix) -> [UInt32] {
        let isNear = function >> 24 == place >> 24
        switch random.below(4) {
        case 0: return Thumb.load(14, function | 1) + [Thumb.blx(14)]
        case 1...3 where isNear: return [Thumb.bl(Int(function) - Int(place))]
        default: return Thumb.load(12, function | 1) + [Thumb.blx(12)]
        }
    }

    // MARK: Functions

    /// - Parameter other: whom it calls instead of itself; zero for what is laid behind it.
    private mutating func layRecursion(
        calling other: UInt32?, innermost: [UInt32] = [Thumb.bx(14)], _ random: inout SplitMix
    ) -> UInt32 {
        let start = place
        let frame = random.element(of: Frame.allCases)
        func some(_ place: UInt32) -> [UInt32] { random.one(in: 3) ? straight(1...2, at: place, &random) : [] }
        let before = frame.saves + [Thumb.subs(7, 1)] + some(start + 12)
        let callPlace = start + 4 + UInt32(LockStepBuilder.length(before))
        let after = some(callPlace + 4) + frame.returns
        let call: [UInt32]
        switch other {
        case nil: call = [Thumb.bl(Int(start) - Int(callPlace))]
        case 0: call = [Thumb.bl(4 + LockStepBuilder.length(after) + LockStepBuilder.length(innermost))]
        case let address?: call = self.call(address, at: callPlace, &random)
        }
        let body = before + call + after
        lay([Thumb.cmp(7, 0), Thumb.b(0, 2 + LockStepBuilder.length(body))] + body + innermost)
        return start
    }

    /// Two in other memories that call each other.
    mutating func layDistantCallees(_ random: inout SplitMix) {
        let back = place
        for (function, other) in zip(LockStepProgram.distant, LockStepProgram.distant.reversed()) {
            place = function
            callees.recursions.append(layRecursion(calling: other, &random))
        }
        place = back
    }

    mutating func layCallees(_ random: inout SplitMix) {
        for _ in 0..<3 { callees.recursions.append(layRecursion(calling: nil, &random)) }
        // Three in a ring.
        let ring = layRecursion(calling: 0, &random)
        callees.recursions += [ring, layRecursion(calling: 0, &random), layRecursion(calling: ring, &random)]
        laySkipping()
        layJumping(&random)
        layCoroutine(&random)
        callees.rewrite = place
        lay([Thumb.strh(0, 1)] + (random.one(in: 2) ? [Thumb.isb] : []) + [Thumb.bx(14)])
        callees.tune = place
        lay(Thumb.load(2, LockStepProgram.device) + [Thumb.str(4, 2, TimedDevice.Register.tune), Thumb.bx(14)])
        // Calls one, and leaves to another one.
        let leaf = callees.rewrite
        callees.recursions.append(place)
        lay(Thumb.push(0, lr: true), Thumb.mov(1, 13))
        lay(Thumb.subs(1, 64), Thumb.bl(Int(leaf) - Int(place) - 2))
        lay(0xF85D_EB04, Thumb.bw(Int(callees.recursions[2]) - Int(place) - 4))
    }

    private mutating func laySkipping() {
        let bit: [UInt32] = [Thumb.and(0, 4, 1)]
        let routines: [[UInt32]] = [
            // ADD LR, LR, #2.
            [0xF10E_0E02, Thumb.bx(14)],
            // ADD LR, LR, R0, LSL #1.
            bit + [0xEB0E_0E40, Thumb.bx(14)],
            // LDR R1, [SP, #4]; ADDS R1, #2; STR R1, [SP, #4].
            [Thumb.push(8, lr: true), 0x9901, Thumb.adds(1, 2), 0x9101, Thumb.pop(8, pc: true)],
            // The same with R0 times two: LSLS R0, R0, #1.
            [Thumb.push(8, lr: true)] + bit
                + [0x0040, 0x9901, Thumb.addsReg(1, 1, 0), 0x9101, Thumb.pop(8, pc: true)],
            // By a condition.
            [Thumb.tst(4, 1), Thumb.it(0), Thumb.bx(14), Thumb.adds(1, 1), Thumb.bx(14)],
            [
                Thumb.push(8, lr: true), Thumb.tst(4, 1), Thumb.it(0), Thumb.pop(8, pc: true), Thumb.adds(1, 3),
                Thumb.pop(8, pc: true),
            ],
            // Now and then to Arm code: BICEQ LR, LR, #1.
            [Thumb.tst(4, 15), Thumb.it(0), 0xF02E_0E01, Thumb.bx(14)],
        ]
        for routine in routines {
            callees.skipping.append(place)
            lay(routine)
        }
    }

    private mutating func layJumping(_ random: inout SplitMix) {
        let restore = Thumb.load(0, LockStepProgram.jumpBuffer) + [Thumb.ldr(1, 0), Thumb.mov(13, 1)]
        // LDR PC, [R0, #4] at last.
        let ways: [[UInt32]] = [
            [Thumb.ldr(1, 0, 4), Thumb.bx(1)], [Thumb.ldr(14, 0, 4), Thumb.bx(14)], [0xF8D0_F004],
        ]
        for way in ways {
            callees.jumping.append(layRecursion(calling: nil, innermost: restore + way, &random))
        }
    }

    private mutating func layCoroutine(_ random: inout SplitMix) {
        let swap = place
        callees.swap = swap
        lay([Thumb.push(0x10, lr: true)] + Thumb.load(0, LockStepProgram.otherStack))
        lay(Thumb.ldr(1, 0), Thumb.mov(2, 13), Thumb.str(2, 0), Thumb.mov(13, 1), Thumb.pop(0x10, pc: true))
        let nested = place
        lay(Thumb.push(8, lr: true), Thumb.bl(Int(swap) - Int(place) - 2), Thumb.pop(8, pc: true))
        callees.coroutine = place
        lay(straight(1...3, at: place, &random))
        lay(Thumb.bl(Int(swap) - Int(place)), Thumb.adds(3, 1))
        lay(Thumb.bl(Int(nested) - Int(place)))
        lay(Thumb.bw(Int(callees.coroutine) - Int(place)))
    }

    // MARK: Groups

    /// The other stack and the jump buffer as they are in the beginning.
    mutating func layReturnHead() {
        let top = LockStepProgram.coroutineStack - 8
        lay(Thumb.load(0, top) + Thumb.load(1, callees.coroutine | 1) + [Thumb.str(1, 0, 4)])
        lay(Thumb.load(2, LockStepProgram.otherStack) + [Thumb.str(0, 2)])
        lay(Thumb.load(0, LockStepProgram.jumpBuffer) + [Thumb.mov(1, 13), Thumb.str(1, 0)])
        lay(Thumb.load(1, head | 1) + [Thumb.str(1, 0, 4)])
    }

    mutating func layReturnGroup(_ random: inout SplitMix) {
        func recursion(at place: UInt32) -> [UInt32] {
            call(random.element(of: callees.recursions), at: place, &random)
        }
        switch random.below(20) {
        case 0...3: lay([Thumb.movs(7, depth(&random))] + recursion(at: place + 2), isGroup: true)
        case 4: lay(skip(at: place, &random), isGroup: true)
        case 5...7: laySkippingLoop(&random)
        case 8, 9: layLongJump(&random)
        // BL to the next instruction.
        case 10:
            lay(
                Array(repeating: Thumb.bl(4), count: 1 + Int(random.below(random.one(in: 4) ? 160 : 20))), isGroup: true
            )
        case 11:
            for _ in 0..<(1 + random.below(4)) {
                lay(Thumb.load(14, place + 12 | 1) + [Thumb.bx(14), Thumb.adds(1, 1)], isGroup: true)
            }
        case 12, 13:
            let swap = callees.swap
            let between = straight(1...2, at: place + 4, &random)
            let second = Int(place) + 4 + LockStepBuilder.length(between)
            lay(
                [Thumb.bl(Int(swap) - Int(place))] + between + [Thumb.bl(Int(swap) - second)], isGroup: true)
        case 14: layRewrittenReturn(&random)
        case 15: layRewriteMeanwhile(&random)
        case 16: lay([Thumb.adds(4, random.below(256)), Thumb.bl(Int(callees.tune) - Int(place) - 2)], isGroup: true)
        case 17: lay(lostReturn(&random), isGroup: true)
        case 18:
            let target = random.element(of: callees.recursions.filter { $0 >> 24 == place >> 24 })
            let words = [Thumb.movs(7, random.below(9)), Thumb.tst(4, 1), Thumb.it(random.below(2))]
            lay(words + [Thumb.bl(Int(target) - Int(place) - LockStepBuilder.length(words))], isGroup: true)
        default: lay(Thumb.svc(random.below(4)), isGroup: true)
        }
    }

    /// A call with two halfwords behind it, of which the first may be passed over.
    private func skip(at place: UInt32, _ random: inout SplitMix) -> [UInt32] {
        call(random.element(of: callees.skipping), at: place, &random) + [Thumb.adds(1, 1), Thumb.adds(2, 1)]
    }

    /// Two calls in a loop, of which each returns now here, now there.
    private mutating func laySkippingLoop(_ random: inout SplitMix) {
        var body = [Thumb.push(0x80), Thumb.adds(4, 1)]
        for _ in 0..<(1 + random.below(3)) {
            body += skip(at: place + 2 + UInt32(LockStepBuilder.length(body)), &random)
        }
        if random.one(in: 2) {
            body.append(Thumb.movs(7, random.below(6)))
            body += call(
                random.element(of: callees.recursions), at: place + 2 + UInt32(LockStepBuilder.length(body)), &random)
        }
        body += [Thumb.pop(0x80), Thumb.subs(7, 1)]
        let turns = Thumb.movs(7, 1 + random.below(12))
        lay([turns] + body + [Thumb.b(1, -LockStepBuilder.length(body))], isGroup: true)
    }

    private mutating func layLongJump(_ random: inout SplitMix) {
        let start = Thumb.load(0, LockStepProgram.jumpBuffer) + [Thumb.mov(1, 13), Thumb.str(1, 0)]
        let end = [Thumb.str(1, 0, 4), Thumb.movs(7, depth(&random))]
        let callPlace = place + UInt32(LockStepBuilder.length(start) + 8 + LockStepBuilder.length(end))
        let call = Thumb.bl(Int(random.element(of: callees.jumping)) - Int(callPlace))
        lay(
            start + Thumb.load(1, callPlace + 6 | 1) + end + [call, Thumb.adds(1, 1), Thumb.adds(2, 1)],
            isGroup: true)
    }

    /// The called function changes the instruction that it returns to: ADDS R4, #n.
    private mutating func layRewrittenReturn(_ random: inout SplitMix) {
        let start = [Thumb.and(0, 4, 7), Thumb.movw(2, Thumb.adds(4, 1)), Thumb.addsReg(0, 0, 2)]
        let callPlace = place + UInt32(LockStepBuilder.length(start)) + 8
        let call = Thumb.bl(Int(callees.rewrite) - Int(callPlace))
        lay(start + Thumb.load(1, callPlace + 4) + [call, Thumb.adds(4, 1), Thumb.adds(4, 2)], isGroup: true)
    }

    /// The device changes the two instructions behind a call while the function runs.
    private mutating func layRewriteMeanwhile(_ random: inout SplitMix) {
        let new = Thumb.adds(4, random.below(16)) << 16 | Thumb.adds(4, random.below(16))
        func command(_ site: UInt32) -> [UInt32] {
            Thumb.load(0, LockStepProgram.device) + Thumb.load(1, site) + Thumb.load(2, new)
                + [Thumb.str(1, 0, TimedDevice.Register.address), Thumb.str(2, 0, TimedDevice.Register.data)]
        }
        var words = command(0) + [Thumb.movs(3, random.below(120)), Thumb.str(3, 0, TimedDevice.Register.write)]
        words.append(Thumb.movs(7, random.below(20)))
        let isOdd = (place + UInt32(LockStepBuilder.length(words))) & 2 != 0
        if isOdd { words.append(Thumb.nop) }
        let callPlace = place + UInt32(LockStepBuilder.length(words))
        words.replaceSubrange(0..<8, with: command(callPlace + 4))
        let target = random.element(of: callees.recursions.filter { $0 >> 24 == place >> 24 })
        words.append(Thumb.bl(Int(target) - Int(callPlace)))
        lay(words + [Thumb.adds(4, 1), Thumb.adds(4, 1)], isGroup: true)
    }

    /// To Arm code, to nothing, to where no exception is to be left; once in four or sixteen turns, since the program
    /// mostly begins anew then.
    private func lostReturn(_ random: inout SplitMix) -> [UInt32] {
        let behind = place + 20
        let targets = [
            behind, behind, random.word(), random.word() & 0x2000_3FFF, 0xFFFF_FFF9, 0xFFFF_FFFD, 0xFFFF_FFE9,
            LockStepProgram.data + 1, LockStepProgram.device + 1,
        ]
        let go = random.one(in: 2) ? [Thumb.bx(14)] : [Thumb.push(0, lr: true), Thumb.pop(0, pc: true)]
        let words = Thumb.load(14, random.element(of: targets)) + go
        return [Thumb.tst(4, random.element(of: [3, 15])), Thumb.b(1, 2 + LockStepBuilder.length(words))] + words + [
            Thumb.adds(1, 1), Thumb.adds(4, 1), Thumb.adds(2, 2), Thumb.nop,
        ]
    }

    // MARK: Handlers

    /// Handlers that call, as deep as they like.
    mutating func layCallingHandler(_ function: UInt32, _ random: inout SplitMix) {
        lay(Thumb.push(0xF0, lr: true), Thumb.movs(7, random.below(random.one(in: 16) ? 24 : 2)))
        lay(Thumb.bl(Int(function) - Int(place)), Thumb.pop(0xF0, pc: true))
    }

    mutating func layHandlersFunction(_ random: inout SplitMix) -> UInt32 { layRecursion(calling: nil, &random) }
}
