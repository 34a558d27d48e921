import Profile

/// VDIV and VSQRT go on beside integer instructions. DDI 0439D table 7-1, note: "Integer-only instructions following
/// VDIVR or VSQRT instructions complete out-of-order. VDIV and VSQRT instructions take one cycle if no further
/// floating-point instructions are executed."
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
