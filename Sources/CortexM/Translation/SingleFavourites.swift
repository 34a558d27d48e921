import Engine
import Translator

/// Which floating-point registers have vector registers of the host: none as long as the program uses none, then those
/// that compilers like, then those that it uses most.
struct SingleFavourites {
    private(set) var slots: [Int] = []
    private var runsUntilReview = 64
    private var interval = 64
    /// How many there can be.
    static let limit = 14

    /// GCC takes them from s15 downwards.
    static let first: [UInt8] = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]

    /// - Returns: whether the slots are others than before.
    mutating func choose(_ registers: some Sequence<UInt8>) -> Bool {
        let chosen = registers.prefix(SingleFavourites.limit).map(StateOffset.single).sorted()
        guard chosen != slots else { return false }
        slots = chosen
        return true
    }

    /// Whether it is time to find out what the program uses: a few times, ever more seldom.
    mutating func isDue() -> Bool {
        guard !slots.isEmpty else { return false }
        runsUntilReview -= 1
        guard runsUntilReview <= 0 else { return false }
        interval *= 16
        runsUntilReview = interval
        return true
    }
}

extension Processor {
    /// Makes all host code anew if the program uses other floating-point registers most than those that have vector
    /// registers.
    func reviewSingles() {
        guard singleFavourites.isDue() else { return }
        var uses = [Int](repeating: 0, count: 32)
        for block in ledger.blocks {
            let weight = ledger.entries[Int(block.pointee.index)] + block.pointee.count
            guard weight > 0 else { continue }
            for index in 0..<Int(block.pointee.length) {
                for register in block.records[index].singles { uses[Int(register)] += weight }
            }
        }
        let most = (UInt8(0)..<32).sorted { (uses[Int($0)], $1) > (uses[Int($1)], $0) }
        if singleFavourites.choose(most) { beginHostCode() }
    }

    /// Floating-point registers get vector registers once a block uses some.
    ///
    /// - Returns: whether all host code has to be made anew for that.
    func takeUpSingles(of block: Block.Pointer) -> Bool {
        guard singleFavourites.slots.isEmpty,
            (0..<Int(block.pointee.length)).contains(where: { block.records[$0].operation.usesSingles }),
            singleFavourites.choose(SingleFavourites.first)
        else { return false }
        beginHostCode()
        return true
    }
}

extension Instruction {
    /// The floating-point registers that it reads or writes.
    fileprivate var singles: [UInt8] {
        guard operation.usesSingles else { return [] }
        return switch operation {
        case .vldr, .vldrLiteral, .vstr, .vmovImm, .vmovFromCore: [d]
        case .vmovToCore: [n]
        case .vmovFromCorePair: [d, m]
        case .vmovToCorePair: [n, m]
        case .vldrDouble, .vstrDouble: [d, min(d + 1, 31)]
        case .vldmia, .vldmdb, .vstmia, .vstmdb, .vpush: Array(d..<UInt8(min(32, Int(d) + Int(x & 0xFF))))
        case .vcmp, .vcmpe, .vcmpZero, .vcmpeZero: n == m ? [n] : [n, m]
        case .vabs, .vneg, .vmovReg, .vsqrt, .vcvtToS32, .vcvtToU32, .vcvtrToS32, .vcvtFromS32, .vcvtFromU32: [d, m]
        default: [d, n, m]
        }
    }
}
