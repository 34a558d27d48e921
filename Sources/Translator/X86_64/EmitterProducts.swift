/// Products of 64 bits and of halfwords.
extension Emitter {
    mutating func multiplyLong(
        _ isSigned: Bool, _ accumulates: Bool, _ low: Int, _ high: Int, _ a: Operand, _ b: Operand
    ) {
        if isSigned {
            fetchSigned(a, into: .rax)
            fetchSigned(b, into: .rcx)
        } else {
            fetchWord(a, into: .rax)
            fetchWord(b, into: .rcx)
        }
        assembler.multiply(.rax, .register(.rcx))
        if accumulates { addPair(low, high) }
        storePair(low, high)
    }

    /// Adds a pair of slots to rax.
    private mutating func addPair(_ low: Int, _ high: Int) {
        fetchWord(.slot(high), into: .rcx)
        assembler.shift(.shl, .rcx, by: 32)
        fetchWord(.slot(low), into: .rsi)
        assembler.arithmetic(.or, .rcx, .register(.rsi))
        assembler.arithmetic(.add, .rax, .register(.rcx))
    }

    private mutating func storePair(_ low: Int, _ high: Int) {
        assembler.mov(.rcx, .rax)
        assembler.shift(.shr, .rcx, by: 32)
        put(.rcx, .slot(high))
        assembler.mov(.rax, .rax, wide: false)
        put(.rax, .slot(low))
    }

    mutating func halfwords(_ product: HalfwordProduct) {
        switch (product.kind, product.result) {
        case (.dual(exchanges: false, subtracts: false), .sum(let addend, let sticky)):
            sumOfPairs(product, addend, sticky)
        case (.single(let top, let otherTop), .sum(let addend, let sticky)):
            half(product.n, top, into: .rax)
            half(product.m, otherTop, into: .rcx)
            assembler.multiply(.rax, .register(.rcx), wide: false)
            add(addend, to: .rax, sticky)
            put(.rax, .slot(product.d))
        default:
            multiply(product)
            finish(product)
        }
    }

    /// SMLAD: both products and their sum at once. The sum is too large for a word only if it is 2^31, which then looks
    /// like its negative.
    private mutating func sumOfPairs(_ product: HalfwordProduct, _ addend: Int?, _ sticky: Int) {
        let back = newLabel()
        assembler.moveBits(0, from: wordTarget(.slot(product.n)))
        assembler.moveBits(1, from: wordTarget(.slot(product.m)))
        assembler.multiplyPairs(0, 1)
        assembler.moveBits(.rax, 0, wide: false)
        assembler.arithmetic(.cmp, .register(.rax), constant: .min, wide: false)
        assembler.jump(.equal, distantly(.largestSum(addend, sticky: sticky, back: back)))
        add(addend, to: .rax, sticky)
        assembler.place(back)
        put(.rax, .slot(product.d))
    }

    /// Adds a slot to a word, and notes that the sum is more than a word.
    private mutating func add(_ addend: Int?, to sum: Register, _ sticky: Int) {
        guard let addend else { return }
        let back = newLabel()
        assembler.arithmetic(.add, sum, wordTarget(.slot(addend)), wide: false)
        assembler.jump(.overflow, distantly(.tooLarge(sticky: sticky, back: back)))
        assembler.place(back)
    }

    /// To the sum 2^31 a slot is added.
    mutating func addToLargest(_ addend: Int?, _ sticky: Int, back: Label) {
        if let addend {
            fetchWord(.slot(addend), into: .rcx)
            // Only with a negative addend it is a word.
            assembler.arithmetic(.add, .rax, .register(.rcx), wide: false)
            assembler.test(.rcx, .rcx, wide: false)
            assembler.jump(.negative, back)
        }
        assembler.store(.word, constant: 1, field(sticky))
        assembler.jump(back)
    }

    /// Leaves the sum of products in rax, 64 bits.
    private mutating func multiply(_ product: HalfwordProduct) {
        switch product.kind {
        case .single(let top, let otherTop):
            half(product.n, top, into: .rax)
            half(product.m, otherTop, into: .rcx)
            assembler.multiply(.rax, .register(.rcx))
        case .dual(let exchanges, let subtracts):
            half(product.n, false, into: .rax)
            half(product.m, exchanges, into: .rcx)
            assembler.multiply(.rax, .register(.rcx))
            half(product.n, true, into: .rcx)
            half(product.m, !exchanges, into: .rsi)
            assembler.multiply(.rcx, .register(.rsi))
            assembler.arithmetic(subtracts ? .sub : .add, .rax, .register(.rcx))
        }
    }

    private mutating func finish(_ product: HalfwordProduct) {
        switch product.result {
        case .word:
            assembler.mov(.rax, .rax, wide: false)
            put(.rax, .slot(product.d))
        case .sum(let addend, let sticky):
            if let addend {
                fetchSigned(.slot(addend), into: .rcx)
                assembler.arithmetic(.add, .rax, .register(.rcx))
            }
            let fits = newLabel()
            assembler.load(.int32, .rcx, .register(.rax))
            assembler.arithmetic(.cmp, .rcx, .register(.rax))
            assembler.jump(.equal, fits)
            assembler.store(.word, constant: 1, field(sticky))
            assembler.place(fits)
            assembler.mov(.rax, .rax, wide: false)
            put(.rax, .slot(product.d))
        case .pair(let high):
            addPair(product.d, high)
            storePair(product.d, high)
        }
    }

    private mutating func half(_ slot: Int, _ isTop: Bool, into register: Register) {
        if let own = home(slot) {
            if isTop {
                assembler.load(.int32, register, .register(own))
                assembler.shift(.sar, register, by: 16)
            } else {
                assembler.load(.int16, register, .register(own))
            }
        } else {
            var place = memory(slot)
            if isTop { place.displacement += 2 }
            assembler.load(.int16, register, .memory(place))
        }
    }
}
