import TestSupport

@testable import CortexM

/// Flash that the program erases and programs itself, with code and data in it that it uses. RM0090 3.6, 3.9.
extension LockStepBuilder {
    private enum Interface {
        static let ACR: UInt32 = LockStepProgram.flashInterface
        static let KEYR = ACR + 4, SR = ACR + 0x0C, CR = ACR + 0x10
        static let PG: UInt32 = 1, SER: UInt32 = 2, STRT: UInt32 = 1 << 16, LOCK: UInt32 = 1 << 31
        static let by32: UInt32 = 2 << 8
        static let keys: [UInt32] = [0x4567_0123, 0xCDEF_89AB]
    }

    /// ADDS R4, #n; BX LR, as a word.
    private static func routine(_ n: UInt32) -> UInt32 { Thumb.bx(14) << 16 | Thumb.adds(4, n) }

    /// Some routines in a sector that the program changes.
    mutating func layRoutines() {
        let back = place
        place = LockStepProgram.routines
        for _ in 0..<LockStepProgram.routineCount { lay(Thumb.adds(4, 255), Thumb.bx(14)) }
        place = back
    }

    private func write(_ register: UInt32, _ value: UInt32) -> [UInt32] {
        Thumb.load(4, register) + Thumb.load(0, value) + [Thumb.str(0, 4)]
    }

    private func unlock(_ random: inout SplitMix) -> [UInt32] {
        Interface.keys.flatMap { write(Interface.KEYR, random.one(in: 60) ? 0 : $0) }
    }

    /// Until BSY is clear: LDR R0, [R4]; LSRS R0, R0, #17; BCS.
    private var wait: [UInt32] {
        Thumb.load(4, Interface.SR) + [Thumb.ldr(0, 4), Thumb.lsrs(0, 0, 17), Thumb.b(2, -6)]
    }

    private func anyRoutine(_ random: inout SplitMix) -> UInt32 {
        LockStepProgram.routines + 4 * random.below(LockStepProgram.routineCount)
    }

    private func programRoutine(_ address: UInt32, _ random: inout SplitMix) -> [UInt32] {
        write(address, LockStepBuilder.routine(random.below(256)))
    }

    private func call(_ routine: UInt32) -> [UInt32] { Thumb.load(12, routine | 1) + [Thumb.blx(12)] }

    private func erase(_ random: inout SplitMix) -> [UInt32] {
        // Mostly the one with the routines; now and then one that is not there, or with the program itself.
        let others: [UInt32] = [4, 6, 7, 9, 15, random.below(8)]
        let sector = random.one(in: 8) ? random.element(of: others) : LockStepProgram.routineSector
        let value = Interface.SER | sector << 3 | (random.one(in: 6) ? random.below(4) << 8 : Interface.by32)
        return write(Interface.CR, value) + write(Interface.CR, value | Interface.STRT)
    }

    private func control(_ random: inout SplitMix) -> UInt32 {
        switch random.below(8) {
        case 0: Interface.LOCK
        case 1: 0
        case 2: Interface.PG | random.below(4) << 8
        // EOPIE, ERRIE.
        case 3: Interface.PG | Interface.by32 | random.below(4) << 24
        case 4: random.word() & 0x0300_03F9
        default: Interface.PG | Interface.by32
        }
    }

