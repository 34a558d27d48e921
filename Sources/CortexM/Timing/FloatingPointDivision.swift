import Profile

/// VDIV and VSQRT go on beside integer instructions, which complete out of order: gcc/config/arm/cortex-m4-fpu.md. That
/// they take 14 cycles, and go on beside exception entry too, says Arm erratum 776924.
///
/// What is left of them is paid by the next FP instruction, or at the end of the block, beyond which a price cannot
/// look.
struct FloatingPointDivision {
    func overlap(_ instructions: [TimedInstruction], _ prices: inout [Price]) {
        for index in instructions.indices {
            let this = instructions[index]
            guard this.timing == .fpDivide || this.timing == .fpSqrt, !this.isPredicated else { continue }
            var left = prices[index].cycles.issue - 1
            var next = index + 1
            while next < instructions.count, left > 0, !instructions[next].timing.isFloatingPoint,
                !instructions[next].isPredicated
            {
                left -= min(left, prices[next].cycles.total)
                next += 1
            }
            prices[index].cycles.issue = 1
            let waits = next < instructions.count && !instructions[next].isPredicated ? next : index
            prices[waits].cycles.fp += left
        }
    }
}
