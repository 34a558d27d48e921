import Profile

/// What runs of 32-bit instructions that are not word-aligned cost. The manuals are silent; it was measured by several
/// people (see the sources in the cycle table), and how the total splits between the cases is a fit.
struct WideRuns {
    let table: CycleTable

    func charge(_ instructions: [TimedInstruction], _ prices: inout [Price]) {
        chargeBehindAccesses(instructions, &prices)
        chargeFloatRuns(instructions, &prices)
    }

    /// Three or more that reach no memory, behind a load or a store: paid once.
    private func chargeBehindAccesses(_ instructions: [TimedInstruction], _ prices: inout [Price]) {
        guard instructions.count > 3 else { return }
        for index in 0..<(instructions.count - 3) where instructions[index].timing.isMemoryAccess {
            let run = instructions[(index + 1)...(index + 3)]
            if run.allSatisfy({ $0.isMisalignedWide && !$0.timing.isMemoryAccess }) {
                prices[index + 3].cycles.fetchAlign += table[.wideRunAfterAccess]
            }
        }
    }

    /// Every third FP instruction of a single cycle.
    private func chargeFloatRuns(_ instructions: [TimedInstruction], _ prices: inout [Price]) {
        var length = 0
        for (index, instruction) in instructions.enumerated() {
            guard instruction.isMisalignedWide, instruction.timing.isSingleCycleFloat else {
                length = 0
                continue
            }
            length += 1
            if length % 3 == 0 { prices[index].cycles.fetchAlign += table[.wideFloatRun] }
        }
    }
}

extension TimedInstruction {
    /// A 32-bit instruction at 2 mod 4.
    var isMisalignedWide: Bool { isWide && address & 2 != 0 }
}

extension TimingClass {
    fileprivate var isSingleCycleFloat: Bool { self == .fpAlu || self == .fpMove || self == .fpMoveCore }
}
