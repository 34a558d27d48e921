import TestSupport

@testable import RV64

/// Calls and returns of every kind. Whoever foresees where a function returns to is wrong here now and then: returns
/// that no call matches, calls that nothing returns from, more calls than can be remembered, stacks that are swapped,
/// code that changes between a call and its return.
extension EngineProgramBuilder {
    /// What the groups call, beside the functions of all programs.
    struct Callees {
        /// As deep as x27 says.
        var recursions: [UInt32] = []
        /// The same, called with x5 as the link.
        var others: [UInt32] = []
        /// They return two bytes behind their caller's next instruction, or do not, as x20 says.
        var skipping: [UInt32] = []
        /// As deep as x27 says, and from there to where the jump buffer says.
        var jumping: UInt32 = 0
        /// Goes on where the other stack was left.
        var swap: UInt32 = 0
        /// What runs on the other stack.
        var coroutine: UInt32 = 0
        /// Goes on behind the caller's next instruction, and is gone on with by it: links are x1 and x5.
        var partner: UInt32 = 0
        /// Stores x29 into the upper half of the instruction that x28 points to.
        var rewrite: UInt32 = 0
    }

    /// A function of another hart's program may be called by this one's.
    var shareable: [UInt32] { callees.skipping + [functions[0]] }

    /// Few, and around what a prediction may remember: 16, 32, 64, 128.
    private func depth(_ random: inout SplitMix) -> Int32 {
        let depth =
            switch random.below(8) {
            case 0...4: random.below(6)
            case 5: 14 + random.below(6)
            case 6: 30 + random.below(6)
            default: (random.one(in: 2) ? 60 : 124) + random.below(10)
            }
        return Int32(depth)
    }

    private func distance(_ target: UInt32, from place: UInt32) -> Int32 { Int32(bitPattern: target &- place) }

    /// A call with a link in x1: JAL, or by address, which may be in the link itself.
    private func call(_ function: UInt32, at place: UInt32, _ random: inout SplitMix) -> [UInt32] {
        let distance = distance(function, from: place)
        switch random.below(5) {
        case 0: return Assembler.load(28, function) + [Assembler.jalr(1, 28, 0)]
        case 1: return Assembler.load(1, function) + [Assembler.jalr(1, 1, 0)]
        // A return to the function, for who predicts, and a call.
        case 3...4 where abs(distance) < 1 << 20: return [Assembler.jal(1, distance)]
        default: return Assembler.load(5, function) + [Assembler.jalr(1, 5, 0)]
        }
    }

    // MARK: Functions

    /// - Parameters:
    ///   - link: x1 or x5.
    ///   - other: whom it calls instead of itself; zero for what is laid behind it.
    private mutating func layRecursion(
        calling other: UInt32?, link: UInt32 = 1, innermost: [UInt32]? = nil, _ random: inout SplitMix
    ) -> UInt32 {
        let start = place
        let last = innermost ?? [link == 1 && random.one(in: 2) ? Assembler.ret : Assembler.jalr(0, link, 0)]
        func some(_ place: UInt32) -> [UInt32] { random.one(in: 3) ? straight(1...2, at: place, &random) : [] }
        let before =
            [Assembler.addi(2, 2, -16), Assembler.sd(link, 2, 8), Assembler.addi(27, 27, -1)] + some(start + 16)
        let callPlace = start + 4 + UInt32(EngineProgramBuilder.length(before))
        // By x1, by the other link, by any register.
        let way = random.element(of: [link, link, 6 - link, 10] as [UInt32])
        let after =
            some(callPlace + 4) + [
                Assembler.ld(way, 2, 8), Assembler.addi(2, 2, 16),
                way == 1 && random.one(in: 2) ? Assembler.ret : Assembler.jalr(0, way, 0),
            ]
        let target = other == 0 ? callPlace + 4 + UInt32(EngineProgramBuilder.length(after + last)) : other ?? start
        let body = before + [Assembler.jal(link, distance(target, from: callPlace))] + after
        lay([Assembler.beq(27, 0, 4 + EngineProgramBuilder.length(body))] + body + last)
        return start
    }

