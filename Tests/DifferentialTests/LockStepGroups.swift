import TestSupport

@testable import CortexM

/// What the loop of a `LockStepProgram` consists of.
extension LockStepBuilder {
    private static let encodings = allEncodings
    private static let accesses = allEncodings.filter { $0.timing.isMemoryAccess && $0.timing != .tableBranch }

    /// Puts everything in order that the loop may have left otherwise.
    mutating func layHead(_ random: inout SplitMix) {
        lay(bases(&random))
        lay(Thumb.cps(disables: false, 3), Thumb.movs(0, 0), Thumb.msr(17, 0))
        let stacks = [
            LockStepProgram.mainStack, LockStepProgram.mainStack, LockStepProgram.processStack,
            LockStepProgram.ram + 0x60, LockStepProgram.ram2 + 0x20,
        ]
        lay(Thumb.load(0, random.element(of: stacks)) + [Thumb.mov(13, 0)])
        if random.one(in: 2) { lay(Thumb.svc(0), isGroup: true) }
    }

    /// R5 and R6 point to memory, R7 is an index.
    private func bases(_ random: inout SplitMix) -> [UInt32] {
        let middles = [
            LockStepProgram.ram + 0x1400, LockStepProgram.ram2 + 0x0800, LockStepProgram.data + 0x0800,
            LockStepProgram.flash + 0x0800, LockStepProgram.ram + 0x1800,
        ]
        // With luck offsets lead beyond the end.
        let ends = [
            LockStepProgram.ram2 + UInt32(LockStepProgram.ram2Size) - 0x40, LockStepProgram.ram2 - 0x20,
            LockStepProgram.data + 8, LockStepProgram.device + 0x200,
        ]
        return Thumb.load(5, random.element(of: middles) + 4 * random.below(64))
            + Thumb.load(6, random.one(in: 8) ? random.element(of: ends) : random.element(of: middles))
            + [Thumb.movs(7, random.one(in: 8) ? random.below(64) : 4 * random.below(16))]
    }

    /// Somewhere an access does something of its own: in memories, at their ends, in devices, in aliases.
    private func anyAddress(_ random: inout SplitMix) -> UInt32 {
        let bounds: [UInt32] = [
            0, 0x4000, LockStepProgram.flash, LockStepProgram.flash + 0x4000, LockStepProgram.ram, LockStepProgram.ram2,
            LockStepProgram.ram2 + UInt32(LockStepProgram.ram2Size), LockStepProgram.data,
            LockStepProgram.data + 0x1000,
            LockStepProgram.device, LockStepProgram.ram + 0x1000, LockStepProgram.ram2 + 0x1000,
        ]
        switch random.below(8) {
        case 0...3: return LockStepProgram.ram + 0x1000 + 4 * random.below(0x380)
        case 4: return random.element(of: bounds) &- 40 &+ random.below(80)
        case 5: return random.element(of: [LockStepProgram.data, LockStepProgram.flash]) + 4 * random.below(0x400)
        case 6:
            return random.element(of: [
                LockStepProgram.device + 4 * random.below(12), 0xE000_1004, 0xE000_E018, 0xE000_ED28, 0xE000_E010,
                0x2200_0000 + 4 * random.below(0x20_0000), 0xFFFF_FFFC + random.below(4),
            ])
        default: return LockStepProgram.ram + 0x1000 + random.below(0xE00)
        }
    }

