import Engine
import Machine
import TestSupport
import Testing

@testable import RV64

/// Generated code reaches the guest's own memory and nothing else: every load, store and atomic operation, translated
/// while its addresses were good, is executed with addresses at and around the ends of memories, of lines, and of the
/// address space, and with anything in their upper halves. Host memory around the guest's cannot be touched; all else is
/// as the interpreter has it.
@Suite struct RV64ConfinementTests {
    @Test("Accesses around the ends of memories stay in them", arguments: [false, true])
    func ends(ignoresHighBits: Bool) {
        let pair = EnginePair { ConfinedHart(ignoresHighBits: ignoresHighBits) }
        let accesses = allEncodings.filter { SequenceMaker.memory.contains($0.timing) }
        var failures = 0
        for encoding in accesses where failures < 3 {
            for number in 0..<4 {
                var random = SplitMix(name: "confinement " + encoding.name, index: number)
                guard let (word, instruction) = word(of: encoding, &random) else { continue }
                if let complaint = judge(word, instruction, pair, &random) {
                    failures += 1
                    Issue.record("\(encoding.name) #\(number) \(hex(word)): \(complaint)")
                    break
                }
            }
        }
        #expect(pair.both.allSatisfy { $0.canaries.areUntouched })
    }

    /// JALR RA, 0(A0); C.JR A0; JALR X0, 2(A0).
    @Test(
        "Jumps around the ends of memories fetch from nothing else",
        arguments: [Assembler.jalr(1, 10, 0), 0x8502, Assembler.jalr(0, 10, 2)])
    func jumps(word: UInt32) {
        let pair = EnginePair { ConfinedHart(ignoresHighBits: true) }
        var random = SplitMix(name: "confinement", index: Int(word))
        let start = pair.both.map { $0.place(word) }[0]
        for target in ConfinedHart.targets {
            let address = ConfinedHart.wild(target, &random)
            for machine in pair.both { machine.begin(at: start, base: 10, address) }
            if let complaint = pair.run(for: 100) { Issue.record("\(hex(word)) to \(hex(address)): \(complaint)") }
        }
        #expect(pair.both.allSatisfy { $0.canaries.areUntouched })
    }

    private func word(of encoding: Encoding, _ random: inout SplitMix) -> (UInt32, Instruction)? {
        for _ in 0..<100 {
            let word = VectorMaker.word(of: encoding, &random)
            let maker = VectorMaker(encoding: encoding, decoder: .all)
            if let instruction = maker.decoded(word, at: ConfinedHart.ram), instruction.n != 0 {
                return (word, instruction)
            }
        }
        return nil
    }

    private func judge(
        _ word: UInt32, _ instruction: Instruction, _ pair: EnginePair<ConfinedHart>, _ random: inout SplitMix
    ) -> String? {
        let start = pair.both.map { $0.place(word) }[0]
        let offset = UInt64(bitPattern: Int64(instruction.imm))
        // Some times where it works, so that it is host code.
        for attempt in 0..<3 + 40 {
            var base = UInt64(ConfinedHart.ram) + 0x800 &- offset
            if attempt >= 3 {
                base = ConfinedHart.wild(random.element(of: ConfinedHart.targets), &random)
                if random.one(in: 2) { base = base &- offset }
            }
            for machine in pair.both { machine.begin(at: start, base: Int(instruction.n), base) }
            if let complaint = pair.run(for: attempt < 3 ? 200 : 60) { return "base \(hex(base)): \(complaint)" }
        }
        return nil
    }
}

/// A hart whose memories lie between pages without access, and end in the middle of pages.
final class ConfinedHart: EngineSubject {
    static let ram: UInt32 = 0x8000_0000, rom: UInt32 = 0x1000_0000
    private static let ramSize = 0x8FC0, romSize = 0x1FF8
    private static let alias: UInt32 = 0x4000_0000

    let chip = Chip(hertz: 100_000_000, memoryCapacity: 0x1_0000)
    let harts: Harts
    let canaries = Canaries()
    private let memory: Memory
    private var next = ConfinedHart.ram + 0x1000

    var cpu: any CPU { harts }
    static let names = Hart.visibleNames
    var visible: [UInt64] { harts.harts[0].visible }

    /// Around the ends of everything.
    static let targets: [UInt32] = {
        let ends: [UInt32] = [
            ram, ram + UInt32(ramSize), ram + 0x9000, ram + 0x4000, alias, alias + UInt32(ramSize), rom,
            rom + UInt32(romSize), rom + 0x2000, 0, ram &- 0x1000, ram + 0xA000,
        ]
        return ends.flatMap { end in (0..<24).map { end &- 16 &+ $0 } + [end &- 64, end &+ 64] }
    }()

    /// An address with something in its upper half.
    static func wild(_ address: UInt32, _ random: inout SplitMix) -> UInt64 {
        switch random.below(5) {
        case 0: UInt64(address)
        case 1: UInt64(bitPattern: Int64(Int32(bitPattern: address)))
        case 2: UInt64(address) | 1 << 32
        case 3: UInt64(address) | 1 << 63
        default: UInt64(address) | UInt64(random.word()) << 32
        }
    }

    init(ignoresHighBits: Bool) {
        canaries.guardPage(of: chip)
        memory = Memory(
            name: "RAM", base: ConfinedHart.ram, size: ConfinedHart.ramSize, isWritable: true, in: chip.arena)
        canaries.guardPage(of: chip)
        let rom = Memory(
            name: "ROM", base: ConfinedHart.rom, size: ConfinedHart.romSize, isWritable: false, in: chip.arena)
        canaries.guardPage(of: chip)
        var random = SplitMix(name: "confined", index: 0)
        for memory in [memory, rom] {
            for offset in stride(from: 0, to: UInt32(memory.size), by: 4) {
                memory.store(memory.base + offset, random.word(), .word)
            }
            chip.bus.add(memory)
            canaries.watch(memory)
        }
        chip.bus.setAlias(at: ConfinedHart.alias, size: ConfinedHart.ramSize, of: memory)
        // Traps: J to itself.
        memory.store(ConfinedHart.ram + 0x100, Assembler.jal(0, 0), .word)
        let features = HartFeatures(
            privileged: .k210, resetAddress: ConfinedHart.ram, ignoresHighAddressBits: ignoresHighBits)
        harts = Harts(chip: chip, count: 1, features: features, timings: .distinct)
        harts.reset()
        try? harts.harts[0].control.write(CSR.mtvec.rawValue, UInt64(ConfinedHart.ram) + 0x100)
        try? harts.harts[0].control.write(CSR.mstatus.rawValue, 3 << 13)
    }

    /// Puts an instruction and a jump back to it somewhere.
    func place(_ word: UInt32) -> UInt32 {
        let start = next
        let back = Assembler.jal(0, -Int32(Vector.length(word)))
        for word in [word, back] {
            memory.store(next, word & 0xFFFF, .halfword)
            if Vector.length(word) == 4 { memory.store(next + 2, word >> 16, .halfword) }
            next += Vector.length(word)
        }
        harts.harts[0].codeChanged(start, Int(next - start))
        return start
    }

    /// Is in machine mode at an address, with a base.
    func begin(at start: UInt32, base: Int, _ address: UInt64) {
        let hart = harts.harts[0]
        hart.closeAccounts()
        hart.isSleeping = false
        hart.spin = nil
        hart.traps = []
        hart.control.mode = .machine
        for register in 1..<32 { hart.state.registers[register] = UInt64(register) &* 0x1111_1111 }
        hart.state.registers[base] = address
        hart.position = .at(UInt64(start))
    }
}
