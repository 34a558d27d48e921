import Foundation
import Targets
import Testing

/// The target files of the repository.
enum Files {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../targets")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    static func library() throws -> TargetLibrary {
        TargetLibrary(
            targets: ["stm32f4.yaml": try text("stm32f4.yaml")],
            cores: ["cortex-m4.yaml": try text("cores/cortex-m4.yaml")])
    }

    /// The targets with RISC-V harts.
    static func riscv() throws -> TargetLibrary {
        TargetLibrary(
            targets: ["k210.yaml": try text("k210.yaml"), "rv64.yaml": try text("rv64.yaml")],
            cores: ["rocket.yaml": try text("cores/rocket.yaml"), "kpu.yaml": try text("cores/kpu.yaml")])
    }

    /// The smallest chip: a flash and nothing else.
    static let smallest = """
        name: tiny
        chip: TINY1
        core: { type: cortex-m4, priority-bits: 4 }
        clock: { reset: 16000000, hse: 0 }
        memories:
          - { name: FLASH, type: flash, base: 0x08000000, size: 64K, timing: stm32f4-art }
          - { name: SRAM, type: ram, base: 0x20000000, size: 8K }
        interrupts: [A, B]
        peripherals:
          - { name: RCC, type: stm32f4-rcc, base: 0x40023800, size: 0x400, interrupts: { global: 1 } }
          - { name: FLASHIF, type: stm32f4-flash, base: 0x40023C00, size: 0x400 }
        model: { version: 1, sources: [none] }

        """
}

/// The error that reading a text ends with, as the user sees it.
func complaint(_ text: String) -> String {
    do throws(TargetError) {
        _ = try TargetDescription.parse(text, fileName: "my.yaml")
        return "none"
    } catch {
        return error.description
    }
}
