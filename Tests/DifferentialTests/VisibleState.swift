@testable import CortexM

/// All that a program could find out about the core, for comparisons.
extension Processor {
    static let visibleNames =
        (0..<15).map { "r\($0)" } + ["pc", "xpsr"] + (0..<32).map { "s\($0)" } + [
            "fpscr", "masks", "control", "other sp", "stack low", "other stack low", "cfsr", "hfsr", "mmfar", "bfar",
            "exclusive", "pending", "active", "mpu",
        ]

    var visible: [UInt64] {
        var values = (0..<15).map { state.registers[$0] }
        values += [resumeAddress, xPSR(itState: itState)]
        values += (0..<32).map { state.singles[$0] }
        let masks: UInt32 = (system.primask ? 1 : 0) | (system.faultmask ? 2 : 0) | UInt32(system.basepri) << 8
        values += [FPSCR, masks, control, system.otherSP, state.pointee.stackLow, system.otherStackLow]
        values += [system.faults.cfsr, system.faults.hfsr, system.faults.mmfar, system.faults.bfar]
        values += [state.pointee.exclusive ?? 1, system.pending.bits(from: 0), system.active.bits(from: 0)]
        values += [system.mpu.ctrl]
        return values.map(UInt64.init)
    }
}
