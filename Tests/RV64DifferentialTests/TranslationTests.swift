import Engine
import Foundation
import Machine
import TestSupport
import Testing

@testable import RV64

/// The interpreter and the translator side by side on random programs: loops of random instructions with calls,
/// jumps, faults, and interrupts at random cycles, cut into random pieces.
@Suite struct TranslationTests {
    static let programs = 400

    @Test("Both engines do the same in the same time, whatever the pieces", arguments: SequenceTests.kinds)
    func agreement(kind: SequenceTests.Kind) throws {
        let program = LoopMaker(timings: kind.timings, count: kind.count)
        let pair = try Pair()
        for index in 0..<TranslationTests.programs where pair.differences < 3 {
            pair.run(program.loop(name: kind.name, index: index, at: pair.place()), "\(kind.name) #\(index)")
        }
        // Lest the test compares the interpreter with itself.
        #expect(pair.translated.hart.ledger.blocks.filter { $0.pointee.entry != nil }.count > TranslationTests.programs)
        #expect(pair.interpreted.hart.ledger.blocks.allSatisfy { $0.pointee.entry == nil })
    }

    /// `make fuzz`: programs beyond these, for as long as asked.
    func goOn(from first: Int) async throws {
        let makers = SequenceTests.kinds.map { (name: $0.name, maker: LoopMaker(timings: $0.timings, count: $0.count)) }
        var pair = try Pair()
        try await Fuzzing.run("RV64 loops in both engines", from: first * makers.count) { number in
            let (index, kind) = number.quotientAndRemainder(dividingBy: makers.count)
            if number.isMultiple(of: 5000) || pair.differences >= 3 { pair = try Pair() }
            let (name, maker) = makers[kind]
            let before = pair.differences
            pair.run(maker.loop(name: name, index: index, at: pair.place()), "\(name) #\(index)")
            return pair.differences == before ? 1 : 0
        }
    }

    @Test("Code that changes itself does the same in the same time", arguments: 0..<40)
    func changingCode(index: Int) throws {
        let pair = try Pair()
        pair.run(LoopMaker.changing(index: index), "changing code #\(index)")
    }
}

/// Two harts that differ in their engine only.
private final class Pair {
    let interpreted = OurCore(timings: .distinct)
    let translated = OurCore(timings: .distinct)
    private let journals = (Journal(), Journal())
    private let filling: [UInt64]
    private(set) var differences = 0
    private var next = Layout.firstCode

    init() throws {
        #if arch(x86_64)
        try #require(translated.harts.translate(after: 2))
        #endif
        translated.hart.heatLimit = 1
        var random = SplitMix(name: "lockstep", index: 0)
        filling = Layout.fill(&random)
        interpreted.hart.observer = journals.0
        translated.hart.observer = journals.1
        for core in both {
            for (offset, word) in LoopMaker.handler.enumerated() {
                core.code.store(Layout.code + 4 * UInt32(offset), word, .word)
            }
            try core.hart.control.write(CSR.mtvec.rawValue, UInt64(Layout.code))
            try core.hart.control.write(CSR.mie.rawValue, InterruptCause.machineTimer.bit)
        }
    }

    var both: [OurCore] { [interpreted, translated] }

    /// A place where nothing was decoded yet.
    func place() -> UInt32 {
        next += 0x1000
        return next
    }

