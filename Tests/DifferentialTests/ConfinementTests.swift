import Engine
import Machine
import TestSupport
import Testing

@testable import CortexM

/// Generated code reaches the guest's own memory and nothing else: every load, store and table branch, translated while
/// its addresses were good, is executed with addresses at and around the ends of memories, of pages, and of the address
/// space. Host memory around the guest's cannot be touched; all else is as the interpreter has it.
@Suite struct ConfinementTests {
    @Test("Accesses around the ends of memories stay in them", arguments: 0..<4)
    func ends(part: Int) {
        let pair = EnginePair { ConfinedMachine() }
        let accesses = allEncodings.filter { $0.timing.isMemoryAccess }
        var failures = 0
        for (index, encoding) in accesses.enumerated() where index % 4 == part && failures < 3 {
            for number in 0..<4 {
                var random = SplitMix(name: "confinement " + encoding.name, index: number)
                guard let word = word(of: encoding, &random) else { continue }
                if let complaint = judge(word, encoding, pair, &random) {
                    failures += 1
                    Issue.record("\(encoding.name) #\(number) \(hex(word)): \(complaint)")
                    break
                }
            }
        }
        #expect(pair.both.allSatisfy { $0.canaries.areUntouched })
    }

    @Test("Branches around the ends of memories fetch from nothing else", arguments: [0x4700, 0x4780, 0x4687])
    func branches(word: UInt32) {
        let pair = EnginePair { ConfinedMachine() }
        var random = SplitMix(name: "confinement", index: Int(word))
        let start = pair.both.map { $0.place(word) }[0]
        for address in ConfinedMachine.targets {
            let target = address | random.below(2)
            for machine in pair.both { machine.begin(at: start, base: 0, target, index: (7, 0)) }
            if let complaint = pair.run(for: 100) { Issue.record("\(hex(word)) to \(hex(target)): \(complaint)") }
        }
        #expect(pair.both.allSatisfy { $0.canaries.areUntouched })
    }

    private func word(of encoding: Encoding, _ random: inout SplitMix) -> UInt32? {
        for _ in 0..<100 {
            let word = VectorMaker.word(of: encoding, &random)
            let maker = VectorMaker(encoding: encoding, decoder: .all)
            if maker.decoded(word, at: ConfinedMachine.flash, itState: 0) != nil { return word }
        }
        return nil
    }

    private func judge(
        _ word: UInt32, _ encoding: Encoding, _ pair: EnginePair<ConfinedMachine>, _ random: inout SplitMix
    ) -> String? {
        let start = pair.both.map { $0.place(word) }[0]
        let fields = Fields(word: word, diagram: encoding.diagram, address: start, itState: 0)
        let instruction = encoding.decode(fields).instruction
        let isIndexed = instruction.operation.hasIndexRegister || encoding.timing == .tableBranch
        let shift = encoding.timing == .tableBranch ? word >> 4 & 1 : UInt32(instruction.x & 3)
        // Twice where it works, so that it is host code.
        for attempt in 0..<2 + 40 {
            let target = attempt < 2 ? ConfinedMachine.ram + 0x800 : random.element(of: ConfinedMachine.targets)
            let index = isIndexed ? (attempt < 2 ? 0 : random.one(in: 2) ? random.word() : random.below(64)) : 0
            var base = target &- (isIndexed ? index << shift : 0)
            if attempt >= 2, !isIndexed, random.one(in: 2) { base = base &- instruction.imm }
            for machine in pair.both {
                machine.begin(at: start, base: Int(instruction.n), base, index: (Int(instruction.m), index))
            }
            if let complaint = pair.run(for: attempt < 2 ? 200 : 60) { return "to \(hex(target)): \(complaint)" }
        }
        return nil
    }
}

/// A Cortex-M4 whose memories lie between pages without access, and end in the middle of pages.
final class ConfinedMachine: EngineSubject {
    static let flash: UInt32 = 0x0800_0000, ram: UInt32 = 0x2000_0000, ccm: UInt32 = 0x1000_0000
    private static let flashSize = 0x8000, ramSize = 0x1FF8, ccmSize = 0x1008
    /// A part of RAM once more.
    private static let alias: UInt32 = 0x3000_0000, aliasSize = 0x1000

