@testable import CortexM
import Bits
import CUnicorn
import Testing

/// The floating-point encodings against Unicorn's cortex-m4, on words made from the encodings' own diagrams.
@Suite struct FloatingPointUnicornTests {
    /// Unicorn has its code elsewhere, so that a literal would not be the same.
    private static let encodings = (floatingPointDataProcessing + floatingPointTransfers).filter {
        !$0.name.contains("literal")
    }

    /// Where Unicorn rounds as FPSCR says, against A7.7.229: a conversion from fixed point rounds to nearest.
    private static let roundsByMistake = ["VCVT (fixed-point) T1 from s32", "VCVT (fixed-point) T1 from u32"]

    @Test("Unicorn computes the same", arguments: encodings.map(\.name))
    func agreement(name: String) throws {
        let encoding = try #require(FloatingPointUnicornTests.encodings.first { $0.name == name })
        let seed = name.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
        var random = FloatingPointOperands(seed: seed)
        let bench = FloatingPointBench()
        let unicorn = try #require(UnicornFPU())
        var vectors = 0
        for _ in 0..<40_000 where vectors < 1000 {
            guard let word = word(of: encoding, &random) else { continue }
            var start = Registers.random(&random)
            vectors += 1
            if vectors % 4 == 0 { start.fpscr &= ~(FPSCR.RMode | FPSCR.FZ | FPSCR.DN) }
            if FloatingPointUnicornTests.roundsByMistake.contains(name) { start.fpscr &= ~FPSCR.RMode }
            guard let expected = unicorn.execute(word, start) else {
                Issue.record("Unicorn refuses 0x\(String(word, radix: 16))")
                return
            }
            guard let actual = bench.execute(word, start) else {
                Issue.record("refused: 0x\(String(word, radix: 16))")
                return
            }
            if actual != expected {
                Issue.record("\(name) 0x\(String(word, radix: 16)): \(actual.differences(expected, start))")
                return
            }
        }
        #expect(vectors == 1000)
    }

    /// A word of the encoding that is not UNPREDICTABLE, belongs to no refinement, and uses neither r11 and r12 nor
    /// the PC.
    private func word(of encoding: Encoding, _ random: inout FloatingPointOperands) -> UInt32? {
        let diagram = encoding.diagram
        let word = diagram.value | UInt32(truncatingIfNeeded: random.next()) & ~diagram.mask
        let fields = Fields(word: word, diagram: diagram, address: 0x1000, itState: 0)
        let isMemory = word >> 25 == 0b1110110 && word >> 21 & 0b1101 != 0
        for letter in ["t", "u"] as [Unicode.Scalar] where diagram.letters.contains(UInt8(ascii: letter)) {
            if fields[letter] > 10 { return nil }
        }
        if isMemory, diagram.letters.contains(UInt8(ascii: "n")), fields["n"] > 10, fields["n"] != 13 { return nil }
        if encoding.isUnpredictable(fields) { return nil }
        return word
    }
}

/// What an instruction may read or write.
struct Registers: Equatable {
    /// r0 to r15; only r0 to r10 and r13 are compared.
    var core = [UInt32](repeating: 0, count: 16)
    var singles = [UInt32](repeating: 0, count: 32)
    var fpscr: UInt32 = 0
    /// N, Z, C and V of the APSR.
    var flags: UInt32 = 0
    var memory = [UInt32](repeating: 0, count: FloatingPointBench.size / 4)

    static func random(_ random: inout FloatingPointOperands) -> Registers {
        var registers = Registers()
        for index in 0..<32 { registers.singles[index] = random.operand() }
        // Any of them may be the base of an access; around the middle of the memory there is room for every offset.
        for index in 0...13 {
            registers.core[index] = FloatingPointBench.base + 1280 + UInt32(truncatingIfNeeded: random.next()) & 0x3FC
        }
        registers.fpscr = UInt32(truncatingIfNeeded: random.next()) & (FPSCR.writable | FPSCR.NZCV) & ~0x9F
        for index in registers.memory.indices { registers.memory[index] = UInt32(index) &* 0x9E37_79B9 }
        return registers
    }

    /// The registers that two runs differ in, for the message.
    func differences(_ expected: Registers, _ start: Registers) -> String {
        func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
        var lines = ["fpscr before \(hex(start.fpscr))"]
        for index in 0..<16 where core[index] != expected.core[index] {
            lines.append("r\(index) \(hex(core[index])) not \(hex(expected.core[index]))")
        }
        for index in 0..<32 where singles[index] != expected.singles[index] {
            lines.append("s\(index) \(hex(singles[index])) not \(hex(expected.singles[index]))")
        }
        if fpscr != expected.fpscr { lines.append("fpscr \(hex(fpscr)) not \(hex(expected.fpscr))") }
        if flags != expected.flags { lines.append("flags \(hex(flags)) not \(hex(expected.flags))") }
        if memory != expected.memory { lines.append("memory") }
        lines.append("s before: " + start.singles.map(hex).joined(separator: " "))
        return lines.joined(separator: "; ")
    }
}