    mutating func layCallees(_ random: inout SplitMix) {
        for _ in 0..<3 { callees.recursions.append(layRecursion(calling: nil, &random)) }
        // Three in a ring.
        let ring = layRecursion(calling: 0, &random)
        callees.recursions += [ring, layRecursion(calling: 0, &random), layRecursion(calling: ring, &random)]
        for _ in 0..<2 { callees.others.append(layRecursion(calling: nil, link: 5, &random)) }
        // In another page.
        let back = place
        place = functions[0] & ~0x3FFF | 0x3000
        callees.recursions.append(layRecursion(calling: ring, &random))
        place = back
        laySkipping()
        let target = random.element(of: [1, 1, 5, 10] as [UInt32])
        callees.jumping = layRecursion(
            calling: nil,
            innermost: Assembler.load(28, jumpBuffer) + [
                Assembler.ld(2, 28, 0), Assembler.ld(target, 28, 8), Assembler.jalr(0, target, 0),
            ], &random)
        layCoroutines(&random)
        callees.rewrite = place
        lay([Assembler.sh(29, 28, 2)] + (random.one(in: 2) ? [Assembler.fenceI] : []) + [Assembler.ret])
        // Calls one, and leaves to another one.
        callees.recursions.append(place)
        lay(Assembler.addi(2, 2, -16), Assembler.sd(1, 2, 0))
        lay(Assembler.jal(1, distance(functions[0], from: place)))
        lay(Assembler.ld(1, 2, 0), Assembler.addi(2, 2, 16))
        lay(Assembler.jal(0, distance(callees.recursions[2], from: place)))
    }

    private mutating func laySkipping() {
        // ANDI X29, X20, 1; SLLI X29, X29, 1; ADD X1, X1, X29.
        let bit: [UInt32] = [Assembler.andi(29, 20, 1), 0x1013 | 29 << 7 | 29 << 15 | 1 << 20]
        let upper: [UInt32] = [0x1013 | 1 << 7 | 1 << 15 | 32 << 20, 0x5013 | 1 << 7 | 1 << 15 | 32 << 20 | 1 << 30]
        let routines: [[UInt32]] = [
            [Assembler.addi(1, 1, 2), Assembler.ret],
            bit + [Assembler.add(1, 1, 29), Assembler.ret],
            bit + [Assembler.add(5, 1, 29), Assembler.jalr(0, 5, 0)],
            // By the offset of JALR; bit 0 of a target is ignored.
            [Assembler.jalr(0, 1, 2)],
            [Assembler.addi(1, 1, 1), Assembler.ret],
            bit + [Assembler.beq(29, 0, 6), Assembler.ret, Assembler.jalr(0, 1, 2)],
            // Now and then with another upper half: SLLI X1, X1, 32; SRAI X1, X1, 32, or the other way round.
            [Assembler.andi(29, 20, 15), Assembler.bne(29, 0, 12)] + upper + [Assembler.ret],
            [Assembler.andi(29, 20, 15), Assembler.bne(29, 0, 12)] + upper.reversed() + [Assembler.ret],
        ]
        for routine in routines {
            callees.skipping.append(place)
            lay(routine)
        }
    }

    private mutating func layCoroutines(_ random: inout SplitMix) {
        let swap = place
        callees.swap = swap
        lay([Assembler.addi(2, 2, -16), Assembler.sd(1, 2, 0)] + Assembler.load(28, otherStack))
        lay(Assembler.ld(29, 28, 0), Assembler.sd(2, 28, 0), Assembler.addi(2, 29, 0))
        lay(Assembler.ld(1, 2, 0), Assembler.addi(2, 2, 16), Assembler.ret)
        let nested = place
        lay(Assembler.addi(2, 2, -16), Assembler.sd(1, 2, 0))
        lay(Assembler.jal(1, distance(swap, from: place)))
        lay(Assembler.ld(5, 2, 0), Assembler.addi(2, 2, 16), Assembler.jalr(0, 5, 0))
        callees.coroutine = place
        lay(straight(1...3, at: place, &random))
        lay(Assembler.jal(1, distance(swap, from: place)))
        lay(Assembler.addi(20, 20, 3))
        lay(Assembler.jal(1, distance(nested, from: place)))
        lay(Assembler.jal(0, distance(callees.coroutine, from: place)))
        callees.partner = place
        lay(Assembler.addi(20, 20, 7), Assembler.jalr(5, 1, 0))
        lay(Assembler.addi(20, 20, 1), Assembler.jalr(5, 1, 0))
        lay(Assembler.jal(0, distance(callees.partner, from: place)))
    }