    func run(_ loop: Loop, _ name: String) {
        var random = SplitMix(name: name, index: 1)
        func record(_ what: String) {
            differences += 1
            Issue.record("\(name): \(what). \(loop.vector.description)")
        }
        for core in both {
            core.load(loop.vector.registers, filling)
            var address = loop.vector.start
            for word in loop.vector.words {
                for half in 0..<(Vector.length(word) / 2) {
                    let memory = address < Layout.ram ? core.code : core.ram
                    memory.store(address + 2 * half, word >> (16 * half) & 0xFFFF, .halfword)
                }
                address += Vector.length(word)
            }
            core.hart.emptyInstructionCache()
            core.hart.codeChanged(loop.vector.start, Int(address - loop.vector.start))
            core.hart.control.setLine(.machineTimer, false)
            // MIE.
            _ = try? core.hart.control.exchange(CSR.mstatus.rawValue, .set, 8)
        }
        if random.one(in: 4) {
            let observed = loop.vector.start + 2 * random.below(loop.vector.length / 2)
            for core in both { core.hart.observe([observed]) }
        }
        var interrupts: [(cycle: Int, length: Int)] = []
        for _ in 0..<random.below(4) { interrupts.append((Int(random.below(4000)), Int(1 + random.below(60)))) }
        for core in both {
            for interrupt in interrupts {
                let cycle = core.harts.now + interrupt.cycle
                let control = core.hart.control
                _ = core.chip.events.schedule(at: cycle) { _ in control.setLine(.machineTimer, true) }
                _ = core.chip.events.schedule(at: cycle + interrupt.length) { _ in
                    control.setLine(.machineTimer, false)
                }
            }
        }
        for _ in 0..<40 {
            // One in a while step by step.
            if random.one(in: 5) {
                for _ in 0..<random.below(30) { for core in both { _ = core.harts.executeOne() } }
            } else {
                let length = random.one(in: 3) ? random.below(40) : random.below(1500)
                for core in both { _ = core.harts.run(until: core.harts.now + Int(length)) }
            }
            if random.one(in: 6), interpreted.settle() != translated.settle() { record("the accounts differ") }
            guard interpreted.registers == translated.registers, interpreted.harts.now == translated.harts.now else {
                let changes = translated.registers.differences(from: interpreted.registers)
                record("cycle \(translated.harts.now), expected \(interpreted.harts.now); \(changes)")
                return
            }
            if interpreted.hart.isSleeping, interpreted.chip.events.next == nil { break }
        }
        for core in both { _ = core.harts.run(until: core.harts.now + 5000) }
        let (actual, expected) = (translated.settle(), interpreted.settle())
        if actual != expected { record("accounts \(actual), expected \(expected)") }
        if !interpreted.hasSameRAM(as: translated) { record("memory differs") }
        for byte in 0..<Layout.ramSize where interpreted.ram.marks[byte] != translated.ram.marks[byte] {
            record("the mark of byte \(byte) differs")
            break
        }
        if journals.0.lines != journals.1.lines { record("the journals differ") }
    }
}

/// Writes down all that it is told.
private final class Journal: RunObserver {
    var lines: [String] = []

    func drained(_ entries: UnsafeBufferPointer<JournalEntry>) { lines += entries.map { "\($0)" } }
    func reached(_ address: UInt32, at cycle: Cycles) { lines.append("reached \(hex(UInt64(address))) \(cycle)") }
    func stackDeepened(to sp: UInt32, at cycle: Cycles) { lines.append("stack \(sp) \(cycle)") }
    func exceptionEntered(_ entry: ExceptionEntry, at cycle: Cycles) { lines.append("\(entry) \(cycle)") }
    func exceptionReturned(to address: UInt32, at cycle: Cycles) { lines.append("back to \(address) \(cycle)") }
}

/// A program that ends in WFI.
private struct Loop {
    let vector: Vector
}

/// Loops around random instructions.
private struct LoopMaker {
    let maker: SequenceMaker
    let count: ClosedRange<UInt32>

    /// t4, t5 and t6 belong to the handler and the loop, t3 counts calls, ra links.
    init(timings: Set<TimingClass>, count: ClosedRange<UInt32>) {
        maker = SequenceMaker(timings: timings, reserved: [1, 28, 29, 30, 31])
        self.count = count
    }

    /// Returns behind an instruction that failed, of 32 bits; counts interrupts.
    static let handler: [UInt32] = [
        Assembler.csrrs(29, 0x342, 0),  // csrr t4, mcause
        Assembler.blt(29, 0, 20),
        Assembler.csrrs(29, 0x341, 0),  // csrr t4, mepc
        Assembler.addi(29, 29, 4),
        Assembler.csrrw(0, 0x341, 29),  // csrw mepc, t4
        Assembler.mret,
        Assembler.addi(30, 30, 1),
        Assembler.mret,
    ]