    /// Calm programs compute, call and access memory; the others do everything.
    mutating func layGroup(isCalm: Bool, _ random: inout SplitMix) {
        switch random.below(isCalm ? 24 : 40) {
        case 10...13 where isCalm: lay(tameAccess(&random), isGroup: true)
        case 0...9 where isCalm, 14 where isCalm: lay(straight(1...8, at: place, &random), isGroup: true)
        case 0...9: lay(straight(1...6, at: place, &random), isGroup: true)
        case 10...13: lay(wildAccess(&random), isGroup: true)
        case 14: lay(anything(&random), isGroup: true)
        case 15, 16: lay(Thumb.bl(Int(random.element(of: functions)) - Int(place)), isGroup: true)
        case 17: lay(Thumb.load(12, random.element(of: functions) | 1) + [Thumb.blx(12)], isGroup: true)
        case 18, 19: layLoop(&random)
        case 20: layTable(&random, isGroup: true)
        case 21, 22: lay(readTime(&random), isGroup: true)
        case 23: lay(Thumb.load(4, random.element(of: Control.readable)) + [Thumb.ldr(0, 4)], isGroup: true)
        case 24...26: lay(writeControl(&random), isGroup: true)
        case 27, 28: lay(commandDevice(&random), isGroup: true)
        case 29: lay(changeMasks(&random), isGroup: true)
        case 30: lay(Thumb.svc(random.below(4)), isGroup: true)
        case 31: lay(random.element(of: [Thumb.wfi, Thumb.wfe, Thumb.sev, Thumb.isb, Thumb.dsb]), isGroup: true)
        case 32: layChange(&random)
        case 33: lay(copyRoutine(&random), isGroup: true)
        case 34: lay(protect(&random), isGroup: true)
        case 35: lay(useStack(&random), isGroup: true)
        case 36: lay(fault(&random), isGroup: true)
        case 37: lay(exclusive(&random), isGroup: true)
        case 38: lay(conditional(&random), isGroup: true)
        default: lay(bases(&random), isGroup: true)
        }
    }

    // MARK: Accesses

    /// A word of an encoding, whatever its fields.
    private func word(of encoding: Encoding, _ random: inout SplitMix) -> UInt32 {
        let decoder = makers[0].decoder
        while true {
            let word = VectorMaker.word(of: encoding, &random)
            // Others refine it.
            if decoder.encoding(of: word, isWide: encoding.diagram.width == 32)?.name == encoding.name { return word }
        }
    }

    /// A load or store of any kind with any base.
    private func wildAccess(_ random: inout SplitMix) -> [UInt32] {
        let encoding = random.element(of: LockStepBuilder.accesses)
        var word = word(of: encoding, &random)
        let base = random.below(8)
        let n = encoding.diagram.width(of: UInt8(ascii: "n"))
        guard n > 0, !random.one(in: 8) else { return [word] }
        word = encoding.diagram.setting("n", to: base, in: word)
        if encoding.diagram.width(of: UInt8(ascii: "m")) > 0, !random.one(in: 4) {
            word = encoding.diagram.setting("m", to: 7, in: word)
        }
        return Thumb.load(base, anyAddress(&random)) + [word]
    }

    /// An access of any kind to the middle of a memory.
    private func tameAccess(_ random: inout SplitMix) -> [UInt32] {
        let encoding = random.element(
            of: LockStepBuilder.accesses.filter { $0.diagram.width(of: UInt8(ascii: "n")) > 0 })
        let base = 1 + random.below(4)
        var word = encoding.diagram.setting("n", to: base, in: word(of: encoding, &random))
        for letter: Unicode.Scalar in ["m", "t", "d"] where encoding.diagram.width(of: UInt8(ascii: letter)) > 0 {
            // Neither the stack pointer nor the PC is loaded.
            word = encoding.diagram.setting(letter, to: letter == "m" ? 7 : random.below(13), in: word)
        }
        if encoding.diagram.width(of: UInt8(ascii: "r")) == 16 { word &= ~0xE000 }
        let memory = random.element(of: [LockStepProgram.ram + 0x1400, LockStepProgram.ram2 + 0x800])
        return Thumb.load(base, memory + 4 * random.below(64)) + [word]
    }

    /// Any instruction but those that end a program for good.
    private func anything(_ random: inout SplitMix) -> [UInt32] {
        [word(of: random.element(of: LockStepBuilder.encodings), &random)]
    }

    /// Under a condition, what is seldom in an IT block.
    private func conditional(_ random: inout SplitMix) -> [UInt32] {
        let condition = random.below(15)
        let body = random.one(in: 2) ? wildAccess(&random) : anything(&random)
        // The last of a block may branch.
        let mask: UInt32 = random.element(of: [0b1000, 0b0100, 0b1100, 0b0010])
        return (body.count > 1 ? Array(body.dropLast()) : []) + [Thumb.it(condition, condition == 14 ? 0b1000 : mask)]
            + body.suffix(1) + [Thumb.adds(1, 3), Thumb.adds(2, 5)]
    }