    // MARK: Groups

    /// A stack pointer and an address.
    private var jumpBuffer: UInt32 { data + 0x3F00 }
    private var otherStack: UInt32 { data + 0x3F10 }

    /// The other stack and the jump buffer as they are in the beginning.
    mutating func layReturnHead() {
        lay(Assembler.load(28, data + 0x3E00) + Assembler.load(29, callees.coroutine) + [Assembler.sd(29, 28, 0)])
        lay(Assembler.load(29, otherStack) + [Assembler.sd(28, 29, 0)])
        lay(Assembler.load(28, jumpBuffer) + Assembler.load(29, head))
        lay(Assembler.sd(2, 28, 0), Assembler.sd(29, 28, 8))
    }

    /// - Parameter foreign: functions of another hart's program.
    mutating func layReturnGroup(_ foreign: [UInt32], _ random: inout SplitMix) {
        switch random.below(20) {
        case 0...2:
            let turns = Assembler.addi(27, 0, depth(&random))
            lay([turns] + call(random.element(of: callees.recursions), at: place + 4, &random), isGroup: true)
        case 3:
            let turns = Assembler.addi(27, 0, depth(&random))
            let function = random.element(of: callees.others)
            lay([turns, Assembler.jal(5, distance(function, from: place + 4))], isGroup: true)
        case 4: lay(skip(at: place, &random), isGroup: true)
        case 5...7: laySkippingLoop(&random)
        case 8, 9: layLongJump(&random)
        // JAL to the next instruction.
        case 10:
            let link = random.element(of: [1, 1, 5] as [UInt32])
            lay(
                Array(repeating: Assembler.jal(link, 4), count: 1 + Int(random.below(random.one(in: 4) ? 160 : 20))),
                isGroup: true)
        case 11:
            for _ in 0..<(1 + random.below(4)) {
                let link = random.element(of: [1, 5] as [UInt32])
                lay(
                    Assembler.load(link, place + 24) + [Assembler.jalr(0, link, 0), Assembler.addi(20, 20, 1)],
                    isGroup: true)
            }
        case 12, 13: laySwaps(&random)
        case 14: layPartner(&random)
        case 15, 16: layRewrittenReturn(&random)
        case 17: lay(lostReturn(&random), isGroup: true)
        case 18 where !foreign.isEmpty:
            let skipped = [Assembler.nop16, Assembler.nop16]
            lay(call(random.element(of: foreign), at: place, &random) + skipped, isGroup: true)
        default: lay(random.element(of: [Assembler.ecall, Assembler.ebreak]), isGroup: true)
        }
    }

    /// A call with two short instructions behind it, of which the first may be passed over.
    private func skip(at place: UInt32, _ random: inout SplitMix) -> [UInt32] {
        // C.ADDI X20, 1; C.ADDI X20, 3.
        call(random.element(of: callees.skipping), at: place, &random) + [0x0A05, 0x0A0D]
    }

    /// Calls in a loop, of which each returns now here, now there.
    private mutating func laySkippingLoop(_ random: inout SplitMix) {
        var body = [Assembler.addi(2, 2, -16), Assembler.sd(27, 2, 0), Assembler.addi(20, 20, 1)]
        func here() -> UInt32 { place + 4 + UInt32(EngineProgramBuilder.length(body)) }
        for _ in 0..<(1 + random.below(3)) { body += skip(at: here(), &random) }
        if random.one(in: 2) {
            body.append(Assembler.addi(27, 0, Int32(random.below(6))))
            body += call(random.element(of: callees.recursions), at: here(), &random)
        }
        body += [Assembler.ld(27, 2, 0), Assembler.addi(2, 2, 16), Assembler.addi(27, 27, -1)]
        let turns = Assembler.addi(27, 0, 1 + Int32(random.below(12)))
        lay([turns] + body + [Assembler.bne(27, 0, -EngineProgramBuilder.length(body))], isGroup: true)
    }

