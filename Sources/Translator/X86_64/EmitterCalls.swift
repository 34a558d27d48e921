/// Guest calls as calls of the host, so that the host foresees where they return to.
///
/// Each call that is not returned from yet has two words on the host's stack: the guest's return address and, pushed
/// behind it by the host's call, where that code goes on. A return compares the guest's address and is a return of the
/// host. What does not fit together (a return to elsewhere, more calls than there is room for) forgets all calls, and
/// so does whatever leaves the code: the simulator knows nothing of them.
enum CallStack {
    /// Calls that may be open at once.
    static let depth = 128
    /// No guest address, in the place of the first call's.
    private static let nowhere: Int32 = -1

    static func base(_ layout: Layout) -> Assembler.Memory { Assembler.Memory(Emitter.state, Int32(layout.calls)) }
    static func limit(_ layout: Layout) -> Assembler.Memory {
        Assembler.Memory(Emitter.state, Int32(layout.calls + 8))
    }

    /// Three words, because helpers need a stack that is a multiple of 16.
    static func begin(_ assembler: inout Assembler, _ layout: Layout) {
        for _ in 0..<3 { assembler.push(constant: nowhere) }
        assembler.store(.doubleword, .rsp, base(layout))
        assembler.lea(.rax, Assembler.Memory(.rsp, Int32(-16 * depth)))
        assembler.store(.doubleword, .rax, limit(layout))
    }

    static func end(_ assembler: inout Assembler, _ layout: Layout) {
        assembler.load(.int64, .rsp, .memory(base(layout)))
        assembler.arithmetic(.add, .register(.rsp), constant: 24)
    }
}

extension Emitter {
    mutating func callCode(_ address: HostAddress, _ returnAddress: UInt32) {
        let back = newLabel()
        assembler.arithmetic(.cmp, .rsp, .memory(CallStack.limit(layout)))
        assembler.jump(.belowOrEqual, forgettingCalls(next: back))
        assembler.place(back)
        if let constant = Int32(exactly: returnAddress) {
            assembler.push(constant: constant)
        } else {
            assembler.mov(.rax, constant: Int64(returnAddress))
            assembler.push(.rax)
        }
        assembler.call(.memory(memory(address)))
        assembler.lea(.rsp, Assembler.Memory(.rsp, 8))
    }

    mutating func checkReturn(_ target: Operand, otherwise: Label) {
        let address = load(target, into: .rax)
        assembler.arithmetic(.cmp, Assembler.Memory(.rsp, 8), address)
        assembler.jump(.notEqual, forgettingCalls(next: otherwise))
    }

    mutating func returnCode(_ record: UInt) {
        let (ownBlock, ownRecord) = Emitter.returned
        assembler.mov(ownBlock, constant: Int64(bitPattern: UInt64(block)))
        assembler.mov(ownRecord, constant: Int64(bitPattern: UInt64(record)))
        assembler.ret()
    }

    mutating func leaveReturn() {
        let (ownBlock, ownRecord) = Emitter.returned
        assembler.store(.doubleword, ownBlock, Assembler.Memory(Emitter.state, Int32(layout.leftBlock)))
        assembler.store(.doubleword, ownRecord, Assembler.Memory(Emitter.state, Int32(layout.leftRecord)))
        assembler.mov(.rax, constant: Int64(bitPattern: UInt64(stubs.exit)))
        assembler.jump(.register(.rax))
    }

    mutating func forgetCalls() { assembler.load(.int64, .rsp, .memory(CallStack.base(layout))) }

    /// Where a return leaves its block and record.
    private static let returned: (block: Register, record: Register) = (.rcx, .rsi)
}
