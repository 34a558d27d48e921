import Engine
import Machine
import Profile
import Targets
import TestSupport
import Testing

@testable import CortexM
@testable import Devices

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Random programs in flash with wait states, prefetch and caches: host code waits where the interpreter waits, and for
/// the same.
@Suite struct FlashLockStepTests {
    @Test(arguments: 0..<48) func bothEnginesWaitForTheSame(index: Int) throws {
        #expect(try Self.judge(index))
    }

    /// Which lines were used last decides which ones stay.
    @Test(arguments: 0..<24) func theSameLinesArePutOut(index: Int) throws {
        #expect(try Self.judge(index, isChoosing: true))
    }

    /// Wherever a run is to end, it ends with the instruction with which single steps would. In program 422 a division
    /// comes behind a load that waits, in the same block.
    @Test(arguments: [2, 6, 422]) func endsLikeSingleSteps(index: Int) throws {
        for end in 2410..<2440 {
            let stepper = try Flashed(index, isChoosing: false, translates: false)
            while stepper.processor.now < end { _ = stepper.processor.executeOne() }
            for translates in [false, true] {
                let core = try Flashed(index, isChoosing: false, translates: translates)
                #expect(core.processor.run(until: end) == .limit)
                #expect(core.processor.now == stepper.processor.now, "#\(index) until \(end)")
                #expect(core.processor.resumeAddress == stepper.processor.resumeAddress)
            }
        }
    }

    /// `make fuzz`: programs beyond these, for as long as asked.
    @Test(.enabled(if: Fuzzing.seconds > 0)) func fuzzing() async throws {
        try await Fuzzing.run("programs in flash", from: 96) { index in
            _ = try Self.judge(index / 2, isChoosing: index % 2 == 1)
            return 1
        }
    }

    /// - Returns: whether there is host code in the end.
    private static func judge(_ index: Int, isChoosing: Bool = false) throws -> Bool {
        let cores = try [false, true].map { try Flashed(index, isChoosing: isChoosing, translates: $0) }
        let cycles = isChoosing ? 40_000 : 12_000
        let stubs = try #require(cores[1].processor.hostCode).size
        var random = SplitMix(name: "flash slices", index: index)
        let limit: UInt32 = [40, 300, 4000, 100_000][index / 4 % 4]
        while cores[0].processor.now < cycles {
            let end = cores[0].processor.now + 1 + Int(random.below(limit))
            let steps = random.one(in: 5) ? random.below(6) : 0
            for core in cores {
                for _ in 0..<steps { _ = core.processor.executeOne() }
                #expect(core.processor.run(until: max(end, core.processor.now)) == .limit)
            }
            let difference = cores[1].difference(from: cores[0])
            #expect(difference == nil, "#\(index) after \(end)")
            guard difference == nil else { return true }
        }
        return cores[1].processor.hostCode?.size ?? 0 > stubs
    }

