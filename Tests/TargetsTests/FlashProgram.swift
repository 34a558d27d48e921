import TestSupport

/// A random program in flash: stretches of code at all alignments, in turn and by branches, with loops, calls, loads
/// from flash and RAM between, that changes the flash's timing as it goes.
struct FlashProgram {
    static let flash: UInt32 = 0x0800_0000
    static let ram: UInt32 = 0x2000_4000
    static let stack: UInt32 = 0x2001_0000
    static let handlers: [UInt32] = [flash + 0x204, flash + 0x212]
    /// Where the program is placed: in flash, or where flash answers as well, or in RAM.
    static let places: [UInt32] = [flash + 0x400, 0x400, ram + 0x4000]
    static let table: UInt32 = 0x0001_0000
    static let tableSize = 0x400

    /// FLASH_ACR: LATENCY, PRFTEN, ICEN, DCEN, ICRST, DCRST. RM0090 3.9.1.
    static let ACR: UInt32 = 0x4002_3C00

    private(set) var halfwords: [UInt32] = []
    /// In bytes from the beginning.
    private(set) var entry: UInt32 = 0
    /// Where a branch with 32 bits stands, and to which stretch it goes.
    private var branches: [(at: Int, stretch: Int, condition: UInt32?, links: Bool)] = []
    private var starts: [Int] = []
    private var random: SplitMix

    /// - Parameter count: of stretches; from some 60 on they are longer than the cache.
    init(index: Int, count: Int) {
        random = SplitMix(name: "flash", index: index)
        var order = Array(0..<count)
        order.shuffle(using: &random)
        for stretch in 0..<count {
            for _ in 0..<random.below(9) { emit(0xBF00) }
            starts.append(halfwords.count)
            // The last ones are functions.
            body(stretch, count)
            if Self.isFunction(stretch, count) {
                emit(0x4770)
                continue
            }
            if stretch == order[0] { emit(0xF10B, 0x0B01) }  // ADD R11, R11, #1
            let next = order[((order.firstIndex(of: stretch) ?? 0) + 1) % count]
            if random.one(in: 2) {
                emit(0xF01B, 0x0F00 | 1 << random.below(4))  // TST R11, #...
                branch(to: other(order, count), condition: random.below(2))
            }
            branch(to: next, condition: nil)
        }
        entry = 2 * UInt32(starts[order[0]])
        for branch in branches { link(branch, order, count) }
    }

    /// Functions of a line or some, as many lines as the cache has or a few less, which are called in random order again
    /// and again; now and then a stretch of code that puts some of them out. Which ones, the order of their last uses
    /// tells.
    init(choosing index: Int) {
        random = SplitMix(name: "flash order", index: index)
        emit(0xF246, 0x6C0D, 0xF2C0, 0x0C19)  // MOVW R12, #0x660D; MOVT R12, #0x19
        let address = halfwords.count
        emit(0, 0, 0xF047, 0x0701)  // ADR.W R7, functions; ORR R7, R7, #1
        starts.append(halfwords.count)
        // Numerical Recipes' generator: MUL R11, R11, R12; ADD.W R11, R11, #...
        emit(0xFB0B, 0xFB0C, 0xF10B, 0x0B01 | 2 * random.below(100))
        let isMany = random.one(in: 2)
        emit(0xEA4F, isMany ? 0x669B : 0x66DB)  // MOV.W R6, R11, LSR #26 or #27
        let lines = isMany ? 1 : 1 + random.below(2)
        emit(0xEB07, lines == 1 ? 0x1606 : 0x1646, 0x47B0)  // ADD.W R6, R7, R6, LSL #4 or #5; BLX R6
        emit(0xF3CB, 0x3600 | 2 + random.below(5), 0x2E00)  // UBFX R6, R11, #12, #...; CMP R6, #0
        let back = 2 * (starts[0] - halfwords.count) - 4
        emit(0xD100 | UInt32(bitPattern: Int32(back / 2)) & 0xFF)  // BNE
        for _ in 0..<(8 * (1 + random.below(24))) { compute() }
        branch(to: 0, condition: nil)
        while halfwords.count % 8 != 0 { emit(0xBF00) }
        let functions = UInt32(2 * halfwords.count - 2 * address - 4)
        halfwords[address] = 0xF20F | (functions >> 11 & 1) << 10
        halfwords[address + 1] = (functions >> 8 & 7) << 12 | 0x700 | functions & 0xFF
        for _ in 0..<(isMany ? 64 : 32) {
            let end = halfwords.count + 8 * Int(lines)
            for _ in 0..<random.below(isMany ? 3 : 6) { if random.one(in: 4) { load() } else { compute() } }
            emit(0x4770)
            while halfwords.count < end { emit(0xBF00) }
        }
        for branch in branches { link(branch, [0], 1) }
    }

