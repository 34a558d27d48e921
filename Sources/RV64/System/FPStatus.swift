/// The part of the floating-point state that instructions change as they run: what fcsr shows, and mstatus.FS.
///
/// It is plain data because the run loop keeps it in raw memory, beside the registers, and changes it there: it adds
/// to `fflags`, and stores `FPStatus.dirty` in `FS` when an instruction writes an FP register or a flag. The control
/// registers hold a pointer to it and keep no copy, so both see the same bits.
public struct FPStatus: Equatable, Sendable {
    /// Accrued exceptions: NV, DZ, OF, UF, NX in bits 4...0.
    public var fflags: UInt32 = 0
    /// The dynamic rounding mode, 0...7; 5...7 are reserved and make instructions that use it illegal.
    public var frm: UInt32 = 0
    /// mstatus.FS: 0 Off, 1 Initial, 2 Clean, 3 Dirty. While it is Off, FP instructions are illegal.
    public var FS: UInt32 = 0

    public static let off: UInt32 = 0
    public static let dirty: UInt32 = 3

    public init() {}
}