    /// The loop programs four words of flash with itself in flash: each time the caches are emptied, and its own lines
    /// are to be read again. RM0090 3.6.4: unlocked, PG, PSIZE of 32 bits.
    @Test func aLoopThatEmptiesTheCachesOfItsOwnLines() throws {
        let code: [UInt32] = [
            0x6021, 0x6022,  // STR R1, [R4]; STR R2, [R4]: the keys
            0x612B,  // STR R3, [R5, #16]: PG
            0x6830, 0xF016, 0x0F00, 0xBF00,  // 1: LDR R0, [R6]; TST R6, #0; NOP
            0xF847, 0x8B04,  // STR R8, [R7], #4
            0x3901, 0x3A01, 0x3901, 0x3A01,
            0xF1B9, 0x0901,  // SUBS R9, R9, #1
            0xD1F4,  // BNE 1b
            0xE7FE,
        ]
        let ends = try [false, true].map { translates in
            let machine = try MachineTests.make()
            let processor = try #require(machine.cpu as? Processor)
            let flash = try #require(machine.memories.first { $0.name == "FLASH" })
            flash.store(FlashProgram.flash, FlashProgram.stack, .word)
            flash.store(FlashProgram.flash + 4, FlashProgram.flash + 0x409, .word)
            for (place, halfword) in code.enumerated() {
                flash.store(FlashProgram.flash + 0x408 + UInt32(2 * place), halfword, .halfword)
            }
            processor.reset()
            if translates { #expect(processor.translate(after: 2)) }
            for (register, value) in [
                1: 0x4567_0123, 2: 0xCDEF_89AB, 3: 0x201, 4: 0x4002_3C04, 5: 0x4002_3C00, 6: 0x2000_0000,
                7: 0x0808_0000, 8: 0x1234_5678, 9: 200,
            ] as [Int: UInt32] { processor.state.registers[register] = value }
            try machine.chip.bus.write(FlashProgram.ACR, 0x705, .word)
            #expect(processor.run(until: 400_000) == .limit)
            processor.closeAccounts()
            var waits = 0
            processor.gather { _, _, cycles in waits += cycles.flashWait }
            #expect(flash.load(0x0808_0004, .word) == 0x1234_5678)
            return [processor.now, waits, Int(processor.state.registers[9])]
        }
        #expect(ends[0] == ends[1])
        // 200 turns, and 16 us of programming each time.
        #expect(ends[0][1] > 200 * 5 && ends[0][2] == 0)
    }

    /// Code in RAM calls a routine in flash, erases its sector, programs another routine there, and calls that one; five
    /// times. RM0090 3.6.3, 3.6.4; erasing 16 KB by words takes 250 ms, programming a word 16 us (DS8626).
    @Test(arguments: [0, 0x005, 0x705] as [UInt32]) func aRoutineIsReplaced(ACR: UInt32) throws {
        let code: [UInt32] = [
            0x47B8, 0x4480,  // 1: BLX R7; ADD R8, R0
            0x6061, 0x6062,  // STR R1, [R4, #4]; STR R2, [R4, #4]: the keys
            0xF240, 0x231A, 0x6123,  // MOVW R3, #0x21A; STR R3, [R4, #16]: SER, SNB 3, by words
            0xF443, 0x3380, 0x6123,  // ORR R3, #0x10000; STR R3, [R4, #16]: STRT
            0x68E0, 0x0C40, 0xD2FC,  // 2: LDR R0, [R4, #12]; LSRS R0, #17; BCS 2b: BSY
            0x6828, 0xEA09, 0x0900,  // LDR R0, [R5]; AND R9, R0
            0xF240, 0x2301, 0x6123,  // MOVW R3, #0x201; STR R3, [R4, #16]: PG, by words
            0x602E, 0x3601,  // STR R6, [R5]; ADDS R6, #1
            0x68E0, 0x0C40, 0xD2FC,  // 3: LDR R0, [R4, #12]; LSRS R0, #17; BCS 3b
            0x47B8, 0x4482,  // BLX R7; ADD R10, R0
            0xF1BC, 0x0C01,  // SUBS R12, #1
            0xD1E2,  // BNE 1b
            0xE7FE,
        ]
        let (start, routine) = (FlashProgram.ram, FlashProgram.flash + 0xC000)
        let ends = try [false, true].map { translates in
            let machine = try MachineTests.make()
            let processor = try #require(machine.cpu as? Processor)
            let flash = try #require(machine.memories.first { $0.name == "FLASH" })
            flash.store(FlashProgram.flash, FlashProgram.stack, .word)
            flash.store(FlashProgram.flash + 4, start | 1, .word)
            // MOVS R0, #1; BX LR.
            flash.store(routine, 0x4770_2001, .word)
            for (place, halfword) in code.enumerated() {
                let (memory, address) = try #require(machine.chip.bus.memory(at: start + UInt32(2 * place)))
                memory.store(address, halfword, .halfword)
            }
            processor.reset()
            if translates { #expect(processor.translate(after: 2)) }
            for (register, value) in [
                1: 0x4567_0123, 2: 0xCDEF_89AB, 4: 0x4002_3C00, 5: routine, 6: 0x4770_2002, 7: routine | 1, 8: 0,
                9: .max, 10: 0, 12: 5,
            ] as [Int: UInt32] { processor.state.registers[register] = value }
            try machine.chip.bus.write(FlashProgram.ACR, ACR, .word)
            #expect(processor.run(until: 24_000_000) == .limit)
            // 1 + 2 + 3 + 4 + 5; erased; 2 + 3 + 4 + 5 + 6.
            #expect(processor.state.registers[8] == 15)
            #expect(processor.state.registers[9] == .max)
            #expect(processor.state.registers[10] == 20)
            #expect(processor.state.registers[12] == 0)
            #expect(flash.load(routine, .word) == 0x4770_2006)
            #expect(flash.load(routine + 4, .word) == .max)
            processor.closeAccounts()
            var costs = CauseVector()
            var count = 0
            processor.gather { _, instructions, cycles in
                count += instructions
                costs += cycles
            }
            return [processor.now, count] + Cause.allCases.map { costs[$0] }
        }
        #expect(ends[0] == ends[1])
    }
}

/// A chip that is about to run a random program.
private final class Flashed {
    let machine: TargetMachine
    let processor: Processor

    init(_ index: Int, isChoosing: Bool, translates: Bool) throws {
        machine = try MachineTests.make()
        processor = try #require(machine.cpu as? Processor)
        let flash = try #require(machine.memories.first { $0.name == "FLASH" })
        var random = SplitMix(name: "flash chip", index: index)
        let program =
            isChoosing ? FlashProgram(choosing: index) : FlashProgram(index: index, count: [4, 12, 40, 90][index % 4])
        let base = FlashProgram.flash
        let start = FlashProgram.places[max(index % 5 - 2, 0)]
        for (place, halfword) in program.halfwords.enumerated() {
            let (memory, address) = try #require(machine.chip.bus.memory(at: start + UInt32(2 * place)))
            memory.store(address, halfword, .halfword)
        }
        for offset in stride(from: 0, to: UInt32(FlashProgram.tableSize), by: 4) {
            flash.store(base + FlashProgram.table + offset, random.word(), .word)
        }
        for number in 0..<UInt32(100) { flash.store(base + 4 * number, base + 0x201, .word) }
        flash.store(base, FlashProgram.stack, .word)
        flash.store(base + 4, start + program.entry | 1, .word)
        // A branch to itself for faults; LDR R0, literal; BX LR; and a handler that is longer.
        flash.store(base + 0x200, 0xE7FE, .halfword)
        for (place, halfword)
            in ([0x4801, 0x4770, 0, 0, 0, 0, 0, 0xB410, 0x4C02, 0x4903, 0xF3AF, 0x8000, 0xBC10, 0x4770]
            as [UInt32]).enumerated()
        {
            flash.store(base + 0x204 + UInt32(2 * place), halfword, .halfword)
        }
        for number in 0..<4 {
            flash.store(base + 64 + UInt32(4 * number), FlashProgram.handlers[number & 1] | 1, .word)
        }
        processor.reset()
        processor.system.cpacr = 0xF0_0000
        processor.accessChanged()
        if translates { #expect(processor.translate(after: 2)) }
        for register in 0..<6 { processor.state.registers[register] = random.word() }
        for (register, value) in [
            8: FlashProgram.ram, 9: FlashProgram.ACR,
            10: FlashProgram.table + (random.one(in: 5) ? 0 : base), 11: random.word(),
        ] { processor.state.registers[register] = value }
        try machine.chip.bus.write(FlashProgram.ACR, random.one(in: 6) ? 0x005 : 0x705, .word)
        if index % 2 == 1 { disturb(&random, flash) }
    }

    /// Interrupts; other masters that hold the flash; caches emptied and flash busy from outside.
    private func disturb(_ random: inout SplitMix, _ flash: Memory) {
        let art = flash.timing as? ART
        var cycle = 0
        for _ in 0..<60 {
            cycle += 1 + Int(random.below(random.one(in: 3) ? 40 : 400))
            let number = 16 + Int(random.below(4))
            let kind = random.below(8)
            machine.chip.events.schedule(at: cycle) { [unowned processor, slave = flash.slave] now in
                switch kind {
                case 0: processor.busHeld(slave, from: now, for: 30)
                case 1: art?.emptyCaches(instructions: true, data: now & 1 == 0)
                case 2: art?.hold(until: now + 25)
                default:
                    processor.system.enabled[number] = true
                    processor.pend(number)
                }
            }
        }
    }

    /// What is not the same, where anything is.
    func difference(from other: Flashed) -> String? {
        let (state, expected) = (processor.state, other.processor.state)
        if processor.now != other.processor.now { return "cycle \(processor.now), not \(other.processor.now)" }
        if processor.resumeAddress != other.processor.resumeAddress { return "PC" }
        for register in 0..<15 where state.registers[register] != expected.registers[register] { return "R\(register)" }
        for register in 0..<32 where state.singles[register] != expected.singles[register] { return "S\(register)" }
        if processor.APSR != other.processor.APSR { return "APSR" }
        for (memory, same) in zip(machine.memories, other.machine.memories) {
            if memcmp(memory.bytes, same.bytes, memory.size) != 0 { return memory.name }
            if memcmp(memory.marks, same.marks, memory.size) != 0 { return "marks of \(memory.name)" }
        }
        let (causes, counted) = (costs, other.costs)
        return causes == counted ? nil : "\(causes), not \(counted)"
    }

    /// Cycles by cause and instructions since the last time.
    private var costs: [Int] {
        var sum = [Int](repeating: 0, count: Ledger.chargeCount)
        processor.gather { _, instructions, cycles in
            for cause in Cause.allCases { sum[cause.index] += cycles[cause] }
            sum[Ledger.abandoned] += instructions
        }
        return sum
    }
}