    private func useStack(_ random: inout SplitMix) -> [UInt32] {
        let list = 1 + random.below(254)
        switch random.below(4) {
        case 0: return [Thumb.push(list, lr: random.one(in: 2)), Thumb.adds(1, 1), Thumb.pop(list)]
        case 1:
            return [Thumb.stmdb(13, list << 4 | 1, writeback: true), Thumb.ldmia(13, list << 4 | 1, writeback: true)]
        // SUB SP, SP, #n; ADD SP, SP, #n.
        case 2: return [0xB080 | random.below(128), Thumb.adds(2, 1), 0xB000 | random.below(128)]
        // VPUSH {S0-S3}; VPOP {S4-S7}.
        default: return [0xED2D_0A04, 0xECBD_2A04]
        }
    }

    private func exclusive(_ random: inout SplitMix) -> [UInt32] {
        // LDREX R0, [R4]; something; STREX R1, R0, [R4].
        let between = random.element(of: [[], [Thumb.adds(0, 1)], [Thumb.svc(1)], [0xF3BF_8F2F], [Thumb.str(2, 4)]])
        return Thumb.load(4, anyAddress(&random) & ~3) + [0xE854_0F00] + between + [0xE844_0100]
    }

    private func fault(_ random: inout SplitMix) -> [UInt32] {
        switch random.below(6) {
        case 0: return [0xDE00 | random.below(256)]
        // MOVS R1, #0; UDIV R0, R2, R1.
        case 1: return [Thumb.movs(1, 0), 0xFBB2_F0F1]
        // LDM R5, {R0, R1}; of an odd address.
        case 2: return [0xF105_0401, Thumb.ldmia(4, 3, writeback: false)]
        case 3: return Thumb.load(4, random.word()) + [Thumb.ldr(0, 4)]
        // A branch to nowhere, or to Arm code.
        case 4: return Thumb.load(4, random.word() & 0x9FFF_FFFF) + [random.one(in: 2) ? Thumb.bx(4) : Thumb.blx(4)]
        default: return Thumb.load(4, anyAddress(&random)) + [Thumb.str(0, 4), Thumb.ldr(1, 4), Thumb.adds(1, 1)]
        }
    }

    // MARK: Control flow

    /// Some instructions a few times.
    private mutating func layLoop(_ random: inout SplitMix) {
        var words = [Thumb.movs(7, 1 + random.below(24))]
        var body = straight(1...6, at: place + 2, &random)
        if random.one(in: 3) { body += readTime(&random) }
        if random.one(in: 4) {
            body.append(Thumb.bl(Int(functions[0]) - Int(place) - 2 - LockStepBuilder.length(body)))
        }
        words += body + [Thumb.subs(7, 1)]
        words.append(Thumb.b(1, -2 - LockStepBuilder.length(body)))
        lay(words, isGroup: true)
    }

    /// Replaces an instruction of the loop, where it is in RAM.
    private mutating func layChange(_ random: inout SplitMix) {
        if slot == nil || random.one(in: 2) { slot = place }
        let target = slot ?? place
        if target == place { lay(Thumb.adds(4, 1), isGroup: true) }
        // ADDS R4, #n, with n from R4.
        let barrier = random.one(in: 2) ? [Thumb.isb] : []
        lay(
            [Thumb.and(0, 4, 7), Thumb.movw(2, Thumb.adds(4, 1)), Thumb.addsReg(0, 0, 2)] + Thumb.load(1, target)
                + [Thumb.strh(0, 1)] + barrier, isGroup: true)
    }

    /// Copies a routine to RAM and calls it.
    private func copyRoutine(_ random: inout SplitMix) -> [UInt32] {
        let target = LockStepProgram.copies + 4 * random.below(4)
        return Thumb.load(0, random.element(of: templates)) + Thumb.load(1, target)
            + [Thumb.ldr(2, 0), Thumb.str(2, 1), Thumb.adds(1, 1), Thumb.blx(1)]
    }

    // MARK: The system

    private func readTime(_ random: inout SplitMix) -> [UInt32] {
        let use = random.element(of: [[Thumb.addsReg(1, 1, 0)], [Thumb.str(0, 5)], []])
        return Thumb.load(4, random.element(of: LockStepBuilder.times)) + [Thumb.ldr(0, 4)] + use
    }

    private func writeControl(_ random: inout SplitMix) -> [UInt32] {
        let (address, value) = Control.write(&random)
        return Thumb.load(4, address) + Thumb.load(0, value) + [Thumb.str(0, 4)]
            + (random.one(in: 2) ? [Thumb.dsb, Thumb.isb] : [])
    }

