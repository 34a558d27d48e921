/// SHA-256, FIPS 180-4. It names files, so that a report can tell "the firmware changed"; it guards no secret.
public enum SHA256 {
    /// The digest of `bytes`, 64 lower-case hexadecimal digits.
    public static func hexDigest(of bytes: [UInt8]) -> String {
        digest(of: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The digest of `bytes`: 32 bytes.
    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        // Section 5.1.1: a one bit, zeros, and the length in bits as 64 bits, to a multiple of 64 bytes.
        let whole = bytes.count & ~63
        var tail = Array(bytes[whole...]) + [0x80]
        tail += Array(repeating: 0, count: (120 - tail.count) % 64)
        let bits = UInt64(bytes.count) &* 8
        tail += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }

        var state = initial
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
            constants.withUnsafeBufferPointer { constants in
                bytes.withUnsafeBytes { data in
                    for block in stride(from: 0, to: whole, by: 64) {
                        compress(data, block, &state, schedule, constants)
                    }
                }
                tail.withUnsafeBytes { data in
                    for block in stride(from: 0, to: data.count, by: 64) {
                        compress(data, block, &state, schedule, constants)
                    }
                }
            }
        }
        return state.flatMap { word in
            stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
        }
    }

    /// Section 6.2.2. Plain memory in the place of arrays: every firmware is hashed whole before it runs.
    private static func compress(
        _ data: UnsafeRawBufferPointer, _ block: Int, _ state: inout [UInt32], _ w: UnsafeMutableBufferPointer<UInt32>,
        _ constants: UnsafeBufferPointer<UInt32>
    ) {
        for t in 0..<16 {
            w[t] = UInt32(bigEndian: data.loadUnaligned(fromByteOffset: block + 4 * t, as: UInt32.self))
        }
        for t in 16..<64 {
            let x = w[t - 15]
            let y = w[t - 2]
            let sigma0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)
            let sigma1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10)
            w[t] = sigma1 &+ w[t - 7] &+ sigma0 &+ w[t - 16]
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        /// One step, with the names that the variables have in it; instead of passing values on they change names.
        @inline(__always)
        func step(
            _ t: Int, _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32,
            _ h: inout UInt32
        ) {
            let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let t1 = h &+ sum1 &+ ((e & f) ^ (~e & g)) &+ constants[t] &+ w[t]
            let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            d &+= t1
            h = t1 &+ sum0 &+ ((a & b) ^ (a & c) ^ (b & c))
        }
        for t in stride(from: 0, to: 64, by: 8) {
            step(t, a, b, c, &d, e, f, g, &h)
            step(t + 1, h, a, b, &c, d, e, f, &g)
            step(t + 2, g, h, a, &b, c, d, e, &f)
            step(t + 3, f, g, h, &a, b, c, d, &e)
            step(t + 4, e, f, g, &h, a, b, c, &d)
            step(t + 5, d, e, f, &g, h, a, b, &c)
            step(t + 6, c, d, e, &f, g, h, a, &b)
            step(t + 7, b, c, d, &e, f, g, h, &a)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
        state[5] &+= f
        state[6] &+= g
        state[7] &+= h
    }

    @inline(__always)
    private static func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

    /// Section 5.3.3.
    private static let initial: [UInt32] = [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ]

    /// Section 4.2.2.
    private static let constants: [UInt32] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ]
}
