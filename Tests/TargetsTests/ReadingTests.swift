import Testing

@testable import Targets

/// A user's own target file: what is wrong is said in one sentence with its line.
@Suite struct ReadingTests {
    @Test func theSmallestChipIsRead() throws {
        let target = try TargetDescription.parse(Files.smallest, fileName: "my.yaml")
        #expect(target.name == "tiny")
        #expect(target.memories.map(\.size) == [0x10000, 0x2000])
        #expect(target.memories.map(\.slave) == ["FLASH", "SRAM"])
        #expect(target.peripherals.map(\.name) == ["RCC", "FLASHIF"])
        #expect(!target.features.hasFPU)
    }

    /// Replaces a piece of the smallest chip and gives the complaint.
    private func changing(_ old: String, _ new: String) -> String {
        #expect(Files.smallest.contains(old))
        return complaint(Files.smallest.replacing(old, with: new))
    }

    @Test func unknownKeysAreErrorsWithTheirLine() {
        #expect(
            changing("hse: 0", "hsi: 0") == "my.yaml:4: the clock has no `hsi`; use reset or hse")
        #expect(
            changing("base: 0x20000000, size", "start: 0x20000000, size")
                == "my.yaml:7: a memory has no `start`; use name, type, base, size, executable, slave, alias or timing")
        #expect(
            changing("{ global: 1 }", "{ local: 1 }")
                == "my.yaml:10: `interrupts` of RCC has no `local`; use global")
    }

    @Test func missingKeysAreNamed() {
        #expect(changing("chip: TINY1\n", "") == "my.yaml:1: the file lacks `chip`; add it")
        #expect(changing(", size: 8K", "") == "my.yaml:7: memory SRAM lacks `size`; add it")
    }

    @Test func wrongTypesAreNamed() {
        #expect(
            changing("size: 8K", "size: many")
                == "my.yaml:7: `size` of memory SRAM is not a whole number such as 4096, 0x1000 or 4K; "
                + "write a whole number such as 4096, 0x1000 or 4K")
        #expect(changing("[A, B]", "A") == "my.yaml:8: `interrupts` of the file is not a list; write a list")
        #expect(changing("TINY1", "[1]") == "my.yaml:2: `chip` of the file is not a text; write a text")
        #expect(complaint("- a\n") == "my.yaml:1: the file is not a list of `key: value`; write a list of `key: value`")
    }

    @Test func numbersOutOfRangeAreNamed() {
        #expect(
            changing("size: 8K", "size: 8K, executable: 1")
                == "my.yaml:7: `executable` of memory SRAM is not yes or no; write yes or no")
        #expect(
            changing("priority-bits: 4", "priority-bits: 9")
                == "my.yaml:3: `priority-bits` of the core cannot be 9; use 3 to 8")
        #expect(
            changing("{ global: 1 }", "{ global: 2 }")
                == "my.yaml:10: `global` of `interrupts` of peripheral RCC cannot be 2; use 0 to 1")
        #expect(
            changing("0x20000000", "0x20000001")
                == "my.yaml:7: `base` of memory SRAM cannot be \(0x2000_0001); use a multiple of 8")
        #expect(
            changing("0x20000000", "0xFFFFF000")
                == "my.yaml:7: the end of SRAM cannot be 0x100001000; use at most 2^32")
    }

    /// Whatever its size, a number is a number or an error.
    @Test(arguments: [
        "99999999999999999999999999", "0xFFFFFFFFFFFFFFFFFFFF", "9223372036854775807M", "9223372036854775807", "-4",
        "4e9", "0x", "K", "1T", "4294967296", "512M",
    ]) func hugeNumbersAreErrors(number: String) {
        #expect(changing("size: 8K", "size: \(number)").hasPrefix("my.yaml:7: `size` of memory SRAM "))
    }

    @Test func overlapsAreErrors() {
        #expect(
            changing("0x20000000", "0x0800FFF8")
                == "my.yaml:7: FLASH and SRAM overlap; correct the base or the size of one")
        #expect(
            changing("0x40023C00", "0x40023A00")
                == "my.yaml:11: RCC and FLASHIF overlap; correct the base or the size of one")
        #expect(
            changing("0x40023C00", "0x20001FFC")
                == "my.yaml:11: SRAM and FLASHIF overlap; correct the base or the size of one")
        #expect(
            changing("timing: stm32f4-art", "alias: 0x20001000")
                == "my.yaml:7: the alias of FLASH and SRAM overlap; correct the base or the size of one")
    }

    @Test func unknownKindsAreErrors() {
        #expect(
            changing("cortex-m4", "cortex-m99")
                == "my.yaml:3: there is no core `cortex-m99`; use cortex-m4, cortex-m4f, rocket or rv64gc")
        #expect(
            changing("type: ram", "type: eeprom")
                == "my.yaml:7: there is no type of memory `eeprom`; use flash, ram or rom")
        #expect(
            changing("stm32f4-rcc", "stm32f9-rcc")
                .hasPrefix("my.yaml:10: there is no type of peripheral `stm32f9-rcc`; use stm32f4-rcc, "))
    }

    @Test func namesAreUsedOnce() {
        #expect(
            changing("name: SRAM", "name: FLASH") == "my.yaml:7: two memories are named FLASH; rename one")
        #expect(
            changing("name: FLASHIF", "name: RCC") == "my.yaml:11: two peripherals are named RCC; rename one")
        #expect(complaint(Files.smallest + "name: again\n").contains("two keys of one mapping are named name"))
    }
}