    let chip = Chip(hertz: 16_000_000, memoryCapacity: 0x1_4000)
    let processor: Processor
    let canaries = Canaries()
    private let code: Memory
    private var next = ConfinedMachine.flash + 0x200

    var cpu: any CPU { processor }
    static let names = Processor.visibleNames
    var visible: [UInt64] { processor.visible }

    /// Around the ends of everything.
    static let targets: [UInt32] = {
        let ends: [UInt32] = [
            flash, flash + UInt32(flashSize), ram, ram + 0x1000, ram + UInt32(ramSize), ram + 0x2000, ccm, ccm + 0x1000,
            ccm + UInt32(ccmSize), alias, alias + UInt32(aliasSize), 0, UInt32(flashSize), 0x2200_0000, 0x4000_0000,
            0x8000_0000,
        ]
        return ends.flatMap { end in (0..<24).map { end &- 16 &+ $0 } + [end &- 64, end &+ 64] }
    }()

    init() {
        canaries.guardPage(of: chip)
        code = Memory(
            name: "FLASH", base: ConfinedMachine.flash, size: ConfinedMachine.flashSize, isWritable: false,
            in: chip.arena)
        canaries.guardPage(of: chip)
        let ram = Memory(
            name: "RAM", base: ConfinedMachine.ram, size: ConfinedMachine.ramSize, isWritable: true, in: chip.arena)
        canaries.guardPage(of: chip)
        let ccm = Memory(
            name: "CCM", base: ConfinedMachine.ccm, size: ConfinedMachine.ccmSize, isWritable: true,
            isExecutable: false, in: chip.arena)
        canaries.guardPage(of: chip)
        var random = SplitMix(name: "confined", index: 0)
        for memory in [code, ram, ccm] {
            for offset in stride(from: 0, to: UInt32(memory.size), by: 4) {
                memory.store(memory.base + offset, random.word(), .word)
            }
            chip.bus.add(memory)
            canaries.watch(memory)
        }
        chip.bus.setAlias(at: 0, size: ConfinedMachine.flashSize, of: code)
        chip.bus.setAlias(at: ConfinedMachine.alias, size: ConfinedMachine.aliasSize, of: ram, offset: 0x800)
        // HardFault: B to itself.
        code.store(ConfinedMachine.flash, ConfinedMachine.ram + 0x1000, .word)
        for number: UInt32 in 1..<16 {
            code.store(ConfinedMachine.flash + 4 * number, ConfinedMachine.flash + 0x101, .word)
        }
        code.store(ConfinedMachine.flash + 0x100, 0xE7FE, .halfword)
        processor = Processor(chip: chip, features: .cortexM4, timings: .distinct)
        processor.reset()
        processor.system.cpacr = 0xF0_0000
        processor.accessChanged()
    }

    /// Puts an instruction and a branch back to it somewhere.
    func place(_ word: UInt32) -> UInt32 {
        let start = next
        for halfword in (Vector.length(word) == 4 ? [word >> 16] : []) + [word, Thumb.b(-Int(Vector.length(word)))] {
            code.store(next, halfword & 0xFFFF, .halfword)
            next += 2
        }
        return start
    }

    /// Is in Thread mode at an address, with a base and an index.
    func begin(at start: UInt32, base: Int, _ address: UInt32, index: (register: Int, value: UInt32)) {
        processor.closeAccounts()
        let system = processor.system
        system.isInHandlerMode = false
        system.ipsr = 0
        system.active = ExceptionSet()
        system.pending = ExceptionSet()
        system.isSleeping = false
        system.isThumb = true
        system.FPCA = true
        system.fp.isSavePending = false
        system.faults = FaultStatus()
        processor.updateFPGate()
        for register in 0..<15 { processor.state.registers[register] = UInt32(truncatingIfNeeded: register) &* 0x1111 }
        processor.state.registers[13] = ConfinedMachine.ram + 0x0C00
        if index.register < 15 { processor.state.registers[index.register] = index.value }
        if base < 15 { processor.state.registers[base] = base == 13 ? address & ~3 : address }
        processor.position = .at(pc: start, itState: 0)
    }
}
