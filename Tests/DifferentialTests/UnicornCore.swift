import TestSupport
import CUnicorn

/// Unicorn's Cortex-M4 over the same code and RAM of its own.
final class UnicornCore {
    private let engine: OpaquePointer
    let ram: UnsafeMutableRawPointer
    private let range: UnsafeMutablePointer<unicorn_range>

    /// Why an execution did not come to its end.
    struct Refusal: Error, CustomStringConvertible {
        let code: uc_err

        var description: String { String(cString: uc_strerror(code)) }
    }

    init(code: UnsafeMutableRawPointer) throws {
        func check(_ code: uc_err) throws { if code != UC_ERR_OK { throw Refusal(code: code) } }
        var opened: OpaquePointer?
        try check(uc_open(UC_ARCH_ARM, uc_mode(UC_MODE_THUMB.rawValue | UC_MODE_MCLASS.rawValue), &opened))
        guard let opened else { throw Refusal(code: UC_ERR_NOMEM) }
        engine = opened
        ram = .allocate(byteCount: Layout.ramSize, alignment: 4096)
        range = .allocate(capacity: 1)
        range.initialize(to: unicorn_range(first: 0, end: 0))
        try check(unicorn_set_cpu_model(engine, Int32(UC_CPU_ARM_CORTEX_M4.rawValue)))
        try check(uc_mem_map_ptr(engine, UInt64(Layout.code), Layout.codeSize, UC_PROT_ALL.rawValue, code))
        try check(uc_mem_map_ptr(engine, UInt64(Layout.ram), Layout.ramSize, UC_PROT_ALL.rawValue, ram))
        try check(unicorn_stop_outside(engine, range))
        // The first instruction of a floating-point context sets FPSCR: VMOV.F32 s0, s0.
        let first = code.assumingMemoryBound(to: UInt16.self)
        (first[0], first[1]) = (0xEEB0, 0x0A40)
        try execute(at: Layout.code, in: Layout.code..<(Layout.code + 4))
    }

    deinit {
        uc_close(engine)
        ram.deallocate()
        range.deallocate()
    }

    func load(_ registers: Registers, _ memory: [UInt32]) {
        for index in 0..<15 { self[UnicornCore.core(index)] = UInt64(registers.core[index]) }
        for index in 0..<16 {
            self[UC_ARM_REG_D0.rawValue + UInt32(index)] =
                UInt64(registers.singles[2 * index]) | UInt64(registers.singles[2 * index + 1]) << 32
        }
        self[UC_ARM_REG_APSR_NZCVQG.rawValue] = UInt64(registers.apsr)
        self[UC_ARM_REG_FPSCR.rawValue] = UInt64(registers.fpscr)
        memory.copy(to: ram)
    }

    /// Executes from `pc` as long as the instructions lie in `inside`.
    func execute(at pc: UInt32, in inside: Range<UInt32>) throws {
        range.pointee = unicorn_range(first: inside.lowerBound, end: inside.upperBound)
        // An address that is never reached: the range ends the execution.
        let code = uc_emu_start(engine, UInt64(pc | 1), 0xFFFF_FFFE, 0, 0)
        if code != UC_ERR_OK { throw Refusal(code: code) }
    }

    var registers: Registers {
        var registers = Registers()
        for index in 0..<15 { registers.core[index] = UInt32(truncatingIfNeeded: self[UnicornCore.core(index)]) }
        registers.core[15] = UInt32(truncatingIfNeeded: self[UC_ARM_REG_PC.rawValue])
        registers.apsr = UInt32(truncatingIfNeeded: self[UC_ARM_REG_XPSR.rawValue]) & Registers.apsrMask
        for index in 0..<16 {
            let pair = self[UC_ARM_REG_D0.rawValue + UInt32(index)]
            registers.singles[2 * index] = UInt32(truncatingIfNeeded: pair)
            registers.singles[2 * index + 1] = UInt32(truncatingIfNeeded: pair >> 32)
        }
        registers.fpscr = UInt32(truncatingIfNeeded: self[UC_ARM_REG_FPSCR.rawValue]) & Registers.fpscrMask
        return registers
    }

    private static func core(_ index: Int) -> UInt32 {
        switch index {
        case 13: UC_ARM_REG_SP.rawValue
        case 14: UC_ARM_REG_LR.rawValue
        default: UC_ARM_REG_R0.rawValue + UInt32(index)
        }
    }

    private subscript(register: UInt32) -> UInt64 {
        get {
            var value: UInt64 = 0
            uc_reg_read(engine, Int32(register), &value)
            return value
        }
        set {
            var value = newValue
            uc_reg_write(engine, Int32(register), &value)
        }
    }
}
