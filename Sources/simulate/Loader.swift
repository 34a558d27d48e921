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
        if let problem = machine.cpu.entryProblem(on: machine.description.name) {
            throw .badInput("\(path): \(problem)")
        }
    }

    private static func hex(_ value: UInt64) -> String { String(value, radix: 16) }
}
