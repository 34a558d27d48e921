import CortexM
import Firmware
import Foundation
import Machine
import Semihosting
import Testing

/// Small programs that provoke exceptions and faults and print what the architecture lets software see of them.
/// `Programs/README.md` says what each is about and where its expected output is from.
@Suite struct WholeProgramTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Programs")

    static let names = [
        "bitband", "bus", "bus_ignored", "bus_imprecise", "evenvector", "exclusive", "excreturn", "hardfault",
        "itstate", "lazyfp", "lockup", "masks", "mpu", "nmi_faultmask", "order", "scb", "sleep", "stacking", "svc",
        "systick", "unprivileged", "usage", "vtor",
    ]

    /// Where QEMU 7.2 prints something else than the manual says; see `Programs/README.md`.
    static let disagreements: Set<String> = [
        "bus_imprecise", "bus_ignored", "hardfault", "nmi_faultmask", "sleep", "scb", "lockup",
    ]

    private static func expected(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("\(name).expected"), encoding: .utf8)
    }

    @Test("the program prints what it should on an STM32F407", arguments: names)
    func output(name: String) throws {
        let bytes = try Data(contentsOf: WholeProgramTests.folder.appendingPathComponent("\(name).elf"))
        let machine = WholeProgramMachine(try FirmwareImage.load(bytes: [UInt8](bytes)))
        let ending = machine.processor.run(until: 50_000_000)
        let expected = try WholeProgramTests.expected(name)
        if machine.host.output != expected {
            let actual = machine.host.output.split(separator: "\n", omittingEmptySubsequences: false)
            let lines = expected.split(separator: "\n", omittingEmptySubsequences: false)
            let different = zip(actual, lines).first { $0 != $1 }
            let place = different.map { "`\($0)`, expected `\($1)`" } ?? "\(actual.count) lines of \(lines.count)"
            Issue.record("\(name) (\(ending)): \(place)")
        }
        if name == "lockup" {
            guard case .lockup = ending else {
                Issue.record("\(name) ends with \(ending)")
                return
            }
        } else {
            #expect(ending == .exited(0), "\(name)")
        }
    }

    @Test("there is a test for every program") func completeness() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: WholeProgramTests.folder.path)
        let programs = files.filter { $0.hasSuffix(".expected") }.map { String($0.dropLast(9)) }
        #expect(Set(programs) == Set(WholeProgramTests.names))
    }

    static let qemu = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { "\($0)/qemu-system-arm" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(
        "QEMU prints the same, where it follows the manual", .enabled(if: qemu != nil),
        arguments: names.filter { !disagreements.contains($0) })
    func qemuAgrees(name: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(WholeProgramTests.qemu))
        process.arguments = [
            "-M", "netduinoplus2", "-display", "none", "-monitor", "none", "-serial", "null", "-semihosting", "-icount",
            "shift=6", "-kernel", WholeProgramTests.folder.appendingPathComponent("\(name).elf").path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // A program that hangs must not hang the tests.
        DispatchQueue.global().asyncAfter(deadline: .now() + 20) { if process.isRunning { process.terminate() } }
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(output == (try WholeProgramTests.expected(name)))
    }
}

/// An STM32F407 as far as the programs need it: flash with its alias at 0, SRAM and the core.
final class WholeProgramMachine {
    let chip = Chip(hertz: 16_000_000, memoryCapacity: 2 << 20)
    let processor: Processor
    let host = OutputHost()

    init(_ image: FirmwareImage) {
        let flash = Memory(
            name: "FLASH", base: 0x0800_0000, size: 1 << 20, isWritable: false, fill: 0xFF, in: chip.arena)
        let sram = Memory(name: "SRAM", base: 0x2000_0000, size: 128 << 10, isWritable: true, in: chip.arena)
        // The bit-band program needs registers that keep what is written: RCC_APB1ENR and TIM2_ARR.
        chip.bus.add(
            Memory(name: "registers", base: 0x4000_0000, size: 0x2_4000, isWritable: true, in: chip.arena))
        chip.bus.add(flash)
        chip.bus.add(sram)
        chip.bus.setAlias(at: 0, size: flash.size, of: flash)
        for segment in image.loadableSegments {
            for (offset, byte) in segment.bytes.enumerated() {
                let address = UInt32(truncatingIfNeeded: segment.physicalAddress) &+ UInt32(offset)
                if flash.contains(address) { flash.store(address, UInt32(byte), .byte) }
            }
        }
        processor = Processor(chip: chip, features: .cortexM4, timings: CycleTable(prices: [:], rules: [:]))
        processor.system.semihosting = Semihosting(host: host)
        processor.reset()
    }
}

/// Keeps what the program prints; has no files.
final class OutputHost: SemihostingHost {
    private(set) var output = ""
    let commandLine = ""

    func write(_ bytes: [UInt8], isError: Bool) { output += String(decoding: bytes, as: UTF8.self) }
    func readConsole(_ count: Int) -> [UInt8] { [] }
    func open(_ path: String, _ mode: SemihostingMode) throws(SemihostingError) -> any SemihostingFile {
        throw .accessDenied
    }
    func remove(_ path: String) throws(SemihostingError) { throw .accessDenied }
    func rename(_ old: String, to new: String) throws(SemihostingError) { throw .accessDenied }
}
