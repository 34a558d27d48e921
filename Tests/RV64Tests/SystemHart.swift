@testable import RV64

/// The control registers of one hart with what an engine would provide: floating-point status, counts, and a record of
/// what was told.
final class SystemHart {
    let csrs: ControlRegisters
    let fp: UnsafeMutablePointer<FPStatus>
    var cycles: UInt64 = 0
    var instructions: UInt64 = 0
    var mtime: UInt64 = 0
    var interruptChanges = 0
    var modeChanges = 0
    var fpChanges = 0

    init(_ features: PrivilegedFeatures, hart: Int = 0) {
        fp = .allocate(capacity: 1)
        fp.initialize(to: FPStatus())
        csrs = ControlRegisters(hart: hart, features: features, fp: fp)
        csrs.cycle = { [unowned self] in cycles }
        csrs.instret = { [unowned self] in instructions }
        csrs.time = { [unowned self] in mtime }
        csrs.onInterruptChange = { [unowned self] in interruptChanges += 1 }
        csrs.onModeChange = { [unowned self] in modeChanges += 1 }
        csrs.onFPChange = { [unowned self] in fpChanges += 1 }
    }

    deinit { fp.deallocate() }

    static var k210: SystemHart { SystemHart(.k210) }
    static var rv64: SystemHart { SystemHart(.rv64) }
    /// Machine mode alone, without floating point.
    static var small: SystemHart { SystemHart(PrivilegedFeatures(version: .v1_12, extensions: "IMC")) }

    subscript(_ csr: CSR) -> UInt64 {
        get throws { try csrs.read(csr.rawValue) }
    }

    /// Writes a register and reads it back.
    @discardableResult
    func write(_ csr: CSR, _ value: UInt64) throws -> UInt64 {
        try csrs.write(csr.rawValue, value)
        return try csrs.read(csr.rawValue)
    }

    /// Goes to a mode as M-mode software does: MPP, then MRET.
    func enter(_ mode: PrivilegeMode, at pc: UInt64 = 0x8000_0000) throws {
        try csrs.write(CSR.mepc.rawValue, pc)
        let status = try self[.mstatus] & ~MSTATUS.MPP | UInt64(mode.rawValue) << 11
        try csrs.write(CSR.mstatus.rawValue, status)
        _ = try csrs.mret()
    }

    func isIllegal(_ csr: CSR) -> Bool { isIllegal(csr.rawValue) }

    func isIllegal(_ number: UInt16) -> Bool {
        do {
            _ = try csrs.read(number)
            return false
        } catch {
            return true
        }
    }
}