    private mutating func layLongJump(_ random: inout SplitMix) {
        let start = Assembler.load(28, jumpBuffer) + [Assembler.sd(2, 28, 0)]
        let end = [Assembler.sd(29, 28, 8), Assembler.addi(27, 0, depth(&random))]
        // LUI, ADDIW, SLLI, SRLI in between.
        let callPlace = place + UInt32(EngineProgramBuilder.length(start + end)) + 16
        let call = Assembler.jal(1, distance(callees.jumping, from: callPlace))
        lay(
            start + Assembler.load(29, callPlace + 8) + end + [
                call, Assembler.addi(20, 20, 1), Assembler.addi(20, 20, 2),
            ],
            isGroup: true)
    }

    private mutating func laySwaps(_ random: inout SplitMix) {
        let first = Assembler.jal(1, distance(callees.swap, from: place))
        let between = straight(1...2, at: place + 4, &random)
        let second = place + 4 + UInt32(EngineProgramBuilder.length(between))
        lay([first] + between + [Assembler.jal(1, distance(callees.swap, from: second))], isGroup: true)
    }

    /// JALR with one link to the other.
    private mutating func layPartner(_ random: inout SplitMix) {
        var words = Assembler.load(5, callees.partner)
        for _ in 0..<(1 + random.below(4)) { words += [Assembler.jalr(1, 5, 0), Assembler.addi(20, 20, 5)] }
        lay(words, isGroup: true)
    }

    /// The called function changes the instruction that it returns to, which is ADDI X20, X20, n.
    private mutating func layRewrittenReturn(_ random: inout SplitMix) {
        // ANDI X29, X20, 7; SLLI X29, X29, 4; ADDI X29, X29, 0x0A.
        let start: [UInt32] = [
            Assembler.andi(29, 20, 7), 0x1013 | 29 << 7 | 29 << 15 | 4 << 20, Assembler.addi(29, 29, 0x0A),
        ]
        let callPlace = place + UInt32(EngineProgramBuilder.length(start)) + 16
        let call = Assembler.jal(1, distance(callees.rewrite, from: callPlace))
        lay(
            start + Assembler.load(28, callPlace + 4) + [call, Assembler.addi(20, 20, 1), Assembler.addi(20, 20, 2)],
            isGroup: true)
    }

    /// To nothing, to odd addresses, to the same code past the caches, with anything in the upper half; once in four or
    /// sixteen turns, since the program mostly begins anew then.
    private func lostReturn(_ random: inout SplitMix) -> [UInt32] {
        let behind = place + 28
        let targets = [
            behind | 1, random.word(), random.word() & 0x8001_FFFF, EngineProgram.device, EngineProgram.rom + 0xFFE,
            behind ^ EngineProgram.ram ^ EngineProgram.alias, behind ^ EngineProgram.ram ^ EngineProgram.alias,
        ]
        let link = random.element(of: [1, 1, 5] as [UInt32])
        var address = Assembler.load(link, random.element(of: targets))
        // Without SRLI or without SLLI the upper half is the sign or zero, or the address itself.
        if random.one(in: 3) {
            address = Assembler.load(link, behind - (random.one(in: 2) ? 8 : 4))
            address.removeLast(random.one(in: 2) ? 1 : 2)
        }
        address.append(Assembler.jalr(0, link, 0))
        return [
            Assembler.andi(29, 20, random.element(of: [3, 15])),
            Assembler.bne(29, 0, 4 + EngineProgramBuilder.length(address)),
        ] + address + [Assembler.addi(20, 20, 1), Assembler.addi(20, 20, 1)]
    }
}