    /// - Parameter erases: whether erasing takes no longer than the run.
    mutating func layProgrammingGroup(erases: Bool, _ random: inout SplitMix) {
        switch random.below(20) {
        case 0, 1: lay(unlock(&random) + write(Interface.CR, control(&random)), isGroup: true)
        case 2...4:
            let routine = anyRoutine(&random)
            let isProgrammed = random.one(in: 3) ? [] : wait
            lay(
                unlock(&random) + write(Interface.CR, Interface.PG | Interface.by32)
                    + programRoutine(routine, &random) + isProgrammed + call(routine), isGroup: true)
        case 5,
            6 where erases || random.one(in: 8):
            let routine = anyRoutine(&random)
            lay(unlock(&random) + erase(&random), isGroup: true)
            if !random.one(in: 4) { lay(wait, isGroup: true) }
            lay(write(Interface.CR, Interface.PG | Interface.by32), isGroup: true)
            lay(programRoutine(routine, &random), isGroup: true)
            if !random.one(in: 3) { lay(wait, isGroup: true) }
            lay(call(routine), isGroup: true)
        case 7...9: lay(call(anyRoutine(&random)), isGroup: true)
        case 10, 11: lay(readData(&random), isGroup: true)
        case 12, 13: lay(programData(&random), isGroup: true)
        case 14...16: layTiming(&random)
        case 17: layChangeInPlace(&random)
        case 18 where random.one(in: 2): lay(write(Interface.SR, random.word() & 0xF3), isGroup: true)
        case 18: lay(tuneInLoop(&random), isGroup: true)
        default: lay(random.one(in: 2) ? wait : Thumb.load(4, Interface.SR) + [Thumb.ldr(1, 4)], isGroup: true)
        }
    }

    private func readData(_ random: inout SplitMix) -> [UInt32] {
        let address = random.element(of: [LockStepProgram.routines, LockStepProgram.flashData])
        let start = Thumb.load(4, address + 4 * random.below(60))
        // LDM R4, {R0-R3}; a loop over some words.
        switch random.below(3) {
        case 0: return start + [Thumb.ldr(0, 4), Thumb.addsReg(1, 1, 0)]
        case 1: return start + [Thumb.ldmia(4, 15, writeback: false), Thumb.addsReg(1, 1, 0)]
        default:
            let body = [Thumb.ldr(0, 4), Thumb.addsReg(1, 1, 0), Thumb.adds(4, 4), Thumb.subs(7, 1)]
            return start + [Thumb.movs(7, 1 + random.below(40))] + body + [
                Thumb.b(1, -LockStepBuilder.length(body))
            ]
        }
    }

    /// By words, mostly: STR, STRH or STRB of R0.
    private func programData(_ random: inout SplitMix) -> [UInt32] {
        let store = random.element(of: [Thumb.str(0, 4), Thumb.str(0, 4), Thumb.strh(0, 4), 0xF884_0000])
        let address = LockStepProgram.flashData + 4 * random.below(60)
        return write(Interface.CR, random.one(in: 4) ? control(&random) : Interface.PG | Interface.by32)
            + Thumb.load(4, address) + Thumb.load(0, random.word()) + [store, Thumb.ldr(1, 4)]
    }

    /// FLASH_ACR: as firmware sets it, anything, or off with the caches emptied and on again.
    private mutating func layTiming(_ random: inout SplitMix) {
        let usual: [UInt32] = [0x705, 0x705, 0x605, 0x305, 0x005, 0x702, 0x200, 0x405, 0x105, 0]
        switch random.below(4) {
        case 0: lay(write(Interface.ACR, random.below(8) | random.below(32) << 8), isGroup: true)
        case 1: lay([0x105, 0x1905, 0x105, 0x705].flatMap { write(Interface.ACR, $0) }, isGroup: true)
        default: lay(write(Interface.ACR, random.element(of: usual)), isGroup: true)
        }
    }

    /// The instruction behind the store, where it is in flash: ADDS R4, #255 loses some bits.
    private mutating func layChangeInPlace(_ random: inout SplitMix) {
        let start = write(Interface.CR, Interface.PG | 1 << 8)
        let store = [Thumb.movw(0, Thumb.adds(4, random.word() & 255)), Thumb.strh(0, 4)]
        let barrier = random.one(in: 2) ? [Thumb.isb] : []
        let site = place + UInt32(LockStepBuilder.length(start + store + barrier)) + 8
        lay(start + Thumb.load(4, site) + store + barrier + [Thumb.adds(4, 255)], isGroup: true)
    }
}
