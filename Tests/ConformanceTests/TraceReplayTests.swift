import CortexM
import Engine
import Firmware
import Foundation
import Machine
import Testing
import Trace

/// Programs that QEMU executed one instruction at a time: ours changes the same at every step. The traces say which
/// QEMU, and how.
@Suite struct TraceReplayTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../traces").standardizedFileURL

    @Test("every step is the same", arguments: ["flags", "conditional", "transfers", "dsp", "fp", "exceptions"])
    func replay(name: String) throws {
        let text = try String(
            contentsOf: TraceReplayTests.folder.appendingPathComponent("\(name).trace"), encoding: .utf8)
        let trace = try ExecutionTrace.parse(text)
        let bytes = try Data(
            contentsOf: TraceReplayTests.folder.appendingPathComponent("programs/\(name).elf"))
        let image = try FirmwareImage.load(bytes: [UInt8](bytes))
        #expect(image.sha256 == trace.remark("sha256"), "the program is not the one that was recorded")
        let chip = TraceChip(image, ram: try #require(trace.watchedMemory))
        #expect(chip.processor.resumeAddress == trace.start.pc)
        for register in trace.start.registers {
            #expect(chip.processor.setTraceRegister(register.name, UInt32(register.value)), "\(register.name)")
        }
        var recorder = chip.recorder()
        var steps = trace.steps[...]
        while let expected = steps.first {
            let actual = chip.steps(&recorder)
            guard actual == Array(steps.prefix(actual.count)) else {
                let place = trace.steps.count - steps.count + 1
                let actual = actual.map(\.text).joined(separator: " | ")
                Issue.record("step \(place): \(actual), but in the trace \(expected.text)")
                return
            }
            steps = steps.dropFirst(actual.count)
        }
    }
}

/// The memories of the recording, and our core.
final class TraceChip {
    let chip: Chip
    let ram: Memory
    let processor: Processor

    init(_ image: FirmwareImage, ram range: ClosedRange<UInt32>) {
        let size = Int(range.upperBound - range.lowerBound) + 1
        chip = Chip(hertz: 168_000_000, memoryCapacity: 1 << 16 + size)
        let flash = Memory(name: "FLASH", base: 0x0800_0000, size: 1 << 16, isWritable: false, in: chip.arena)
        ram = Memory(name: "SRAM", base: range.lowerBound, size: size, isWritable: true, in: chip.arena)
        chip.bus.add(flash)
        chip.bus.add(ram)
        chip.bus.setAlias(at: 0, size: flash.size, of: flash)
        for segment in image.loadableSegments {
            for (offset, byte) in segment.bytes.enumerated() {
                let address = UInt32(truncatingIfNeeded: segment.physicalAddress) &+ UInt32(offset)
                if flash.contains(address) { flash.store(address, UInt32(byte), .byte) }
            }
        }
        processor = Processor(chip: chip, features: .cortexM4, timings: CycleTable(prices: [:], rules: [:]))
        processor.reset()
    }

    private var content: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: ram.bytes, count: ram.size) }

    func recorder() -> TraceRecorder {
        TraceRecorder(registers: processor.traceRegisters.map(TraceStep.Register.init), base: ram.base, memory: content)
    }

    /// Executes one instruction; instructions that an IT block passes over come several at a time.
    func steps(_ recorder: inout TraceRecorder) -> [TraceStep] {
        processor.executeForTrace().instructions.map { instruction in
            recorder.step(at: instruction.pc, instruction.registers.map(TraceStep.Register.init), memory: content)
        }
    }
}

extension TraceStep.Register {
    fileprivate init(_ register: RegisterValue) {
        self.init(name: register.name, value: register.value, bits: register.bits)
    }
}
