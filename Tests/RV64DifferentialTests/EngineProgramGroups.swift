import Bits
import TestSupport

@testable import RV64

/// What the loop of an `EngineProgram` consists of.
extension EngineProgramBuilder {
    private static let encodings = allEncodings
    private static let accesses = allEncodings.filter { SequenceMaker.memory.contains($0.timing) }

    /// Puts everything in order that the loop may have left otherwise.
    mutating func layHead(_ random: inout SplitMix) {
        lay(bases(&random))
        // MIE; FS is Dirty; the rounding mode is to nearest, mostly.
        lay(Assembler.load(28, 3 << 13 | 1 << 3) + [Assembler.csrrs(0, 0x300, 28)])
        lay(Assembler.csrrw(0, 0x002, 0))
        lay(Assembler.load(28, 0x888) + [Assembler.csrrw(0, 0x304, 28)])
    }

    /// sp, s0 and s1 point to memory: to a hart's own, to what both use, to the end of all, past the caches, elsewhere.
    private func bases(_ random: inout SplitMix) -> [UInt32] {
        let places = [
            data + 0x1800, data + 0x1000, EngineProgram.shared + 0x400,
            EngineProgram.ram + UInt32(EngineProgram.ramSize) - 0x40, EngineProgram.alias + 0x9000,
            EngineProgram.rom + 0x800, EngineProgram.device + 0x200,
        ]
        func place() -> UInt32 { random.element(of: random.one(in: 6) ? places : Array(places[..<3])) }
        return Assembler.load(2, data + 0x0C00 - 16 * random.below(16))
            + Assembler.load(8, place() + 8 * random.below(32))
            + Assembler.load(9, place() + 8 * random.below(32))
    }

    private func anyAddress(_ random: inout SplitMix) -> UInt32 {
        let bounds: [UInt32] = [
            0, EngineProgram.ram, EngineProgram.ram + UInt32(EngineProgram.ramSize), EngineProgram.alias,
            EngineProgram.alias + UInt32(EngineProgram.ramSize), EngineProgram.rom, EngineProgram.rom + 0x1000,
            EngineProgram.device, EngineProgram.shared,
        ]
        switch random.below(8) {
        case 0...2: return data + 0x0800 + 8 * random.below(0x300)
        case 3: return EngineProgram.shared + 4 * random.below(64)
        case 4: return random.element(of: bounds) &- 16 &+ random.below(32)
        case 5: return EngineProgram.alias + (data - EngineProgram.ram) + 8 * random.below(0x300)
        case 6:
            return random.element(of: [
                EngineProgram.device + 4 * random.below(12), EngineProgram.clint + 0xBFF8, EngineProgram.clint + 0x4000,
            ])
        default: return data + random.below(0x2000)
        }
    }

    /// Calm programs compute, call, access memory and read the time; the others do everything.
    mutating func layGroup(isCalm: Bool, _ random: inout SplitMix) {
        switch random.below(isCalm ? 22 : 36) {
        case 10...14 where isCalm: lay(straight(1...8, at: place, &random), isGroup: true)
        case 0...9: lay(straight(1...8, at: place, &random), isGroup: true)
        case 10...13: lay(wildAccess(&random), isGroup: true)
        case 14: lay([word(of: random.element(of: EngineProgramBuilder.encodings), &random)], isGroup: true)
        case 15, 16:
            lay(Assembler.jal(1, Int32(bitPattern: random.element(of: functions) &- place)), isGroup: true)
        case 17:
            let link = random.element(of: [1, 1, 5] as [UInt32])
            lay(Assembler.load(28, functions[0]) + [Assembler.jalr(link, 28, 0)], isGroup: true)
        case 18, 19: layLoop(&random)
        case 20, 21: lay(readTime(&random), isGroup: true)
        case 22: lay(commandTimer(&random), isGroup: true)
        case 23, 24: lay(commandDevice(&random), isGroup: true)
        case 25, 26: lay(changeStatus(&random), isGroup: true)
        case 27:
            let traps = [Assembler.ecall, Assembler.ebreak, Assembler.unimp, 0, Assembler.wfi]
            lay(random.element(of: traps), isGroup: true)
        case 28: lay(lowerPrivilege(&random), isGroup: true)
        case 29, 30: layChange(&random)
        case 31: lay(copyRoutine(&random), isGroup: true)
        case 32, 33: lay(communicate(&random), isGroup: true)
        case 34: layWait(&random)
        default: lay(bases(&random), isGroup: true)
        }
    }

    // MARK: Accesses

