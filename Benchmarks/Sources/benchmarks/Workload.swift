import Foundation

/// One of the programs in `firmware/workloads`, and how the two simulators run it.
struct Workload {
    static let all = ["conv", "fc", "softmax", "branchy", "memcpy"].map { Workload(name: $0) }

    let name: String
    var elf: String { "firmware/workloads/\(name).stm32f4.elf" }

    /// This simulator, exact cycles and all of the profile. The profile is the output.
    ///
    /// - Parameter cycles: where to stop; the exit code is then 124.
    static func simulate(_ elf: String, maxCycles cycles: Int? = nil) -> Command {
        let limit = cycles.map { ["--max-cycles", "\($0)"] } ?? []
        return Command(
            words: [".build/release/simulate", "profile", elf, "--target", "stm32f4", "--format", "json"] + limit)
    }

    /// QEMU, as fast as it goes: it counts neither cycles nor instructions. Its STM32F405 is the same core and memory
    /// map; the second serial port is the console.
    static func qemu(_ elf: String) -> Command {
        Command(
            words: [
                "qemu-system-arm", "-M", "netduinoplus2", "-display", "none", "-monitor", "none", "-serial", "null",
                "-serial", "null", "-semihosting", "-kernel", elf,
            ])
    }

    /// How many instructions a run executes, by the profile of it.
    func instructions(maxCycles cycles: Int? = nil) throws -> Int {
        struct Profile: Decodable {
            struct Totals: Decodable {
                let instructions: Int
            }
            let totals: Totals
        }
        let answer = try Workload.simulate(elf, maxCycles: cycles).run(expecting: cycles == nil ? [0] : [0, 124])
        guard let start = answer.output.firstIndex(of: "{"),
            let profile = try? JSONDecoder().decode(Profile.self, from: Data(answer.output[start...].utf8))
        else { throw BenchmarkError.unreadable("the profile of \(name)") }
        return profile.totals.instructions
    }
}

/// A program that ends at once by semihosting: what is left of its time is the simulator's start-up.
enum StartUp {
    /// Writes the ELF file.
    static func write(to file: URL) throws {
        let code: [UInt16] = [
            0x2018,  // movs r0, #0x18 @ SYS_EXIT
            0x4901,  // ldr r1, [pc, #4] @ 0x08000010
            0xBEAB,  // bkpt 0xab
            0xE7FE,  // b .
            0x0026, 0x0002,  // ADP_Stopped_ApplicationExit, 0x20026
        ]
        let base: UInt32 = 0x0800_0000
        let headers = 52 + 32
        let vectors: [UInt32] = [0x2000_1000, base + 9]
        let size = UInt32(4 * vectors.count + 2 * code.count)
        var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9)
        func append<Value: FixedWidthInteger>(_ values: Value...) {
            for value in values { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
        }
        // The rest of the ELF header: an executable for Arm, EABI 5, with one program header and no sections.
        append(2 as UInt16, 40)
        append(1 as UInt32, base + 9, 52, 0, 0x0500_0000)
        append(52 as UInt16, 32, 1, 40, 0, 0)
        // PT_LOAD, readable and executable.
        append(1 as UInt32, UInt32(headers), base, base, size, size, 5, 4)
        for vector in vectors { append(vector) }
        for halfword in code { append(halfword) }
        try Data(bytes).write(to: file)
    }
}
