import TestSupport

@testable import RV64

/// A random program in RAM: a loop around instructions of every kind, traps, calls, code that changes itself, and
/// whatever interrupts come; it sleeps when it is through.
struct LockStepProgram {
    /// What no instruction of the body writes: x16 and x17 are instructions to put at x19, x20 is what those count, x21
    /// to x26 are the handler's, x27 counts turns.
    static let reserved = Set<UInt32>([16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27])

    static let interruptEnable: UInt64 = 1 << 3 | 1 << 7 | 1 << 11

    /// Each at its address; the upper half of a 16-bit one is zero.
    private(set) var code: [(address: UInt32, word: UInt32)] = []
    let handler: UInt32
    private(set) var entry: UInt32 = 0
    private(set) var registers: Registers
    private var place: UInt32

    /// What may occur in it.
    struct Contents {
        var traps = true
        var changesItself = true
        var waits = true
    }

    /// - Parameters:
    ///   - code: where it begins.
    ///   - data: where its data are: as large as `Layout.ramSize`.
    init(index: Int, code: UInt32, data: UInt32, contents: Contents = Contents()) {
        var random = SplitMix(name: "lock step", index: index)
        handler = code
        place = code
        registers = .random(.mixed, &random)
        for base in SequenceMaker.bases {
            registers.x[Int(base)] = UInt64(Layout.middle(&random, alignment: 8) - Layout.ram + data)
        }
        for register in 16...27 { registers.x[register] = 0 }
        layHandler()
        layBody(contents, &random)
    }

    private mutating func lay(_ words: UInt32...) {
        for word in words {
            code.append((place, word))
            place += Vector.length(word)
        }
    }

    /// A handler and a body as they are.
    init(code: UInt32, handler words: [UInt32], body: [UInt32]) {
        handler = code
        place = code
        registers = Registers()
        for word in words { lay(word) }
        entry = place
        for word in body { lay(word) }
        registers.pc = UInt64(entry)
    }

    /// A loop that polls a word until an interrupt handler has counted it up to four.
    ///
    /// - Parameter length: instructions of the loop beside the load and the branch.
    init(pollingAt data: UInt32, code: UInt32, length: Int) {
        handler = code
        place = code
        registers = Registers()
        registers.x[8] = UInt64(data)
        registers.x[14] = 4
        lay(
            Assembler.lw(15, 8, 0), Assembler.addi(15, 15, 1), Assembler.sw(15, 8, 0), Assembler.csrrs(24, 0xB00, 0),
            Assembler.add(21, 21, 24), Assembler.csrrs(24, 0xB02, 0), Assembler.xor(21, 21, 24),
            Assembler.csrrs(24, 0x341, 0), Assembler.add(21, 21, 24), Assembler.mret)
        lay(Assembler.sw(0, 8, 0))
        entry = code + 40
        let loop = place
        lay(Assembler.lw(10, 8, 0))
        for _ in 0..<length { lay(Assembler.xor(11, 10, 14)) }
        lay(Assembler.blt(10, 14, Int32(bitPattern: loop) &- Int32(bitPattern: place)))
        lay(Assembler.csrrw(0, 0x304, 0), Assembler.wfi)
        registers.pc = UInt64(entry)
    }

    /// Goes on behind an instruction that trapped; counts interrupts and when they came.
    private mutating func layHandler() {
        lay(
            Assembler.csrrs(24, 0x342, 0), Assembler.blt(24, 0, 44), Assembler.csrrs(25, 0x341, 0),
            Assembler.lhu(26, 25, 0), Assembler.andi(26, 26, 3), Assembler.addi(26, 26, -3),
            Assembler.addi(25, 25, 2), Assembler.bne(26, 0, 8), Assembler.addi(25, 25, 2),
            Assembler.csrrw(0, 0x341, 25), Assembler.addi(23, 23, 1), Assembler.mret)
        lay(
            Assembler.addi(22, 22, 1), Assembler.csrrs(24, 0xB00, 0), Assembler.add(21, 21, 24),
            Assembler.csrrs(24, 0xB02, 0), Assembler.xor(21, 21, 24), Assembler.csrrs(24, 0x341, 0),
            Assembler.add(21, 21, 24), Assembler.mret)
    }

    private mutating func layBody(_ contents: Contents, _ random: inout SplitMix) {
        let timings = SequenceMaker.integers.union(SequenceMaker.memory).union(SequenceMaker.floatingPoint)
            .union(SequenceMaker.control)
        let maker = SequenceMaker(timings: timings, reserved: LockStepProgram.reserved)
        // A function for the calls of the body.
        let function = place
        lay(Assembler.addi(20, 20, 3), Assembler.ret)
        entry = place
        registers.x[27] = UInt64(8 + random.below(24))
        var slot: UInt32?
        for _ in 0..<(2 + random.below(8)) {
            for word in maker.words(at: place, count: 1...12, &random) { lay(word) }
            layExtra(contents, function, &slot, &random)
        }
        // Around the loop again, with the two instructions exchanged.
        lay(Assembler.xor(16, 16, 17), Assembler.xor(17, 16, 17), Assembler.xor(16, 16, 17))
        lay(Assembler.addi(27, 27, -1), Assembler.bne(27, 0, Int32(bitPattern: entry) &- Int32(bitPattern: place + 4)))
        lay(Assembler.csrrw(0, 0x304, 0), Assembler.wfi)
        registers.pc = UInt64(entry)
        registers.x[16] = UInt64(Assembler.addi(20, 20, 16))
        registers.x[17] = UInt64(Assembler.addi(20, 20, 256))
        // Without a place for code that changes it is a harmless one.
        registers.x[19] = UInt64(slot ?? place + 64 & ~63)
    }

    private mutating func layExtra(
        _ contents: Contents, _ function: UInt32, _ slot: inout UInt32?, _ random: inout SplitMix
    ) {
        switch random.below(12) {
        case 0 where contents.traps: lay(random.element(of: [Assembler.ecall, Assembler.ebreak, Assembler.unimp, 0]))
        // Misaligned; nothing there.
        case 1 where contents.traps: lay(random.element(of: [Assembler.lw(10, 8, 1), Assembler.lw(10, 0, 0)]))
        case 2 where contents.changesItself: lay(Assembler.sw(16, 19, 0))
        case 3 where contents.changesItself: lay(Assembler.sw(17, 19, 0), Assembler.fenceI)
        case 4, 5:
            if place & 2 != 0 { lay(Assembler.nop16) }
            slot = place
            lay(Assembler.addi(20, 20, 1))
        case 6: lay(Assembler.csrrs(10 + random.below(4), random.element(of: [0xB00, 0xB02]), 0))
        case 7, 8: lay(Assembler.jal(1, Int32(bitPattern: function) &- Int32(bitPattern: place)))
        case 9 where contents.waits: lay(Assembler.wfi)
        // LR.W and SC.W of s0.
        case 10: lay(0x1000_052F | 8 << 15 | 2 << 12, 0x1800_05AF | 8 << 15 | 12 << 20 | 2 << 12)
        default: break
        }
    }
}
