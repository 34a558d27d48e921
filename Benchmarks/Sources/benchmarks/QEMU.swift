import Foundation

/// The peer. As it comes it counts neither cycles nor instructions.
enum QEMU {
    /// Where programs are built for it.
    private static let folder = ".build/qemu"

    static func program(_ target: Target) -> String {
        switch target {
        case .stm32f4: "qemu-system-arm"
        case .k210: "qemu-system-riscv64"
        }
    }

    /// netduinoplus2's STM32F405 is the same core and memory map. There is no K210, and `virt` stands for it.
    static func command(_ elf: String, _ target: Target, plugIn: String?) -> Command {
        let machine =
            switch target {
            case .stm32f4: ["-M", "netduinoplus2"]
            case .k210: ["-M", "virt", "-smp", "2", "-m", "256M", "-bios", "none"]
            }
        let silent = ["-display", "none", "-monitor", "none", "-serial", "null", "-serial", "null", "-semihosting"]
        return Command(
            words: [program(target)] + machine + silent + (plugIn.map { ["-plugin", $0] } ?? []) + ["-kernel", elf])
    }

    /// The file that QEMU runs. Workloads for the STM32F4 are the very same; others end without asking whether a
    /// debugger listens, and on the K210 talk to `virt` (`make -C firmware qemu` tells).
    static func elf(of firmware: Firmware) -> String {
        firmware.target == .stm32f4 && firmware.folder == "workloads" ? firmware.elf : "\(folder)/\(firmware.path)"
    }

    /// Builds what is missing or older than its sources.
    static func build(_ programs: [Firmware]) throws {
        let files = programs.filter { elf(of: $0) != $0.elf }.map { "../\(elf(of: $0))" }
        guard !files.isEmpty else { return }
        let settings = ["QEMU=1", "BUILD=../\(folder)/build", "OUT=../\(folder)"]
        _ = try Command(words: ["make", "--silent", "-C", "firmware"] + settings + files).run()
    }

    static func version(_ target: Target) throws -> String {
        String(try Command(words: [program(target), "--version"]).run().output.prefix { $0 != "\n" })
    }
}

/// A TCG plug-in that counts instructions, one addition per block.
enum PlugIn {
    private static let source = "Benchmarks/count.c"
    private static let library = ".build/count.so"

    /// Compiles it.
    ///
    /// - Returns: its file, or `nil`, and what to tell of it.
    static func build() -> (file: String?, note: String) {
        let glib = try? Command(words: ["pkg-config", "--cflags", "glib-2.0"]).run().output
        let flags = (glib ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        let probe = "echo '#include <qemu-plugin.h>' | cc \(flags.joined(separator: " ")) -E - > /dev/null"
        guard succeeds(["sh", "-c", probe]) else {
            return (nil, "no plug-in: the distribution ships no qemu-plugin.h")
        }
        guard succeeds(["cc", "-O2", "-shared", "-fPIC"] + flags + ["-o", library, source]) else {
            return (nil, "no plug-in: \(source) does not compile with this qemu-plugin.h")
        }
        return (library, "The plug-in counts QEMU's instructions, with one addition per block.")
    }

    private static func succeeds(_ words: [String]) -> Bool { (try? Command(words: words).run()) != nil }
}