extension FloatingPointBench {
    /// Runs one instruction from a state; `nil` if it did not come to its end.
    func execute(_ word: UInt32, _ start: Registers) -> Registers? {
        for index in 0..<15 { state.registers[index] = start.core[index] }
        for index in 0..<32 { state.singles[index] = start.singles[index] }
        state.pointee.fpscr = start.fpscr & FPSCR.writable
        state.pointee.fpFlags = start.fpscr & FPSCR.NZCV
        (state.pointee.nz, state.pointee.c, state.pointee.v) = (1, 0, 0)
        memory.copyMemory(from: start.memory, byteCount: FloatingPointBench.size)
        guard execute(word) else { return nil }
        var end = start
        for index in 0..<11 { end.core[index] = state.registers[index] }
        end.core[13] = state.registers[13]
        for index in 0..<32 { end.singles[index] = state.singles[index] }
        end.fpscr = state.pointee.fpscr | state.pointee.fpFlags
        end.flags = flags
        let bytes = UnsafeRawBufferPointer(start: memory, count: FloatingPointBench.size)
        end.memory.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
        return end
    }
}

/// Unicorn's cortex-m4 with its floating-point unit switched on.
final class UnicornFPU {
    private var engine: OpaquePointer?
    private static let code: UInt64 = 0x1_0000
    private static let codeSize = 1 << 20
    private var next = UnicornFPU.code

    init?() {
        let mode = uc_mode(UC_MODE_THUMB.rawValue | UC_MODE_MCLASS.rawValue)
        guard uc_open(UC_ARCH_ARM, mode, &engine) == UC_ERR_OK,
            unicorn_set_cpu_model(engine, Int32(UC_CPU_ARM_CORTEX_M4.rawValue)) == UC_ERR_OK,
            uc_mem_map(engine, UnicornFPU.code, UnicornFPU.codeSize, UC_PROT_ALL.rawValue) == UC_ERR_OK,
            uc_mem_map(engine, UInt64(FloatingPointBench.base), FloatingPointBench.size, UC_PROT_ALL.rawValue)
                == UC_ERR_OK
        else { return nil }
        // The first instruction of a floating-point context sets FPSCR: VMOV.F32 s0, s0.
        guard run([0xEEB0_0A40]) else { return nil }
    }

    deinit { uc_close(engine) }

    /// Runs words that were never run before at their place: Unicorn keeps its translations.
    private func run(_ words: [UInt32]) -> Bool {
        if next + 64 > UnicornFPU.code + UInt64(UnicornFPU.codeSize) { return false }
        var halfwords = words.flatMap { [UInt16($0 >> 16), UInt16($0 & 0xFFFF)] }
        let size = halfwords.count * 2
        guard uc_mem_write(engine, next, &halfwords, size) == UC_ERR_OK else { return false }
        let start = next
        next += UInt64(size)
        return uc_emu_start(engine, start | 1, next, 0, words.count) == UC_ERR_OK
    }

    private func write(_ register: UInt32, _ value: UInt64) {
        var value = value
        uc_reg_write(engine, Int32(register), &value)
    }

    private func read(_ register: UInt32) -> UInt64 {
        var value: UInt64 = 0
        uc_reg_read(engine, Int32(register), &value)
        return value
    }

    private func core(_ index: Int) -> UInt32 {
        switch index {
        case 13: UC_ARM_REG_SP.rawValue
        case 14: UC_ARM_REG_LR.rawValue
        default: UC_ARM_REG_R0.rawValue + UInt32(index)
        }
    }

    /// Runs one instruction from a state, with FPSCR going in through r12 and coming out through r11.
    func execute(_ word: UInt32, _ start: Registers) -> Registers? {
        for index in 0..<15 { write(core(index), UInt64(start.core[index])) }
        write(UC_ARM_REG_R12.rawValue, UInt64(start.fpscr))
        for index in 0..<16 {
            let pair = UInt64(start.singles[2 * index]) | UInt64(start.singles[2 * index + 1]) << 32
            write(UC_ARM_REG_D0.rawValue + UInt32(index), pair)
        }
        write(UC_ARM_REG_APSR_NZCV.rawValue, 0)
        var memory = start.memory
        uc_mem_write(engine, UInt64(FloatingPointBench.base), &memory, FloatingPointBench.size)
        // VMSR FPSCR, r12; the instruction; VMRS r11, FPSCR.
        guard run([0xEEE1_CA10, word, 0xEEF1_BA10]) else { return nil }
        var end = start
        for index in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13] {
            end.core[index] = UInt32(truncatingIfNeeded: read(core(index)))
        }
        for index in 0..<16 {
            let pair = read(UC_ARM_REG_D0.rawValue + UInt32(index))
            end.singles[2 * index] = UInt32(truncatingIfNeeded: pair)
            end.singles[2 * index + 1] = UInt32(truncatingIfNeeded: pair >> 32)
        }
        end.fpscr = UInt32(truncatingIfNeeded: read(UC_ARM_REG_R11.rawValue))
        end.flags = UInt32(truncatingIfNeeded: read(UC_ARM_REG_APSR_NZCV.rawValue)) & 0xF000_0000
        uc_mem_read(engine, UInt64(FloatingPointBench.base), &end.memory, FloatingPointBench.size)
        return end
    }
}