    /// A word of an encoding, whatever its fields.
    private func word(of encoding: Encoding, _ random: inout SplitMix) -> UInt32 {
        while true {
            let word = VectorMaker.word(of: encoding, &random)
            // Others refine it.
            if makers[0].decoder.encoding(of: word)?.name == encoding.name { return word }
        }
    }

    /// A load or store of any kind with any base, of which the upper half may be anything.
    private func wildAccess(_ random: inout SplitMix) -> [UInt32] {
        let encoding = random.element(of: EngineProgramBuilder.accesses)
        var word = word(of: encoding, &random)
        let letter = UInt8(ascii: "n")
        let width = encoding.diagram.width(of: letter)
        guard width > 0, !random.one(in: 8) else { return [word] }
        let base: UInt32 = width == 3 ? 10 + random.below(4) : 28
        word = encoding.diagram.setting("n", to: width == 3 ? base - 8 : base, in: word)
        guard makers[0].decoder.encoding(of: word)?.name == encoding.name else { return [word] }
        var address = Assembler.load(base, anyAddress(&random))
        // Without SRLI or without SLLI the upper half is the sign or zero, or the address itself.
        if random.one(in: 6) { address.removeLast() } else if random.one(in: 6) { address.removeLast(2) }
        return address + [word]
    }

    // MARK: Control flow

    private mutating func layLoop(_ random: inout SplitMix) {
        var body = straight(1...6, at: place + 4, &random)
        if random.one(in: 3) { body += readTime(&random) }
        if random.one(in: 4) {
            let place = place + 4 + UInt32(EngineProgramBuilder.length(body))
            body.append(Assembler.jal(1, Int32(bitPattern: functions[0] &- place)))
        }
        let back = Assembler.bne(27, 0, -4 - EngineProgramBuilder.length(body))
        let turns = Assembler.addi(27, 0, 1 + Int32(random.below(24)))
        lay([turns] + body + [Assembler.addi(27, 27, -1), back], isGroup: true)
    }

    /// Replaces an instruction of the loop.
    private mutating func layChange(_ random: inout SplitMix) {
        if slot == nil || random.one(in: 2) {
            if place & 2 != 0 { lay(Assembler.nop16) }
            slot = place
            lay(Assembler.addi(20, 20, 1), isGroup: true)
        }
        // Its constant is in bits 31...20: only the upper half changes.
        let fence = random.one(in: 2) ? [Assembler.fenceI] : []
        let load = Assembler.load(28, slot ?? place)
        // ANDI X29, X20, 7; SLLI X29, X29, 4; ADDI X29, X29, 0x0A: the upper half of ADDI X20, X20, n.
        let upper = Assembler.addi(20, 20, 0) >> 16
        lay(
            load + [Assembler.andi(29, 20, 7), 0x1013 | 29 << 7 | 29 << 15 | 4 << 20]
                + [Assembler.addi(29, 29, Int32(upper)), Assembler.sh(29, 28, 2)] + fence, isGroup: true)
    }

    /// Copies a routine and calls it.
    private func copyRoutine(_ random: inout SplitMix) -> [UInt32] {
        let target = data + 0x3000 + 8 * random.below(4)
        let fence = random.one(in: 2) ? [Assembler.fenceI] : []
        return Assembler.load(28, random.element(of: templates)) + [Assembler.ld(29, 28, 0)]
            + Assembler.load(28, target)
            + [Assembler.sd(29, 28, 0)] + fence + [Assembler.jalr(1, 28, 0)]
    }

    // MARK: The other hart

    /// Atomic operations on shared words, a lock that is tried, a message.
    private func communicate(_ random: inout SplitMix) -> [UInt32] {
        let address = Assembler.load(28, EngineProgram.shared + 4 * random.below(24))
        switch random.below(5) {
        case 0: return address + [Assembler.lr(10, 28), Assembler.addi(10, 10, 1), Assembler.sc(11, 10, 28)]
        case 1:
            // Until it succeeds.
            return address + [
                Assembler.lr(10, 28), Assembler.addi(10, 10, 3), Assembler.sc(11, 10, 28), Assembler.bne(11, 0, -12),
            ]
        case 2: return address + [Assembler.amoadd(12, 20, 28)]
        case 3:
            return address + [
                Assembler.addi(11, 0, 1), Assembler.amoswap(12, 11, 28), Assembler.bne(12, 0, 12),
                Assembler.addi(20, 20, 1), Assembler.sw(0, 28, 0),
            ]
        default: return address + [Assembler.lw(13, 28, 0), Assembler.add(13, 13, 20), Assembler.sw(13, 28, 0)]
        }
    }

