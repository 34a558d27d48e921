import TestSupport
import CUnicorn

/// Unicorn's RV64 over the same code and RAM of its own.
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
        try check(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV64, &opened))
        guard let opened else { throw Refusal(code: UC_ERR_NOMEM) }
        engine = opened
        ram = .allocate(byteCount: Layout.ramSize, alignment: 4096)
        range = .allocate(capacity: 1)
        range.initialize(to: unicorn_range(first: 0, end: 0))
        try check(uc_mem_map_ptr(engine, UInt64(Layout.code), Layout.codeSize, UC_PROT_ALL.rawValue, code))
        try check(uc_mem_map_ptr(engine, UInt64(Layout.ram), Layout.ramSize, UC_PROT_ALL.rawValue, ram))
        try check(unicorn_stop_outside(engine, range))
        // mstatus.FS: Dirty.
        self[UC_RISCV_REG_MSTATUS.rawValue] = 3 << 13
    }

    deinit {
        uc_close(engine)
        ram.deallocate()
        range.deallocate()
    }

    func load(_ registers: Registers, _ memory: [UInt64]) {
        for index in 1..<32 as Range<UInt32> { self[UC_RISCV_REG_X0.rawValue + index] = registers.x[Int(index)] }
        for index in 0..<32 as Range<UInt32> { self[UC_RISCV_REG_F0.rawValue + index] = registers.f[Int(index)] }
        self[UC_RISCV_REG_FCSR.rawValue] = registers.fcsr
        self[UC_RISCV_REG_MSCRATCH.rawValue] = registers.mscratch
        memory.copy(to: ram)
    }

    /// Executes from `pc` as long as the instructions lie in `inside`.
    func execute(at pc: UInt64, in inside: Range<UInt32>) throws {
        range.pointee = unicorn_range(first: inside.lowerBound, end: inside.upperBound)
        // An address that is never reached: the range ends the execution.
        let code = uc_emu_start(engine, pc, 0xFFFF_FFFE, 0, 0)
        if code != UC_ERR_OK { throw Refusal(code: code) }
    }

    var registers: Registers {
        var registers = Registers()
        for index in 0..<32 as Range<UInt32> { registers.x[Int(index)] = self[UC_RISCV_REG_X0.rawValue + index] }
        for index in 0..<32 as Range<UInt32> { registers.f[Int(index)] = self[UC_RISCV_REG_F0.rawValue + index] }
        registers.pc = self[UC_RISCV_REG_PC.rawValue]
        registers.fcsr = self[UC_RISCV_REG_FCSR.rawValue]
        registers.mscratch = self[UC_RISCV_REG_MSCRATCH.rawValue]
        return registers
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
