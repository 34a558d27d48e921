/// The parallel additions and subtractions. DDI 0403E.e A5.3.13 and A5.3.14.
let parallelArithmetic: [Encoding] =
    parallel("S", "00 00", [.sadd8, .sadd16, .sasx, .ssub8, .ssub16, .ssax])
    + parallel("Q", "00 01", [.qadd8, .qadd16, .qasx, .qsub8, .qsub16, .qsax])
    + parallel("SH", "00 10", [.shadd8, .shadd16, .shasx, .shsub8, .shsub16, .shsax])
    + parallel("U", "01 00", [.uadd8, .uadd16, .uasx, .usub8, .usub16, .usax])
    + parallel("UQ", "01 01", [.uqadd8, .uqadd16, .uqasx, .uqsub8, .uqsub16, .uqsax])
    + parallel("UH", "01 10", [.uhadd8, .uhadd16, .uhasx, .uhsub8, .uhsub16, .uhsax])

/// The six operations of one kind, in the order of their op1.
private func parallel(_ prefix: String, _ kind: String, _ operations: [Operation]) -> [Encoding] {
    let op1 = [("ADD8", "000"), ("ADD16", "001"), ("ASX", "010"), ("SUB8", "100"), ("SUB16", "101"), ("SAX", "110")]
    return zip(op1, operations).map { row, operation in
        let (name, bits) = row
        return encoding(
            "\(prefix)\(name) T1", "11111 010 1 \(bits) nnnn 1111 dddd \(kind) mmmm",
            "\((prefix + name).lowercased()){c} <Rd>, <Rn>, <Rm>", .alu, unpredictable: badOperands
        ) {
            Instruction(operation, d: $0.d, n: $0.n, m: $0.m)
        }
    }
}
