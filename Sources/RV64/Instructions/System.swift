/// Fences, CSR accesses and the privileged instructions. Unprivileged manual, sections 2.7, 2.8, chapters 3 and 9;
/// privileged manual, section 3.2.
let system: [Encoding] = [
    // "The unused fields in the FENCE instructions - rs1 and rd - are reserved [...] base implementations shall ignore
    // these fields", and treat reserved values of fm as ordinary fences. x names what is ignored.
    encoding("FENCE", "ffff pppp ssss xxxxx 000 xxxxx 0001111", "fence <fence p>,<fence s>", .fence) { _ in
        Instruction(.fence)
    },
    encoding("FENCE.I", "xxxxxxxxxxxx xxxxx 001 xxxxx 0001111", "fence.i", .fenceI) { _ in Instruction(.fencei) },
    encoding("ECALL", "000000000000 00000 000 00000 1110011", "ecall", .system) { _ in Instruction(.ecall) },
    encoding("EBREAK", "000000000001 00000 000 00000 1110011", "ebreak", .system) { _ in Instruction(.ebreak) },
    encoding("SRET", "000100000010 00000 000 00000 1110011", "sret", .system) { _ in Instruction(.sret) },
    encoding("MRET", "001100000010 00000 000 00000 1110011", "mret", .system) { _ in Instruction(.mret) },
    encoding("WFI", "000100000101 00000 000 00000 1110011", "wfi", .system) { _ in Instruction(.wfi) },
    encoding("SFENCE.VMA", "0001001 mmmmm nnnnn 000 00000 1110011", "sfence.vma <n>,<m>", .system) {
        Instruction(.sfencevma, n: $0.n, m: $0.m)
    },
    // Privileged manual 1.9.1, section 4.2.1.
    encoding("SFENCE.VM", "000100000100 nnnnn 000 00000 1110011", "sfence.vm <n>", .system) {
        Instruction(.sfencevma, n: $0.n, x: 1)
    },
    csr("CSRRW", "001", .csrrw), csr("CSRRS", "010", .csrrs), csr("CSRRC", "011", .csrrc),
    csr("CSRRWI", "101", .csrrwi), csr("CSRRSI", "110", .csrrsi), csr("CSRRCI", "111", .csrrci),
]

private func csr(_ name: String, _ funct3: String, _ operation: Operation) -> Encoding {
    let isImmediate = name.hasSuffix("I")
    return encoding(
        name, "iiiiiiiiiiii nnnnn \(funct3) ddddd 1110011",
        "\(name.lowercased()) <d>,<csr>,\(isImmediate ? "<number n>" : "<n>")", .csr
    ) {
        Instruction(operation, d: destination($0.d), n: $0.n, x: UInt16($0.i))
    }
}
