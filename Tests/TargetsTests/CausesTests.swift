import Engine
import Firmware
import Foundation
import Profile
import Targets
import Testing

@testable import CortexM

/// "Every cycle has a cause, and the causes sum to the total."
@Suite struct CausesTests {
    private static let firmware: [String] = [
        "hello/hello", "sine/sine", "digits/digits", "kws/kws", "vww/vww", "resnet8/resnet8", "shapes/shapes",
        "autoencoder/autoencoder", "workloads/conv", "workloads/fc", "workloads/softmax", "workloads/branchy",
        "workloads/memcpy", "workloads/conv168", "workloads/fc168", "workloads/softmax168", "workloads/branchy168",
        "workloads/memcpy168",
    ]

    /// The first million cycles of each: start-up, clock changes, wait states, floating point, interrupts where it has
    /// any.
    @Test(arguments: firmware) func theCausesSumToTheTotal(name: String) throws {
        let library = try Files.library()
        let description = try library.description(named: "stm32f4")
        let machine = try TargetMachine(description, library.coreModel(for: description))
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../firmware/\(name).stm32f4.elf")
        let image = try FirmwareImage.load(bytes: Array(Data(contentsOf: file)))
        for segment in image.loadableSegments {
            for (address, byte) in zip(UInt32(truncatingIfNeeded: segment.physicalAddress)..., segment.bytes) {
                guard let (memory, local) = machine.chip.bus.memory(at: address) else { continue }
                memory.store(local, UInt32(byte), .byte)
            }
        }
        let processor = try #require(machine.cpu as? Processor)
        processor.reset()
        // In steps, so that blocks are left and entered again at the deadline.
        var ending = Ending.limit
        while processor.now < 1_000_000, ending == .limit { ending = processor.run(until: processor.now + 9_973) }
        processor.closeAccounts()
        var sum = processor.outsideBlocks
        var instructions = 0
        processor.gather { _, executed, cycles in
            sum += cycles
            instructions += executed
        }
        #expect(sum.total == processor.now)
        #expect(instructions > 0 && instructions <= processor.now)
    }
}
