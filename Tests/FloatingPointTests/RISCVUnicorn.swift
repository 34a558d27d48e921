import CUnicorn

/// Unicorn's RV64, which runs one instruction over a whole table of operands.
final class RISCVUnicorn {
    /// A row of the table: f0 (or a5), f1, f2, then what the instruction left in f3 (or a3) and in fflags.
    struct Row {
        var a: UInt64
        var b: UInt64
        var c: UInt64
        var result: UInt64 = 0
        var flags: UInt64 = 0
    }

    /// Why an execution did not come to its end.
    struct Refusal: Error, CustomStringConvertible {
        let code: uc_err
        var description: String { String(cString: uc_strerror(code)) }
    }

    private static let code: UInt64 = 0x1000
    private static let table: UInt64 = 0x100_0000
    private let engine: OpaquePointer

    init() throws {
        var opened: OpaquePointer?
        try RISCVUnicorn.check(uc_open(UC_ARCH_RISCV, uc_mode(UC_MODE_RISCV64.rawValue), &opened))
        guard let opened else { throw Refusal(code: UC_ERR_NOMEM) }
        engine = opened
    }

    deinit { uc_close(engine) }

    /// Runs `operation` on every row.
    ///
    /// - Parameter fcsr: the register in front of each instruction.
    func run(_ operation: RISCVOperation, fcsr: UInt64, on rows: inout [Row]) throws {
        let toInteger = operation.result == .integer
        let program: [UInt32] = [
            0x0000_6337,  // lui t1, 6
            0x3003_2073,  // csrs mstatus, t1: FS
            0x0005_3007,  // fld f0, 0(a0)
            0x0085_3087,  // fld f1, 8(a0)
            0x0105_3107,  // fld f2, 16(a0)
            0x0005_3783,  // ld a5, 0(a0)
            0x0036_1073,  // csrw fcsr, a2
            operation.word,
            toInteger ? 0x00D5_3C23 : 0x0035_3C27,  // sd a3, 24(a0) or fsd f3, 24(a0)
            0x0010_2773,  // csrr a4, fflags
            0x02E5_3023,  // sd a4, 32(a0)
            0x0285_0513,  // addi a0, a0, 40
            0xFFF5_8593,  // addi a1, a1, -1
            0xFC05_9AE3,  // bnez a1, the first fld
        ]
        let bytes = program.count * 4
        try RISCVUnicorn.check(uc_mem_map(engine, RISCVUnicorn.code, 0x1000, UC_PROT_ALL.rawValue))
        try RISCVUnicorn.check(
            program.withUnsafeBytes { uc_mem_write(engine, RISCVUnicorn.code, $0.baseAddress, $0.count) })
        set(UC_RISCV_REG_A0, RISCVUnicorn.table)
        set(UC_RISCV_REG_A1, UInt64(rows.count))
        set(UC_RISCV_REG_A2, fcsr)
        let length = rows.count * MemoryLayout<Row>.stride
        let pages = (length + 0xFFF) & ~0xFFF
        try RISCVUnicorn.check(uc_mem_map(engine, RISCVUnicorn.table, pages, UC_PROT_ALL.rawValue))
        try rows.withUnsafeMutableBytes { memory in
            try RISCVUnicorn.check(uc_mem_write(engine, RISCVUnicorn.table, memory.baseAddress, length))
            try RISCVUnicorn.check(
                uc_emu_start(engine, RISCVUnicorn.code, RISCVUnicorn.code + UInt64(bytes), 0, 0))
            try RISCVUnicorn.check(uc_mem_read(engine, RISCVUnicorn.table, memory.baseAddress, length))
        }
        try RISCVUnicorn.check(uc_mem_unmap(engine, RISCVUnicorn.table, pages))
        try RISCVUnicorn.check(uc_mem_unmap(engine, RISCVUnicorn.code, 0x1000))
    }

    private func set(_ register: uc_riscv_reg, _ value: UInt64) {
        var value = value
        uc_reg_write(engine, Int32(register.rawValue), &value)
    }

    private static func check(_ code: uc_err) throws { if code != UC_ERR_OK { throw Refusal(code: code) } }
}
