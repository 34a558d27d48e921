import Profile

/// Code that runs from SRAM at 0x20000000 and above is fetched over the System bus, which registers instruction
/// fetches and which data accesses use, too. DDI 0439 2.3.1. (SRAM remapped to address 0 is fetched over the I-code bus
/// and does not pay.)
struct SystemBusFetch {
    let table: CycleTable

    /// Whether instructions at `address` are fetched over the System bus.
    static func applies(to address: UInt32) -> Bool { address >= 0x2000_0000 }

    /// Charges each word when the first instruction in it is reached.
    func charge(_ instructions: [TimedInstruction], _ prices: inout [Price]) {
        var fetched: UInt32?
        for (index, instruction) in instructions.enumerated() {
            let last = (instruction.address &+ (instruction.isWide ? 3 : 1)) >> 2
            let first = fetched.map { $0 &+ 1 } ?? instruction.address >> 2
            if last >= first { prices[index].cycles.contention += Int(last - first + 1) * table[.systemBusFetch] }
            fetched = last
        }
    }
}
