/// A small generator whose sequence is the same on every host: Steele, Lea, Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014.
public struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// The seed of one vector: from what it tests and its number, so that other tests do not change it.
    public init(name: String, index: Int) {
        // FNV-1a.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        state = hash &+ UInt64(truncatingIfNeeded: index) &* 0xD134_2543_DE82_EF95
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    public mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: next()) }

    /// A number in `0..<limit`.
    public mutating func below(_ limit: UInt32) -> UInt32 { UInt32((next() >> 32) % UInt64(limit)) }

    public mutating func one(in n: UInt32) -> Bool { below(n) == 0 }

    public mutating func element<T>(of choices: [T]) -> T { choices[Int(below(UInt32(choices.count)))] }
}
