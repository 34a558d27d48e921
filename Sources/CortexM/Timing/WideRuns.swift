import Profile

/// What runs of 32-bit instructions that are not word-aligned cost. The manuals are silent; it was measured by several
/// people (see the sources in the cycle table), and how the total splits between the cases is a fit.
struct WideRuns {
    let table: CycleTable

    func charge(_ instructions: [TimedInstruction], _ prices: inout [Price]) {
        chargeBehindLoads(instructions, &prices)
        chargeEveryThird(instructions, &prices, from: 3, table[.wideLoadRun]) { $0.timing == .load }
        chargeEveryThird(instructions, &prices, from: 4, table[.wideStoreRun]) { $0.timing == .store }
        chargeEveryThird(instructions, &prices, from: 3, table[.wideFloatRun]) {
            $0.timing == .fpAlu || $0.timing == .fpMove || $0.timing == .fpMoveCore
        }
    }

    /// Three or more that reach no memory, behind a load: paid once.
    private func chargeBehindLoads(_ instructions: [TimedInstruction], _ prices: inout [Price]) {
        guard instructions.count > 3 else { return }
        for index in 0..<(instructions.count - 3) where instructions[index].timing.isLoad {
            let run = instructions[(index + 1)...(index + 3)]
            if run.allSatisfy({ $0.isMisalignedWide && !$0.timing.isMemoryAccess }) {
                prices[index + 3].cycles.fetchAlign += table[.wideRunAfterLoad]
            }
        }
    }

    private func chargeEveryThird(
        _ instructions: [TimedInstruction], _ prices: inout [Price], from first: Int, _ cycles: Int,
        _ belongs: (TimedInstruction) -> Bool
    ) {
        var length = 0
        for (index, instruction) in instructions.enumerated() {
            guard instruction.isMisalignedWide, belongs(instruction) else {
                length = 0
                continue
            }
            length += 1
            if length >= first, (length - first) % 3 == 0 { prices[index].cycles.fetchAlign += cycles }
        }
    }
}

extension TimedInstruction {
    /// A 32-bit instruction at 2 mod 4.
    var isMisalignedWide: Bool { isWide && address & 2 != 0 }
}
