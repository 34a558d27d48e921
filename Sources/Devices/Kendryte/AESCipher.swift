/// The block cipher of FIPS 197, for keys of 16, 24 and 32 bytes.
struct AESCipher {
    /// Cipher rounds: 10, 12 or 14.
    let rounds: Int
    /// Round keys, 16 bytes each.
    private let keys: [[UInt8]]

    /// - Parameter key: 16, 24 or 32 bytes; others are filled up with zeros, or cut.
    init(key: [UInt8]) {
        let count = key.count <= 16 ? 4 : key.count <= 24 ? 6 : 8
        let bytes = Array(key.prefix(4 * count)) + Array(repeating: 0, count: max(0, 4 * count - key.count))
        rounds = count + 6
        // Section 5.2.
        var words = (0..<count).map { Array(bytes[4 * $0..<4 * $0 + 4]) }
        var constant: UInt8 = 1
        for index in count..<4 * (rounds + 1) {
            var word = words[index - 1]
            if index % count == 0 {
                word = [word[1], word[2], word[3], word[0]].map { AESCipher.forward[Int($0)] }
                word[0] ^= constant
                constant = AESCipher.doubled(constant)
            } else if count > 6, index % count == 4 {
                word = word.map { AESCipher.forward[Int($0)] }
            }
            words.append((0..<4).map { words[index - count][$0] ^ word[$0] })
        }
        keys = (0...rounds).map { round in Array(words[4 * round..<4 * round + 4].joined()) }
    }

    /// Section 5.1, for 16 bytes.
    func encrypt(_ block: [UInt8]) -> [UInt8] {
        var state = add(block, keys[0])
        for round in 1...rounds {
            // SubBytes and ShiftRows in one: row r of the new column c comes from column c + r.
            state = (0..<16).map { AESCipher.forward[Int(state[($0 + 4 * ($0 % 4)) % 16])] }
            if round < rounds { state = mix(state, [2, 3, 1, 1]) }
            state = add(state, keys[round])
        }
        return state
    }

    /// Section 5.3, for 16 bytes.
    func decrypt(_ block: [UInt8]) -> [UInt8] {
        var state = add(block, keys[rounds])
        for round in (0..<rounds).reversed() {
            state = (0..<16).map { AESCipher.inverse[Int(state[($0 + 12 * ($0 % 4)) % 16])] }
            state = add(state, keys[round])
            if round > 0 { state = mix(state, [14, 11, 13, 9]) }
        }
        return state
    }

    private func add(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] { (0..<16).map { a[$0] ^ b[$0] } }

    /// MixColumns with the given first row.
    private func mix(_ state: [UInt8], _ row: [UInt8]) -> [UInt8] {
        (0..<16).map { place in
            let column = place & ~3
            return (0..<4).reduce(0) {
                $0 ^ AESCipher.product(state[column + $1], row[($1 - place % 4 + 4) % 4])
            }
        }
    }

    // MARK: The field of section 4.2

    private static func doubled(_ a: UInt8) -> UInt8 { a << 1 ^ (a & 0x80 == 0 ? 0 : 0x1B) }

    private static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var (a, b, result) = (a, b, UInt8(0))
        while b != 0 {
            if b & 1 != 0 { result ^= a }
            a = doubled(a)
            b >>= 1
        }
        return result
    }

    /// The S-box (5.1.1): the inverse in the field, then an affine map.
    private static let forward: [UInt8] = (0...255).map { value in
        var inverse: UInt8 = 1
        // The 254th power.
        for _ in 0..<254 { inverse = product(inverse, UInt8(value)) }
        if value == 0 { inverse = 0 }
        return (0..<5).reduce(0x63) { $0 ^ (inverse << UInt8($1) | inverse >> UInt8(8 - $1)) }
    }

    private static let inverse: [UInt8] = {
        var table = [UInt8](repeating: 0, count: 256)
        for (index, value) in forward.enumerated() { table[Int(value)] = UInt8(index) }
        return table
    }()
}

/// GHASH of NIST SP 800-38D, section 6.4.
struct GHASH {
    private let H: UInt128
    private(set) var value: UInt128 = 0

    init(key: [UInt8]) {
        H = GHASH.number(key)
    }

    /// - Parameter block: up to 16 bytes, filled up with zeros.
    mutating func add(_ block: [UInt8]) {
        value = GHASH.product(value ^ GHASH.number(block), H)
    }

    /// The bytes as a big-endian number; missing ones are zero.
    static func number(_ bytes: [UInt8]) -> UInt128 {
        (0..<16).reduce(UInt128(0)) { $0 << 8 | UInt128($1 < bytes.count ? bytes[$1] : 0) }
    }

    static func bytes(_ number: UInt128) -> [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: number >> UInt128(120 - 8 * $0)) }
    }

    /// Section 6.3: bit 0 of the specification is the most significant one here.
    private static func product(_ x: UInt128, _ y: UInt128) -> UInt128 {
        var (z, v) = (UInt128(0), y)
        for bit in (0..<128).reversed() {
            if x >> UInt128(bit) & 1 != 0 { z ^= v }
            v = v >> 1 ^ (v & 1 == 0 ? 0 : 0xE1 << 120)
        }
        return z
    }
}
