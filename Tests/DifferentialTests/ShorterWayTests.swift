import Devices
import Engine
import Machine
import Profile
import TestSupport
import Testing

@testable import CortexM

/// A load that takes the shorter way does all that the complete one does, at every address from which it leads.
@Suite struct ShorterWayTests {
    /// A core with flash that waits, memories that do not, and one of them under a second address.
    private final class Machine {
        static let places: [(base: UInt32, size: UInt32)] = [
            (0x0800_0000, 1 << 17), (0x2000_0000, 1 << 16), (0x1000_0000, 1 << 16), (0, 1 << 16),
        ]
        let chip = Chip(hertz: 168_000_000, memoryCapacity: 1 << 19)
        let processor: Processor
        let art: ART
        let memories: [Memory]
        let block: Block.Pointer
        var state: CoreState.Pointer { processor.state }

        init(_ index: Int) {
            var random = SplitMix(name: "shorter way, machine", index: index)
            memories = zip(["FLASH", "SRAM1", "CCM"], Machine.places).map { [chip] name, place in
                Memory(
                    name: name, base: place.base, size: Int(place.size), isWritable: name != "FLASH", in: chip.arena)
            }
            art = ART(base: memories[0].base, size: memories[0].size)
            memories[0].timing = art
            for memory in memories {
                for offset in stride(from: 0, to: UInt32(memory.size), by: 4) {
                    memory.store(memory.base + offset, random.word(), .word)
                }
                chip.bus.add(memory)
            }
            chip.bus.setAlias(at: 0, size: memories[1].size, of: memories[1])
            processor = Processor(chip: chip, features: .cortexM4, timings: .distinct)
            processor.reset()
            art.timing = FlashTiming(
                waitStates: 1 + index % 7, prefetch: true, instructionCache: true, dataCache: index % 3 != 0)
            var load = Instruction(.ldrImm)
            load.x = index % 2 == 0 ? 1 << 15 : 0
            load.cyclesToEnd = 3
            block = .allocate(capacity: 1)
            block.initialize(
                to: Block(
                    copying: [load, Instruction(.stop)], instructions: 1, pc: 0x0800_0000, end: 0x0800_0002,
                    function: -1, cycles: 3, slack: 0))
        }

        deinit {
            block.pointee.records.deallocate()
            block.pointee.charged.deallocate()
            block.deallocate()
        }

        func begin(at cycle: Cycles, mark: UInt32) {
            state.pointee.deadline = cycle + 1000
            state.pointee.budget = 1000 - 3
            state.pointee.mark = mark &* 0x0101_0101
        }

        /// What can be told of an access afterwards.
        func outcome(_ address: UInt32) -> [Int] {
            let charged = (0..<Ledger.chargeCount).map { block.pointee.charged[$0] }
            let slave = memories.firstIndex { $0.distance == state.pointee.lastSlave } ?? -1
            let marks = (0..<16).map { offset -> Int in
                guard let (memory, local) = chip.bus.memory(at: address &+ UInt32(offset) &- 6) else { return -1 }
                return Int(memory.marks[Int(local - memory.base)])
            }
            return [state.pointee.budget, slave, art.lines.pointee.free] + charged + marks
        }
    }

    @Test(arguments: 0..<12) func theShorterWayIsTheCompleteOne(index: Int) {
        var random = SplitMix(name: "shorter way", index: index)
        let (short, complete) = (Machine(index), Machine(index))
        var (now, taken, unaligned) = (0, 0, 0)
        for step in 0..<3000 {
            let place = random.element(of: Machine.places)
            let near =
                random.one(in: 4)
                ? place.size - 8 + random.below(12) : random.below(random.one(in: 2) ? 96 : place.size)
            let address = place.base &+ near
            let width = random.element(of: [AccessWidth.byte, .halfword, .word])
            now += 4 + Int(random.below(12))
            let mark = 1 + random.below(255)
            for machine in [short, complete] { machine.begin(at: now, mark: mark) }
            let record = short.block.records
            guard let value = short.processor.loadShortly(address, width, at: now, short.block, record) else {
                continue
            }
            let loaded = complete.processor.access(complete.block, complete.block.records) {
                () throws(MemoryFault) -> UInt32 in
                try complete.processor.load(address, width, complete.block, complete.block.records)
            }
            #expect(value == UInt32(truncatingIfNeeded: loaded), "step \(step): \(width) at \(address)")
            #expect(short.outcome(address) == complete.outcome(address), "step \(step): \(width) at \(address)")
            taken += 1
            if address & (width.rawValue - 1) != 0 { unaligned += 1 }
        }
        #expect(taken > 1000 && unaligned > 500)
    }
}