    private static func isFunction(_ stretch: Int, _ count: Int) -> Bool { stretch >= count - count / 8 }

    private mutating func emit(_ words: UInt32...) { halfwords += words }

    private mutating func other(_ order: [Int], _ count: Int) -> Int { Int(random.below(UInt32(count))) }

    private mutating func branch(to stretch: Int, condition: UInt32?, links: Bool = false) {
        branches.append((halfwords.count, stretch, condition, links))
        emit(0, 0)
    }

    /// B<c>.W, B.W and BL. DDI 0403E.e A7.7.12, A7.7.18.
    private mutating func link(
        _ branch: (at: Int, stretch: Int, condition: UInt32?, links: Bool), _ order: [Int], _ count: Int
    ) {
        var stretch = branch.stretch
        // Nothing goes on behind a function but who called it.
        while !branch.links, Self.isFunction(stretch, count) {
            stretch = order[(stretch + 1) % count] % (count - count / 8)
        }
        let offset = 2 * (starts[stretch] - branch.at) - 4
        let sign: UInt32 = offset < 0 ? 1 : 0
        let bits = UInt32(bitPattern: Int32(offset))
        if let condition = branch.condition {
            halfwords[branch.at] = 0xF000 | sign << 10 | condition << 6 | bits >> 12 & 0x3F
            halfwords[branch.at + 1] =
                0x8000 | (bits >> 18 & 1) << 13 | (bits >> 19 & 1) << 11 | bits >> 1 & 0x7FF
        } else {
            let j1 = ~(bits >> 23 ^ sign) & 1
            let j2 = ~(bits >> 22 ^ sign) & 1
            halfwords[branch.at] = 0xF000 | sign << 10 | bits >> 12 & 0x3FF
            halfwords[branch.at + 1] =
                (branch.links ? 0xD000 : 0x9000) | j1 << 13 | j2 << 11 | bits >> 1 & 0x7FF
        }
    }

    // MARK: Stretches

    private mutating func body(_ stretch: Int, _ count: Int) {
        let isFunction = Self.isFunction(stretch, count)
        for _ in 0..<(1 + random.below(14)) {
            switch random.below(24) {
            case 0..<8: compute()
            case 8..<16: load()
            case 16: emit(0xF8C8 | 0, low() << 12 | random.below(64) * 4)  // STR.W Rt, [R8, #...]
            case 17: emit(0xF8D8 | 0, low() << 12 | random.below(64) * 4)  // LDR.W Rt, [R8, #...]
            case 18:
                emit(0xBF04)  // ITT EQ; LDREQ.W Rt, [R10, #...]; ADDEQ.W R0, R0, R1
                emit(0xF8DA, low() << 12 | random.below(200) * 4)
                emit(0xEB00, 0x0001)
            case 19: tableBranch()
            case 20: emit(0xB40F, 0xBC0F)  // PUSH, POP {R0-R3}
            case 21, 22: loop()
            default:
                if isFunction {
                    compute()
                } else if count >= 8, random.one(in: 2) {
                    branch(to: count - 1 - Int(random.below(UInt32(count / 8))), condition: nil, links: true)
                } else if random.one(in: 3) {
                    changeTiming()
                }
            }
        }
    }

    private mutating func low() -> UInt32 { random.below(6) }

    private mutating func compute() {
        let (d, n, m) = (low(), low(), low())
        switch random.below(9) {
        case 0: emit(0x3000 | d << 8 | random.below(256))  // ADDS
        case 1: emit(0x4040 | m << 3 | d)  // EORS
        case 2: emit(0x4340 | m << 3 | d)  // MULS
        case 3: emit(random.below(31) << 6 | m << 3 | d)  // LSLS
        case 4: emit(0xEB00 | n, d << 8 | m)  // ADD.W
        case 5: emit(0xFB00 | n, low() << 12 | d << 8 | m)  // MLA
        case 6: emit(0xFBB0 | n, 0xF0F0 | d << 8 | m)  // UDIV
        case 7: emit(0xF3AF, 0x8000)  // NOP.W
        default: emit(0xBF00)  // NOP
        }
    }

