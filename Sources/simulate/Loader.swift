import CortexM
import Firmware
import Machine
import Targets

/// Puts a firmware into the chip's memories, as a flasher would.
enum Loader {
    static func load(_ image: FirmwareImage, from path: String, into machine: TargetMachine) throws(Failure) {
        let memories = machine.memories
        var ranges = memories.map { UInt64($0.base)...(UInt64($0.base) + UInt64($0.size) - 1) }
        for alias in machine.chip.bus.aliases {
            ranges.append(UInt64(alias.base)...(UInt64(alias.base) + UInt64(alias.size) - 1))
        }
        if let (segment, address) = image.misfit(in: ranges) {
            throw .badInput(
                "\(path): the segment at 0x\(hex(segment.physicalAddress)) lies outside the memories of "
                    + "\(machine.description.name) from 0x\(hex(address)) on; link it for this chip "
                    + "(`simulate targets \(machine.description.name)` shows its memories)")
        }
        for segment in image.loadableSegments {
            var address = UInt32(truncatingIfNeeded: segment.physicalAddress)
            for byte in segment.bytes {
                guard let (memory, local) = machine.chip.bus.memory(at: address) else { break }
                memory.store(local, UInt32(byte), .byte)
                address &+= 1
            }
        }
        try checkVectorTable(path, machine)
    }

    /// The first two words of the vector table must be a stack pointer in RAM and a Thumb address in code.
    private static func checkVectorTable(_ path: String, _ machine: TargetMachine) throws(Failure) {
        guard let sp = machine.processor.word(at: 0), let reset = machine.processor.word(at: 4) else {
            throw .badInput("\(path): \(machine.description.name) has no memory at 0 to start from")
        }
        let code = machine.chip.bus.memory(at: reset & ~1)
        guard sp != .max, sp & 3 == 0, machine.chip.bus.memory(at: sp &- 4)?.memory.isWritable == true,
            reset & 1 == 1, code?.memory.isExecutable == true
        else {
            throw .badInput(
                "\(path): there is no vector table where \(machine.description.name) looks for it: the words there are "
                    + "0x\(hex(UInt64(sp))) (stack pointer) and 0x\(hex(UInt64(reset))) (reset handler); "
                    + "link the vector table to the start of flash")
        }
    }

    /// The addresses of the handlers in the vector table.
    static func handlers(_ machine: TargetMachine) -> Set<UInt32> {
        var handlers: Set<UInt32> = []
        for number in 2..<UInt32(16 + machine.processor.features.interruptCount) {
            guard let vector = machine.processor.word(at: 4 * number), vector & 1 == 1 else { continue }
            handlers.insert(vector & ~1)
        }
        return handlers
    }

    private static func hex(_ value: UInt64) -> String { String(value, radix: 16) }
}
