import Machine
import TestSupport

@testable import CortexM

/// Where things are: code in the middle of so much memory that every branch stays inside, and a window of RAM with
/// room for every offset around its middle.
enum Layout {
    static let code: UInt32 = 0x0800_0000
    static let codeSize = 64 << 20
    /// The first address for code of tests; a B.W reaches 16 MiB to both sides.
    static let firstCode: UInt32 = code + 24 << 20
    static let ram: UInt32 = 0x2000_0000
    static let ramSize = 0x4000

    /// An address in the middle of RAM.
    static func middle(_ random: inout SplitMix, alignment: UInt32) -> UInt32 {
        ram + 0x1800 + random.below(0x1000 / alignment) * alignment
    }

    /// The address of an instruction that a branch may go to; even.
    static func target(_ random: inout SplitMix) -> UInt32 {
        code + 0x10_0000 + random.below(10 << 20) * 2
    }

    /// What RAM holds before a test.
    static func fill(_ random: inout SplitMix) -> [UInt32] {
        (0..<(ramSize / 4)).map { _ in random.one(in: 4) ? random.below(256) : random.word() }
    }

    /// The same, with addresses of code everywhere, for loads of the PC.
    static func fillWithTargets(_ random: inout SplitMix) -> [UInt32] {
        (0..<(ramSize / 4)).map { _ in target(&random) | 1 }
    }
}