    func loop(name: String, index: Int, at address: UInt32) -> Loop {
        var random = SplitMix(name: "loop " + name, index: index)
        var vector = maker.vector(name: name, index: index, at: address, count: count)
        if random.one(in: 2) { vector.registers.fcsr = 1 }
        // A box that is none, now and then.
        if random.one(in: 8) { vector.registers.f[Int(random.below(8))] = random.next() }
        vector.registers.x[31] = UInt64(2 + random.below(30))
        vector.registers.x[28] = UInt64(address)
        if random.one(in: 4) {
            // lw t4, 1(sp): it is not aligned.
            vector.words.append(Assembler.lw(29, 2, 1))
        }
        let calls = random.below(3)
        for _ in 0..<calls {
            // Over the function, and back into it.
            vector.words += [
                Assembler.jal(0, 12), Assembler.addi(28, 28, 1), Self.jalr(0, 1, 0), Assembler.jal(1, -8),
            ]
        }
        if random.one(in: 3) {
            // auipc t4, 0; jalr ra, 12(t4); wfi, which nobody reaches; the stack down and up again.
            vector.words += [0x0000_0E97, Self.jalr(1, 29, 12), Assembler.wfi]
            vector.words += [Assembler.addi(2, 2, -16), Assembler.addi(2, 2, 16)]
        }
        vector.words.append(Assembler.addi(31, 31, -1))
        vector.words.append(Assembler.bne(31, 0, -Int32(vector.length)))
        vector.words += [Assembler.wfi, Assembler.jal(0, -4)]
        return Loop(vector: vector)
    }

    static func jalr(_ d: UInt32, _ n: UInt32, _ offset: UInt32) -> UInt32 { 0x67 | d << 7 | n << 15 | offset << 20 }

    /// A loop in RAM that adds now one, now two, and writes the instruction that does it.
    static func changing(index: Int) -> Loop {
        var random = SplitMix(name: "changing", index: index)
        var vector = Vector(registers: Registers())
        let start = Layout.ram + 0x2000 + 2 * random.below(64)
        vector.registers.pc = UInt64(start)
        vector.registers.x[31] = UInt64(20 + random.below(100))
        vector.registers.x[2] = UInt64(Layout.ram) + 0x1000
        let one = Assembler.addi(5, 5, 1)
        vector.registers.x[6] = UInt64(one)
        vector.registers.x[7] = UInt64(one ^ Assembler.addi(5, 5, 2))
        vector.registers.x[8] = UInt64(start)
        let front = random.below(4)
        // With FENCE.I and without, in the same block and in another one.
        vector.words = Array(repeating: Assembler.addi(10, 10, 1), count: Int(front))
        let isBehind = random.one(in: 2)
        var store = [
            Assembler.xor(6, 6, 7), Self.sh(6, 8, 4 * front), 0x0103_5E93, Self.sh(29, 8, 4 * front + 2),
        ]
        if random.one(in: 2) { store.append(Assembler.fenceI) }
        if isBehind {
            vector.words += [one] + store
        } else {
            let place = 4 * (front + UInt32(store.count))
            store[1] = Self.sh(6, 8, place)
            store[3] = Self.sh(29, 8, place + 2)
            vector.words += store + [one]
        }
        if random.one(in: 2) { vector.words.append(Assembler.jal(0, 4)) }
        vector.words.append(Assembler.addi(31, 31, -1))
        vector.words.append(Assembler.bne(31, 0, -Int32(vector.length)))
        vector.words += [Assembler.wfi, Assembler.jal(0, -4)]
        return Loop(vector: vector)
    }

    private static func sh(_ m: UInt32, _ n: UInt32, _ offset: UInt32) -> UInt32 {
        Assembler.sw(m, n, offset) & ~(7 << 12) | 1 << 12
    }
}