    /// Loads from flash: literals, and constants behind R10.
    private mutating func load() {
        let t = low()
        switch random.below(18) {
        case 0, 1: emit(0x4800 | t << 8 | random.below(256))  // LDR Rt, literal
        case 2: emit(0xF8DF, t << 12 | random.below(0x400) * 4)  // LDR.W Rt, literal
        case 3: emit(0xF8DA, t << 12 | random.below(200) * 4)  // LDR.W Rt, [R10, #...]
        case 4: emit(0xF89A, t << 12 | random.below(0x380))  // LDRB.W
        case 5: emit(0xF8BA, t << 12 | random.below(0x1C0) * 2)  // LDRH.W
        case 6: emit(0xF99A, t << 12 | random.below(0x380))  // LDRSB.W
        case 7: emit(0xF9BA, t << 12 | random.below(0x1C0) * 2)  // LDRSH.W
        case 8:
            // UBFX R6, R11, #0, #8; a load from [R10, R6], aligned or not.
            emit(0xF3CB, 0x0607)
            emit(0xF80A | random.element(of: [0x10, 0x30, 0x50, 0x110, 0x130]), t << 12 | random.below(3) << 4 | 6)
        case 9: emit(0xE9DA, 0x0500 | random.below(100))  // LDRD R0, R5, [R10, #...]
        case 10: emit(0xE89A, 1 + random.below(62))  // LDM R10, {...}
        case 11:
            emit(0x4656)  // MOV R6, R10; LDM R6!, {...}; LDR Rt, [R6], #4; LDR Rt, [R6, #8]!
            emit(0xE8B6, 1 + random.below(62))
            emit(0xF856, t << 12 | 0xB04)
            emit(0xF856, t << 12 | 0xF08)
        case 12: emit(0xED9A, random.below(16) << 12 | 0xA00 | random.below(200))  // VLDR S
        case 13: emit(0xED9F, random.below(16) << 12 | 0xA00 | random.below(200))  // VLDR S, literal
        case 14: emit(0xED9A, random.below(16) << 12 | 0xB00 | random.below(200))  // VLDR D
        case 15: emit(0xED9F, random.below(16) << 12 | 0xB00 | random.below(200))  // VLDR D, literal
        case 16: emit(0xE9DF, 0x0500 | random.below(200))  // LDRD R0, R5, literal
        default: emit(0xEC9A, 0xA00 | 1 + random.below(31))  // VLDM R10, {S0...}
        }
    }

    /// A loop of one block, or of two.
    private mutating func loop() {
        emit(0x2700 | 1 + random.below(random.one(in: 4) ? 60 : 6))  // MOVS R7, #...
        let first = halfwords.count
        for _ in 0..<(1 + random.below(5)) { if random.one(in: 3) { load() } else { compute() } }
        if random.one(in: 3) {
            emit(0xF017, 0x0F01)  // TST R7, #1; BEQ over two; ADD.W R0, R0, R1
            emit(0xD000)
            emit(0xEB00, 0x0001)
            compute()
        }
        emit(0x3F01)  // SUBS R7, #1; BNE
        let offset = 2 * (first - halfwords.count) - 4
        emit(0xD100 | UInt32(bitPattern: Int32(offset / 2)) & 0xFF)
    }

    /// AND R6, R11, #3; TBB or TBH [PC, R6], to one of four NOPs.
    private mutating func tableBranch() {
        emit(0xF00B, 0x0603)
        if random.one(in: 2) {
            emit(0xE8DF, 0xF006)
            emit(0x0302, 0x0504)
        } else {
            emit(0xE8DF, 0xF016)
            emit(4, 5, 6, 7)
        }
        emit(0xBF00, 0xBF00, 0xBF00, 0xBF00)
    }

    /// MOVW R6, #...; STR R6, [R9]: mostly as firmware sets it.
    private mutating func changeTiming() {
        let usual: [UInt32] = [0x705, 0x705, 0x605, 0x305, 0x005, 0x702, 0x200, 0x405, 0x105]
        let value =
            random.one(in: 4)
            ? random.below(8) | random.below(32) << 8 : random.element(of: usual)
        emit(0xF240 | (value >> 11 & 1) << 10, (value >> 8 & 7) << 12 | 0x600 | value & 0xFF)
        emit(0xF8C9, 0x6000)
    }
}