    private func commandDevice(_ random: inout SplitMix) -> [UInt32] {
        let start = Thumb.load(4, LockStepProgram.device)
        if random.one(in: 2) {
            let value = random.below(300) | random.below(4) << 12
            return start + Thumb.load(0, value) + [Thumb.str(0, 4, TimedDevice.Register.interrupt)]
        }
        if random.one(in: 2) { return tuneInLoop(&random) }
        if random.one(in: 3) {
            let register = random.element(of: [TimedDevice.Register.hold, TimedDevice.Register.tune])
            return start + [Thumb.movs(0, random.below(256)), Thumb.str(0, 4, register)]
        }
        let address = random.one(in: 2) ? anyAddress(&random) : slot ?? LockStepProgram.copies
        return start + Thumb.load(0, address) + [Thumb.str(0, 4, TimedDevice.Register.address)]
            + Thumb.load(0, 0x3000_3000 | random.word() & 0x07FF_07FF)
            + [Thumb.str(0, 4, TimedDevice.Register.data), Thumb.movs(0, random.below(200))]
            + [Thumb.str(0, 4, TimedDevice.Register.write)]
    }

    /// A loop of one block that empties the caches, with wait states that it does not change again.
    func tuneInLoop(_ random: inout SplitMix) -> [UInt32] {
        // Mostly with caches, which are emptied: see `LockStepMachine.tune`.
        let bits = random.below(256) | (random.one(in: 3) ? 0 : 0x50)
        let tune =
            Thumb.load(4, LockStepProgram.device) + [
                Thumb.movs(0, bits), Thumb.str(0, 4, TimedDevice.Register.tune),
            ]
        let body = random.element(of: [[], [Thumb.adds(2, 3)], [Thumb.addsReg(1, 1, 2), Thumb.adds(3, 1)]]) + tune
        return [Thumb.movs(7, 2 + random.below(24))] + body + [
            Thumb.subs(7, 1), Thumb.b(1, -2 - LockStepBuilder.length(body)),
        ]
    }

    private func changeMasks(_ random: inout SplitMix) -> [UInt32] {
        switch random.below(6) {
        case 0: return [Thumb.cps(disables: true, 1 + random.below(3))]
        case 1: return [Thumb.cps(disables: false, 1 + random.below(3))]
        case 2: return [Thumb.movs(0, 16 * random.below(16)), Thumb.msr(17 + random.below(2), 0)]
        case 3: return [Thumb.movs(0, random.below(8)), Thumb.msr(20, 0), Thumb.isb]
        // PSP; MSP.
        case 4:
            let stack = LockStepProgram.processStack - 8 * random.below(16)
            return Thumb.load(0, stack) + [Thumb.msr(random.element(of: [8, 9]), 0)]
        default: return [Thumb.mrs(0, random.element(of: [0, 3, 5, 8, 9, 16, 17, 19, 20])), Thumb.str(0, 5)]
        }
    }

    /// A region of the MPU, on or off.
    private func protect(_ random: inout SplitMix) -> [UInt32] {
        let bases = [
            LockStepProgram.ram, LockStepProgram.ram + 0x1000, LockStepProgram.ram2, LockStepProgram.data,
            LockStepProgram.flash, head & ~0xFFF, 0,
        ]
        let region = random.element(of: bases) & ~31 | 0x10 | random.below(8)
        let access = random.element(of: [0, 1, 2, 3, 3, 3, 5, 6] as [UInt32]) << 24
        let size = (4 + random.below(12)) << 1
        let attributes = random.below(4) == 0 ? 0 : 1 | size | access | (random.one(in: 6) ? 1 << 28 : 0)
        let subregions = random.one(in: 3) ? random.below(256) << 8 : 0
        let control = random.element(of: [5, 5, 5, 7, 0, 1] as [UInt32])
        return Thumb.load(4, 0xE000_ED90) + Thumb.load(0, region) + [Thumb.str(0, 4, 12)]
            + Thumb.load(0, attributes | subregions) + [
                Thumb.str(0, 4, 16), Thumb.movs(0, control), Thumb.str(0, 4, 4),
            ]
            + (random.one(in: 2) ? [Thumb.dsb, Thumb.isb] : [])
    }
}
