import Foundation
import Profile
import Report
import Testing

@Suite("What a profile says")
struct ProfileCommandTests {
    private static let firmware: [String] = {
        let folder = Command.root.appendingPathComponent("firmware").path
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".elf") }.sorted()
    }()

    private func profile(_ file: String, program: URL = Command.program, _ options: String...) throws -> RunProfile {
        // `hello.k210.elf` is for the k210.
        let parts = file.split(separator: "/").last?.split(separator: ".") ?? []
        let target = parts.count == 3 ? String(parts[1]) : "stm32f4"
        let run = try Command(["profile", file, "--target", target, "--format", "json"] + options, program: program)
        return try JSON.decode(Array(run.output.utf8))
    }

    @Test("The JSON of every firmware is read again and contradicts itself nowhere", arguments: firmware)
    func contradictions(_ name: String) throws {
        // Built for debugging the simulator is too slow to run them to their end.
        let options = Command.fastProgram == Command.program ? "1M" : "10G"
        let profile = try profile(
            "firmware/" + name, program: Command.fastProgram, "--max-cycles", options)
        #expect(profile.contradictions() == [])
        #expect(profile.totals.causes.total == profile.coreCycles)
        for function in profile.functions {
            #expect(function.inclusiveCycles >= function.selfCycles, "\(function.name)")
            guard let least = function.minCycles, let most = function.maxCycles else { continue }
            #expect(least <= most, "\(function.name)")
            #expect(most <= function.inclusiveCycles, "\(function.name)")
        }
    }

    @Test("Interrupts are apart: a layer takes the same cycles with SysTick in its midst")
    func interrupts() throws {
        let profile = try profile(Command.firmware("layers"))
        #expect(profile.layers.map(\.name) == ["int8_add", "int8_relu"])
        #expect(profile.layers.map(\.invocations) == [2, 2])
        let sysTick = try #require(profile.interrupts.first)
        #expect(profile.interrupts.count == 1)
        #expect(sysTick.name == "SysTick")
        #expect(profile.layers.map(\.interruptCycles).reduce(0, +) == sysTick.cycles)
        #expect(sysTick.cycles % sysTick.count == 0)
        // 32 bytes of registers (DDI 0403E.e B1.5.7) and what handler and `work` push.
        #expect(try #require(sysTick.stackBytes) >= 32)
        let handler = try #require(profile.functions.first { $0.name == "SysTick_Handler" })
        #expect(handler.isInterruptHandler)
        #expect(handler.calls == sysTick.count)
        for name in ["int8_add", "int8_relu"] {
            let kernel = try #require(profile.functions.first { $0.name == name })
            #expect(kernel.calls == 2)
            // The loop is the same in both calls, so are its cycles.
            #expect(kernel.minCycles == kernel.maxCycles)
            #expect(profile.layers.first { $0.name == name }?.cycles == kernel.inclusiveCycles)
        }
    }

    @Test("Recursion counts once, a tail call is a call, and longjmp ends the calls it jumps out of")
    func calls() throws {
        let functions = try profile(Command.firmware("calls")).functions
        func function(_ name: String) throws -> FunctionProfile {
            try #require(functions.first { $0.name == name })
        }
        let recursion = try function("factorial")
        // The compiler may turn the recursion into a loop.
        #expect([1, 6].contains(recursion.calls))
        #expect(recursion.maxCycles == recursion.inclusiveCycles)
        #expect(try function("leaf").calls == 1)
        let tail = try function("tail")
        #expect(tail.calls == 1)
        // It ends with a jump to `leaf`, which is its callee all the same.
        #expect(tail.inclusiveCycles == tail.selfCycles + (try function("leaf").inclusiveCycles))
        // Five tries, of which four jump out of `thrower` and `middle`.
        #expect(try function("thrower").calls == 5)
        #expect(try function("middle").calls == 5)
        let (middle, main) = (try function("middle"), try function("main"))
        #expect(middle.inclusiveCycles < main.inclusiveCycles)
        #expect(main.calls == 1)
    }

    @Test("With a file for the report, stdout is the firmware's")
    func report() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("report.txt")
        let run = try Command(["profile", Command.firmware("exit7"), "--target", "stm32f4", "--report", file.path])
        #expect(run.status == 7)
        #expect(run.output == "seven\n")
        #expect(run.errors == "")
        #expect(try String(contentsOf: file, encoding: .utf8).contains("exited with code 7"))
        let toStdout = try Command(["profile", Command.firmware("exit7"), "--target", "stm32f4", "--report", "-"])
        #expect(!toStdout.output.contains("seven"))
        #expect(toStdout.output.contains("exited with code 7"))
    }

    @Test("The same firmware gives the same bytes of report")
    func sameBytes() throws {
        let arguments = ["profile", Command.firmware("layers"), "--target", "stm32f4", "--format"]
        for format in ["text", "json", "csv"] {
            #expect(try Command(arguments + [format]).output == Command(arguments + [format]).output)
        }
    }

    @Test("Every table comes as CSV, with its header", arguments: CSV.Table.allCases)
    func tables(_ table: CSV.Table) throws {
        let run = try Command(
            ["profile", Command.firmware("layers"), "--target", "stm32f4", "--format", "csv"]
                + ["--table", table.rawValue])
        #expect(run.status == 0)
        #expect(run.output.contains("\r\n"))
    }

    @Test("Two profiles are compared")
    func comparison() throws {
        let folder = try TemporaryFolder()
        var files: [String] = []
        for name in ["layers", "calls"] {
            let file = folder.url.appendingPathComponent(name + ".json").path
            try Command(
                ["profile", Command.firmware(name), "--target", "stm32f4", "--format", "json", "--report", file])
            files.append(file)
        }
        let run = try Command(["compare"] + files)
        #expect(run.status == 0)
        #expect(run.output.contains("int8_add"))
    }
}
