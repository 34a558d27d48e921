import Foundation
import Testing

@testable import KPU

/// A layer that reference/kpu_reference.py made and computed.
struct GoldenLayer: Decodable {
    let name: String
    let eightBit: Bool
    let rounding: String
    /// The twelve words, in hexadecimal.
    let words: [String]
    let dataSeed: String
    let inputBytes: Int
    let weightBytes: Int
    let batchNorm: String
    let activation: String
    /// FNV-1a of the pixels without gaps.
    let output: String
    /// FNV-1a of the output's lines in the AI memory.
    let lines: String
    let channelSums: [UInt64]?
    /// The pixels themselves, if they are few.
    let bytes: String?

    static func all() throws -> [GoldenLayer] {
        let url = try #require(Bundle.module.url(forResource: "layers", withExtension: "json", subdirectory: "Golden"))
        return try JSONDecoder().decode([GoldenLayer].self, from: Data(contentsOf: url))
    }
}

/// xorshift64* as in the reference.
struct Draw {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count + 3)
        while result.count < count {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            let word = UInt32(truncatingIfNeeded: (state &* 2_685_821_657_736_338_717) >> 32)
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                result.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return Array(result.prefix(count))
    }
}

/// FNV-1a with 64 bits, in hexadecimal.
func fnv(_ bytes: some Sequence<UInt8>) -> String {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let text = String(digest, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
}

func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map { index in
        UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) ?? 0
    }
}

/// 2 MiB of AI memory.
final class AIMemory {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Layer.memorySize, alignment: 64)

    init() { bytes.initializeMemory(as: UInt8.self, repeating: 0) }

    deinit { bytes.deallocate() }

    func write(_ data: [UInt8], at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + data.count]).copyBytes(from: data)
    }
}
