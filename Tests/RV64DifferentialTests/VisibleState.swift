@testable import RV64

/// All that a program could find out about a hart, for comparisons.
extension Hart {
    static let visibleNames =
        (0..<32).map { "x\($0)" } + (0..<32).map { "f\($0)" } + [
            "pc", "frm", "fflags", "FS", "mstatus", "mie", "mepc", "mcause", "mtval", "lines", "mode", "sleeping",
            "now",
            "stack low",
        ]

    var visible: [UInt64] {
        let fp = state.pointee.fp
        var values = (0..<32).map { state.registers[$0] } + (0..<32).map { state.floats[$0] }
        values += [UInt64(resumeAddress), UInt64(fp.frm), UInt64(fp.fflags), UInt64(fp.FS), control.mstatus]
        values += [control.mie, control.mepc, control.mcause, control.mtval, control.lines]
        return values + [UInt64(control.mode.rawValue), isSleeping ? 1 : 0, UInt64(now), state.pointee.stackLow]
    }
}
