import TestSupport

/// Where things are: code in the middle of so much memory that every branch stays inside, and a window of RAM with
/// room for every offset around its middle.
enum Layout {
    static let code: UInt32 = 0x4000_0000
    static let codeSize = 32 << 20
    /// The first address for code of tests; a JAL reaches 1 MiB to both sides.
    static let firstCode: UInt32 = code + 4 << 20
    static let ram: UInt32 = 0x8000_0000
    static let ramSize = 0x4000

    /// An address in the middle of RAM.
    static func middle(_ random: inout SplitMix, alignment: UInt32) -> UInt32 {
        ram + 0x1800 + random.below(0x1000 / alignment) * alignment
    }

    /// The address of an instruction that a jump may go to.
    static func target(_ random: inout SplitMix) -> UInt32 { code + 0x1_0000 + random.below(1 << 20) * 2 }

    /// What RAM holds before a test.
    static func fill(_ random: inout SplitMix) -> [UInt64] {
        (0..<(ramSize / 8)).map { _ in Registers.integer(&random) }
    }
}
