import Engine
import Machine
import TestSupport
import Testing

@testable import CortexM

/// Random code in a loop, executed by the interpreter and as host code: the same in the same cycles, however the run is
/// cut into slices and whenever interrupts come.
@Suite struct TranslatorTests {
    static let programs = 0..<150

    static let kinds: [SequenceTests.Kind] =
        SequenceTests.kinds + [
            SequenceTests.Kind(name: "single precision", timings: SequenceMaker.floatingPoint, count: 5...20),
            SequenceTests.Kind(
                name: "memory and few others",
                timings: SequenceMaker.memory.union([.alu, .compare, .loadMultiple, .storeMultiple]), count: 5...20),
        ]

    /// How a run is cut.
    enum Way: String, CaseIterable, Sendable {
        case whole, slices, mixed
    }

    private static let cycles = 6000
    /// Interrupt handlers: BX LR, and one that does a little more.
    private static let handlers: [UInt32] = [Layout.code + 0x1001, Layout.code + 0x1011]

    @Test("Host code does what the interpreter does, in the same cycles", arguments: kinds)
    func agreement(kind: SequenceTests.Kind) { #expect(failures(kind, TranslatorTests.programs) == 0) }

    /// How many programs differ; each is recorded, and three are enough.
    func failures(_ kind: SequenceTests.Kind, _ indices: Range<Int>) -> Int {
        let maker = SequenceMaker(timings: kind.timings)
        var failures = 0
        for index in indices where failures < 3 {
            let vector = maker.vector(name: "loop \(kind.name)", index: index, at: Layout.firstCode, count: kind.count)
            for way in Way.allCases {
                let reference = core(vector, index, translates: false)
                run(reference, way, index)
                let expected = (reference.registers, reference.processor.now, reference.settle())
                let core = core(vector, index, translates: true)
                run(core, way, index)
                var differences = core.registers.differences(from: expected.0)
                if core.processor.now != expected.1 {
                    differences.append("cycle \(core.processor.now), expected \(expected.1)")
                }
                let paid = core.settle()
                if paid != expected.2 { differences.append("\(paid), expected \(expected.2)") }
                if !core.hasSameRAM(as: reference) { differences.append("memory") }
                guard !differences.isEmpty else { continue }
                failures += 1
                Issue.record(
                    "\(kind.name) #\(index), \(way): \(differences.joined(separator: "; ")). \(vector.description)")
            }
        }
        return failures
    }

    /// Halfwords in RAM: LDRH R0, [R1]; ADDS R0, #1; STRH R0, [R1]; ISB; ADDS R3, #0; B to the start. R1 points to the
    /// second ADDS.
    @Test func codeThatChangesItself() {
        let start = Layout.ram + 0x2000
        let code: [UInt32] = [0x8808, 0x3001, 0x8008, 0xF3BF, 0x8F6F, 0x3300, 0xE7F8]
        compare(code, at: start, cycles: 5000) { $0.processor.state.registers[1] = start + 10 }
    }

    /// SMLAD R0, R1, R2, R3; ADDS R3, #1; B to the start, with products whose sum is 2^31: with a negative addend it fits
    /// and Q stays clear.
    @Test(arguments: [0, 0x8000_0000, 0xFFFF_FF00] as [UInt32])
    func theLargestSumOfProducts(addend: UInt32) {
        compare([0xFB21, 0x3002, 0x3301, 0xE7FB], at: Layout.ram + 0x2000, cycles: 2000) { core in
            core.processor.state.registers[1] = 0x8000_8000
            core.processor.state.registers[2] = 0x8000_8000
            core.processor.state.registers[3] = addend
        }
    }

    /// LDR R0, [R1]; ADDS R2, #1; ADDS R1, #4; LDR R4, [R1]; CMP R2, #0; B to the start: until R1 leaves the memory, in
    /// the middle of a block. HardFault is B to itself.
    @Test(arguments: [0x3F00, 0x3F02, 0x3F04] as [UInt32])
    func faultInsideABlock(offset: UInt32) {
        let code: [UInt32] = [0x6808, 0x3201, 0x3104, 0x680C, 0x2A00, 0xE7F9]
        compare(code, at: Layout.ram + 0x2000, cycles: 5000) { core in
            core.processor.state.registers[1] = Layout.ram + offset
            core.code.store(Layout.code + 12, Layout.code + 0x1021, .word)
            core.code.store(Layout.code + 0x1020, 0xE7FE, .halfword)
            core.processor.system.vtor = Layout.code
        }
    }

    /// ADDS R3, #1; BL to the next instruction; B to the start: more calls than any stack of the host has room for.
    @Test func callsThatNothingReturnsFrom() {
        compare([0x3301, 0xF000, 0xF800, 0xE7FB], at: Layout.ram + 0x2000, cycles: 60_000_000) { _ in }
    }

    private func compare(_ code: [UInt32], at start: UInt32, cycles: Int, _ prepare: (OurCore) -> Void) {
        let cores = [false, true].map { translates in
            let core = OurCore(timings: .distinct)
            if translates { #expect(core.processor.translate(after: 2)) }
            for (index, halfword) in code.enumerated() {
                core.ram.store(start + UInt32(2 * index), halfword, .halfword)
            }
            core.processor.state.registers[13] = Layout.ram + 0x1000
            prepare(core)
            core.processor.position = .at(pc: start, itState: 0)
            #expect(core.processor.run(until: cycles) == .limit)
            return core
        }
        #expect(cores[1].registers.differences(from: cores[0].registers) == [])
        #expect(cores[1].processor.now == cores[0].processor.now)
        #expect(cores[1].settle() == cores[0].settle())
        #expect(cores[1].hasSameRAM(as: cores[0]))
        #expect(cores[0].processor.state.registers[3] != 0 || cores[0].processor.state.registers[2] != 0)
    }

    private func core(_ vector: Vector, _ index: Int, translates: Bool) -> OurCore {
        let core = OurCore(timings: .distinct)
        var random = SplitMix(name: "loops", index: index)
        if translates { #expect(core.processor.translate(after: 2)) }
        var address = vector.start
        func append(_ word: UInt32) {
            if Vector.length(word) == 4 {
                core.code.store(address, word >> 16, .halfword)
                core.code.store(address + 2, word & 0xFFFF, .halfword)
            } else {
                core.code.store(address, word, .halfword)
            }
            address += Vector.length(word)
        }
        for word in vector.words { append(word) }
        // B.W to the start, from four bytes behind it. DDI 0403E.e A7.7.12, encoding T4.
        let distance = UInt32(bitPattern: Int32(bitPattern: vector.start) - Int32(bitPattern: address + 4))
        append(0xF000_B800 | 1 << 26 | 1 << 13 | 1 << 11 | (distance >> 12 & 0x3FF) << 16 | distance >> 1 & 0x7FF)
        // BX LR; MOVS R0, #1, a load and BX LR would change registers that the exception does not keep.
        address = TranslatorTests.handlers[0] & ~1
        append(0x4770)
        address = TranslatorTests.handlers[1] & ~1
        for word: UInt32 in [0xB410, 0x2001, 0x1C41, 0xBC10, 0x4770] { append(word) }
        for number in 16..<20 {
            core.code.store(Layout.code + UInt32(4 * number), TranslatorTests.handlers[number & 1], .word)
        }
        var registers = vector.registers
        registers.core[13] = Layout.ram + UInt32(Layout.ramSize) - 0x100
        core.load(registers, Layout.fill(&random))
        core.processor.system.vtor = Layout.code
        if index % 2 == 1 {
            var cycle = 0
            for _ in 0..<40 {
                cycle += 1 + Int(random.below(random.one(in: 3) ? 40 : 400))
                let number = 16 + Int(random.below(4))
                core.chip.events.schedule(at: cycle) { [unowned core] _ in
                    core.processor.system.enabled[number] = true
                    core.processor.pend(number)
                }
            }
        }
        return core
    }

    private func run(_ core: OurCore, _ way: Way, _ index: Int) {
        var random = SplitMix(name: way.rawValue, index: index)
        let end = TranslatorTests.cycles
        var time = 0
        while core.processor.now < end {
            switch way {
            case .whole: time = end
            case .slices: time = min(end, core.processor.now + 1 + Int(random.below(150)))
            case .mixed:
                for _ in 0..<random.below(6) where core.processor.now < end - 200 { _ = core.processor.executeOne() }
                time = min(end, core.processor.now + 1 + Int(random.below(random.one(in: 4) ? 900 : 60)))
            }
            guard core.processor.run(until: time) == .limit else { return }
        }
    }
}
