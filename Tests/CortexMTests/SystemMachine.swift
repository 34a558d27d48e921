import Engine
import Machine
import Semihosting

@testable import CortexM

/// A Cortex-M4 with 64 KiB of flash at 0 and 0x08000000 and 64 KiB of SRAM at 0x20000000, for tests of the system side.
final class SystemMachine {
    let chip = Chip(hertz: 16_000_000, memoryCapacity: 1 << 18)
    let flash: Memory
    let sram: Memory
    let processor: Processor
    /// Where the program of `init` lies.
    static let start: UInt32 = 0x0800_0400

    /// - Parameters:
    ///   - program: the halfwords at `start`, each with its assembly; the last is best a branch to itself.
    ///   - handlers: the code of exceptions by number; each is placed and gets its vector.
    init(
        _ program: KeyValuePairs<String, UInt16>, handlers: [Int: KeyValuePairs<String, UInt16>] = [:],
        features: CoreFeatures = .cortexM4, timings: CycleTable = CycleTable(prices: [:], rules: [:])
    ) {
        flash = Memory(name: "FLASH", base: 0x0800_0000, size: 1 << 16, isWritable: false, in: chip.arena)
        sram = Memory(name: "SRAM", base: 0x2000_0000, size: 1 << 16, isWritable: true, in: chip.arena)
        chip.bus.add(flash)
        chip.bus.add(sram)
        chip.bus.setAlias(at: 0, size: flash.size, of: flash)
        processor = Processor(chip: chip, features: features, timings: timings)
        flash.store(0x0800_0000, 0x2000_1000, .word)
        flash.store(0x0800_0004, SystemMachine.start | 1, .word)
        place(program, at: SystemMachine.start)
        for (number, code) in handlers {
            let address = 0x0800_1000 + UInt32(number) * 0x100
            place(code, at: address)
            flash.store(0x0800_0000 + UInt32(number) * 4, address | 1, .word)
        }
        processor.reset()
    }

    func place(_ code: KeyValuePairs<String, UInt16>, at address: UInt32) {
        for (index, halfword) in code.enumerated() {
            flash.store(address + 2 * UInt32(index), UInt32(halfword.value), .halfword)
        }
    }

    @discardableResult
    func run(_ cycles: Cycles) -> Ending { processor.run(until: processor.now + cycles) }

    func word(_ address: UInt32) -> UInt32 { sram.load(address, .word) }
}

extension SystemMachine {
    /// Writes a register of the core, as privileged code does.
    func write(_ address: UInt32, _ value: UInt32, _ width: AccessWidth = .word) throws {
        try processor.write(address, value, width, isPrivileged: true)
    }

    func read(_ address: UInt32, _ width: AccessWidth = .word) throws -> UInt32 {
        try processor.read(address, width, isPrivileged: true)
    }
}

/// A semihosting host that keeps what is written and has one file.
final class RecordingHost: SemihostingHost {
    var output: [UInt8] = []
    var input: [UInt8] = []
    let file = RecordingFile()
    let commandLine = "firmware --fast"

    func write(_ bytes: [UInt8], isError: Bool) { output += bytes }

    func readConsole(_ count: Int) -> [UInt8] {
        defer { input.removeFirst(min(count, input.count)) }
        return Array(input.prefix(count))
    }

    func open(_ path: String, _ mode: SemihostingMode) throws(SemihostingError) -> any SemihostingFile {
        guard path == "data" else { throw .noSuchFile }
        return file
    }

    func remove(_ path: String) throws(SemihostingError) { throw .notPermitted }

    func rename(_ old: String, to new: String) throws(SemihostingError) { throw .notPermitted }
}

final class RecordingFile: SemihostingFile {
    var bytes: [UInt8] = []

    func read(_ count: Int, at position: Int) -> [UInt8] { Array(bytes.dropFirst(position).prefix(count)) }

    func write(_ new: [UInt8], at position: Int) {
        bytes.replaceSubrange(min(position, bytes.count)..<min(position + new.count, bytes.count), with: new)
    }

    func length() -> Int { bytes.count }

    func close() {}
}