    /// Waits until an interrupt handler, of whichever hart, changes a word.
    private mutating func layWait(_ random: inout SplitMix) {
        guard random.one(in: 2) else { return }
        let more = random.one(in: 2) ? [Assembler.xor(14, 11, 12)] : []
        let back = Assembler.beq(11, 12, -4 - EngineProgramBuilder.length(more))
        lay(
            Assembler.load(28, EngineProgram.shared) + [Assembler.lw(12, 28, 0), Assembler.lw(11, 28, 0)] + more + [
                back
            ],
            isGroup: true)
    }

    // MARK: The system

    private func readTime(_ random: inout SplitMix) -> [UInt32] {
        switch random.below(4) {
        // mcycle, minstret, cycle, time, instret.
        case 0, 1:
            return [
                Assembler.csrrs(10, random.element(of: [0xB00, 0xB02, 0xC00, 0xC01, 0xC02]), 0), Assembler.sd(10, 8, 0),
            ]
        case 2: return Assembler.load(28, EngineProgram.clint + 0xBFF8) + [Assembler.ld(10, 28, 0)]
        default: return Assembler.load(28, EngineProgram.device) + [Assembler.lw(10, 28, 0), Assembler.add(11, 11, 10)]
        }
    }

    /// An interrupt of either hart, at once or in a while.
    private func commandTimer(_ random: inout SplitMix) -> [UInt32] {
        let target = random.below(2)
        if random.one(in: 2) {
            return Assembler.load(28, EngineProgram.clint) + [
                Assembler.addi(29, 0, 1), Assembler.sw(29, 28, 4 * target),
            ]
        }
        return Assembler.load(28, EngineProgram.clint + 0xBFF8)
            + [Assembler.ld(29, 28, 0), Assembler.addi(29, 29, Int32(random.below(100)))]
            + Assembler.load(28, EngineProgram.clint + 0x4000 + 8 * target) + [Assembler.sd(29, 28, 0)]
    }

    private func commandDevice(_ random: inout SplitMix) -> [UInt32] {
        let start = Assembler.load(28, EngineProgram.device)
        if random.one(in: 2) {
            let value = random.below(300) | random.below(4) << 12
            return start + Assembler.load(29, value) + [Assembler.sw(29, 28, TimedDevice.Register.interrupt)]
        }
        let address = random.one(in: 2) ? anyAddress(&random) : slot ?? data + 0x3000
        return start + Assembler.load(29, address) + [Assembler.sw(29, 28, TimedDevice.Register.address)]
            + Assembler.load(29, Assembler.addi(20, 20, Int32(random.below(100))))
            + [Assembler.sw(29, 28, TimedDevice.Register.data), Assembler.addi(29, 0, Int32(random.below(200)))]
            + [Assembler.sw(29, 28, TimedDevice.Register.write)]
    }

    /// mstatus.MIE and FS, mie, frm, fcsr, mscratch, the counters.
    private func changeStatus(_ random: inout SplitMix) -> [UInt32] {
        switch random.below(8) {
        // CSRRCI, CSRRSI of mstatus: MIE.
        case 0: return [0x3004_7073]
        case 1: return [0x3004_6073]
        case 2: return Assembler.load(29, random.below(4) << 13) + [Assembler.csrrw(10, 0x300, 29)]
        case 3: return Assembler.load(29, 3 << 13) + [Assembler.csrrc(0, 0x300, 29)]
        case 4: return Assembler.load(29, random.word() & 0xAAA) + [Assembler.csrrw(10, 0x304, 29)]
        case 5: return [Assembler.addi(29, 0, Int32(random.below(8))), Assembler.csrrw(10, 0x002, 29)]
        case 6: return [Assembler.addi(29, 0, Int32(random.below(256))), Assembler.csrrw(10, 0x003, 29)]
        default:
            return [Assembler.csrrw(10, random.element(of: [0xB00, 0xB02, 0x340, 0x344, 0x306, 0x001]), 20)]
        }
    }

    /// Goes on behind in another mode, until the next exception.
    private func lowerPrivilege(_ random: inout SplitMix) -> [UInt32] {
        let mode = random.element(of: [0, 0, 1, 3] as [UInt32])
        // AUIPC X29, 0; ADDI X29, X29, n; CSRRW mepc.
        var words = Assembler.load(28, 3 << 11) + [Assembler.csrrc(0, 0x300, 28)]
        words += Assembler.load(28, mode << 11) + [Assembler.csrrs(0, 0x300, 28)]
        return words + [0x17 | 29 << 7, Assembler.addi(29, 29, 16), Assembler.csrrw(0, 0x341, 29), Assembler.mret]
    }
}
