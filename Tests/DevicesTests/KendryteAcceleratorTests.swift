import Machine
import Testing

@testable import Devices

private func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

private func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
}

@Suite struct KendryteSHA256Tests {
    let chip = makeK210().chip

    /// `sha256_hard_calculate`.
    func digest(_ message: [UInt8]) -> String {
        let SHA = SHA256Accelerator(chip: chip, clock: { 200e6 })
        SHA[.sha_num_reg] = UInt32((message.count + 72) / 64)
        SHA[.sha_function_reg_1] = 0
        SHA[.sha_function_reg_0] |= 1 << 16
        SHA[.sha_function_reg_0] |= 1
        var padded = message + [0x80]
        padded += Array(repeating: 0, count: (120 - padded.count % 64) % 64)
        padded += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - 8 * $0)) }
        for place in stride(from: 0, to: padded.count, by: 4) {
            var polls = 0
            while SHA[.sha_function_reg_1] & 1 << 8 != 0, polls < 1000 {
                chip.run(for: 10)
                polls += 1
            }
            #expect(SHA[.sha_function_reg_0] & 1 == 0)
            SHA[.sha_data_in1] = littleEndian(padded[place..<place + 4])
        }
        chip.run(for: 2 * 2 * 64 + 2)
        #expect(SHA[.sha_function_reg_0] & 1 == 1)
        return hex(
            (0..<8).flatMap { index in
                (0..<4).map { UInt8(truncatingIfNeeded: SHA[.sha_result(7 - index)] >> (8 * $0)) }
            })
    }

    /// FIPS 180-4 examples, and Python's hashlib.
    @Test func digestsAreThoseOfTheStandard() {
        #expect(digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            digest(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            digest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            digest((0..<200).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) })
                == "2c7e18c942ef065b526a2d4e5546283749cd3ddfb51d8fc71f42717363685f46")
    }

    @Test func DMAFeedsIt() {
        let (chip, SRAM) = makeK210()
        let SHA = SHA256Accelerator(chip: chip, clock: { 200e6 })
        let DMAC = DMAC(chip: chip)
        chip.bus.add(SHA, at: 0x502C_0000, size: 0x1000)
        DMAC.connect(SHA.request, number: 21)
        DMAC.requestSelect = { _ in 21 }
        // "abc", padded.
        SRAM.fill(0x8000_0000, [0x61, 0x62, 0x63, 0x80])
        SRAM.fill(0x8000_003F, [0x18])
        SHA[.sha_num_reg] = 1
        SHA[.sha_function_reg_0] = 1 << 16 | 1
        SHA[.sha_function_reg_1] = 1
        DMAC.start(0, from: 0x8000_0000, to: 0x502C_0020, isDestinationFixed: true, burst: 3, items: 16)
        chip.run(for: 1000)
        #expect(DMAC.isIdle(0))
        #expect(SHA[.sha_result(7)] == 0xBF16_78BA)
    }
}

@Suite struct KendryteAESTests {
    let chip: Chip
    let AES: AESAccelerator

    init() {
        chip = makeK210().chip
        AES = AESAccelerator(chip: chip, clock: { 200e6 })
    }

    /// `aes_init`.
    func begin(mode: UInt32, key: [UInt8], IV: [UInt8] = [], decrypts: Bool, associated: [UInt8] = [], length: Int) {
        AES.reset()
        AES[.aes_endian] |= 1
        for index in 0..<key.count / 4 {
            let place = key.count - 4 * index - 4
            let word = littleEndian(key[place..<place + 4])
            if index < 4 { AES[.aes_key(index)] = word } else { AES[.aes_key_ext(index - 4)] = word }
        }
        for index in 0..<IV.count / 4 {
            let place = IV.count - 4 * index - 4
            AES[.aes_iv(index)] = littleEndian(IV[place..<place + 4])
        }
        AES[.mode_ctl] = UInt32(key.count / 8 - 2) << 3 | mode
        AES[.encrypt_sel] = decrypts ? 1 : 0
        AES[.gb_aad_num] = UInt32(truncatingIfNeeded: associated.count - 1)
        AES[.gb_pc_num] = UInt32(truncatingIfNeeded: length - 1)
        AES[.gb_aes_en] |= 1
        put(associated) { AES[.aes_aad_data] = $0 }
    }

    func put(_ data: [UInt8], _ write: (UInt32) -> Void) {
        for place in stride(from: 0, to: data.count, by: 4) {
            var polls = 0
            while AES[.data_in_flag] == 0, polls < 100 {
                chip.run(for: 10)
                polls += 1
            }
            write(littleEndian(data[place..<min(place + 4, data.count)]))
        }
    }

    /// `aes_process`: 80 bytes in, 80 bytes out.
    func process(_ data: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for place in stride(from: 0, to: data.count, by: 80) {
            let part = Array(data[place..<min(place + 80, data.count)])
            put(part) { AES[.aes_text_data] = $0 }
            for _ in stride(from: 0, to: part.count, by: 4) {
                var polls = 0
                while AES[.data_out_flag] == 0, polls < 100 {
                    chip.run(for: 10)
                    polls += 1
                }
                let word = AES[.aes_out_data]
                result += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
            }
        }
        return Array(result.prefix(data.count))
    }

    /// `gcm_get_tag`.
    func tag() -> [UInt8] {
        var tag: [UInt8] = []
        for index in (0..<4).reversed() {
            let word = AES[.gcm_out_tag(index)]
            tag += (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
        }
        return tag
    }

    /// FIPS 197, appendix C.
    @Test(arguments: [
        (16, "69c4e0d86a7b0430d8cdb78070b4c55a"), (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (32, "8ea2b7ca516745bfeafc49904b496089"),
    ])
    func ECBIsThatOfTheStandard(length: Int, cipher: String) {
        let key = (0..<UInt8(length)).map { $0 }
        let plain = bytes("00112233445566778899aabbccddeeff")
        begin(mode: 0, key: key, decrypts: false, length: 16)
        #expect(hex(process(plain)) == cipher)
        begin(mode: 0, key: key, decrypts: true, length: 16)
        #expect(process(bytes(cipher)) == plain)
    }

    /// NIST SP 800-38A, F.2.1 and F.2.2.
    @Test func CBCIsThatOfTheStandard() {
        let key = bytes("2b7e151628aed2a6abf7158809cf4f3c")
        let IV = (0..<16 as Range<UInt8>).map { $0 }
        let plain = bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
        let cipher = bytes("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2")
        begin(mode: 1, key: key, IV: IV, decrypts: false, length: 32)
        #expect(process(plain) == cipher)
        begin(mode: 1, key: key, IV: IV, decrypts: true, length: 32)
        #expect(process(cipher) == plain)
    }

    /// 160 bytes, in two portions of the driver; first and last block by Python's cryptography.
    @Test(arguments: [
        (16, "9b12f228f08ed0d5", "7ad1a0e572b2fa26d5c6037c569f0c11"),
        (24, "8d6f81d5bf46554d", "a01f2909a4cc114b8cc419b21d352af1"),
        (32, "4c50ff87c520dacf", "a2dbbc173668dd4816c2853be4aecda4"),
    ])
    func CBCGoesOnFromPortionToPortion(length: Int, first: String, last: String) {
        let plain = (0..<160).map { UInt8(truncatingIfNeeded: $0 * 5 + 1) }
        begin(
            mode: 1, key: (0..<UInt8(length)).map { $0 }, IV: (0x40..<0x50 as Range<UInt8>).map { $0 }, decrypts: false,
            length: 160)
        let cipher = process(plain)
        #expect(hex(cipher[..<8]) == first)
        #expect(hex(cipher[144...]) == last)
    }

    /// 203 bytes with 21 bytes of additional data; by Python's cryptography: first 8 bytes, last 8 bytes, tag.
    @Test(arguments: [
        (16, "382f62da7851e694", "b6ef4596df678a27", "5a213f42c258904ab62daae1c5ea140a"),
        (24, "270a576a844d4791", "211334ea83e04f5c", "99015bcee751580bb2708eca49dfd923"),
        (32, "e3bfa53333269827", "4fb9fd1a4bfc36e3", "b8f2dc6f5ceecd056678266eb9eabe26"),
    ])
    func GCMEncryptsDecryptsAndComparesTheTag(length: Int, first: String, last: String, expected: String) {
        let key = (0..<UInt8(length)).map { $0 }
        let IV = (0x40..<0x4C as Range<UInt8>).map { $0 }
        let plain = (0..<203).map { UInt8(truncatingIfNeeded: $0 * 5 + 1) }
        let associated = (0..<21).map { UInt8($0 * 3) }
        begin(mode: 2, key: key, IV: IV, decrypts: false, associated: associated, length: 203)
        #expect(AES[.tag_in_flag] == 0)
        let cipher = process(plain)
        #expect(hex(cipher[..<8]) == first)
        #expect(hex(cipher[195...]) == last)
        #expect(AES[.tag_in_flag] == 1)
        #expect(hex(tag()) == expected)

        begin(mode: 2, key: key, IV: IV, decrypts: true, associated: associated, length: 203)
        #expect(process(cipher) == plain)
        let computed = tag()
        #expect(hex(computed) == expected)
        #expect(AES[.tag_chk] == 0)
        for index in 0..<4 { AES[.gcm_in_tag(index)] = littleEndian(computed[12 - 4 * index..<16 - 4 * index]) }
        #expect(AES[.tag_chk] == 2)
        AES[.tag_clear] = 0
        #expect(AES[.tag_chk] == 0)
        for index in 0..<4 { AES[.gcm_in_tag(index)] = 0 }
        #expect(AES[.tag_chk] == 1)
    }

    /// Test case 1 and 2 of the GCM specification: without data the tag is E(K, Y0); no additional data.
    @Test func GCMOfNothing() {
        begin(
            mode: 2, key: Array(repeating: 0, count: 16), IV: Array(repeating: 0, count: 12), decrypts: false, length: 0
        )
        #expect(hex(tag()) == "58e2fccefa7e3061367f1d57a4e7455a")
        begin(
            mode: 2, key: Array(repeating: 0, count: 16), IV: Array(repeating: 0, count: 12), decrypts: false,
            length: 16)
        #expect(hex(process(Array(repeating: 0, count: 16))) == "0388dace60b6a392f328c2b971b2fe78")
        #expect(hex(tag()) == "ab6e47d42cec13bdf53a67b21257bddf")
    }

    @Test func DMATakesTheOutput() {
        let (chip, SRAM) = makeK210()
        let AES = AESAccelerator(chip: chip, clock: { 200e6 })
        let DMAC = DMAC(chip: chip)
        chip.bus.add(AES, at: 0x5045_0000, size: 0x1000)
        DMAC.connect(AES.request, number: 20)
        DMAC.requestSelect = { _ in 20 }
        AES[.aes_endian] = 1
        AES[.gb_pc_num] = 1023
        AES[.gb_aes_en] = 1
        AES[.dma_sel] = 1
        // In by one channel without a handshake, as the SDK sees 0x50450040 as memory, and out by another.
        DMAC.start(1, from: 0x5045_0060, to: 0x8000_1000, isSourceFixed: true, items: 256)
        DMAC.start(0, from: 0x8000_0000, to: 0x5045_0040, isDestinationFixed: true, items: 256)
        chip.run(for: 10_000)
        #expect(DMAC.isIdle(0))
        #expect(DMAC.isIdle(1))
        // E(0, 0), the first block of AES-128 with a key of zeros.
        #expect(hex(SRAM.bytes(0x8000_13F0, 16)) == "66e94bd4ef8a2c3b884cfa59ca342b2e")
    }
}

@Suite struct KendryteFFTTests {
    /// Numbers of a linear congruential generator, which a line of Python makes as well.
    func noise(_ count: Int, seed: Int, amplitude: Int) -> [Int16] {
        var state = seed
        return (0..<count).map { _ in
            state = (state * 1_103_515_245 + 12345) & 0x7FFF_FFFF
            return Int16((state >> 8) % (2 * amplitude + 1) - amplitude)
        }
    }

    /// `fft_complex_uint16_dma`, both ways of the DMA.
    func transform(_ real: [Int16], _ imaginary: [Int16], shift: UInt64, isForward: Bool) -> ([Int], [Int]) {
        let (chip, SRAM) = makeK210()
        let watched = Watched()
        let FFT = FFTAccelerator(chip: chip, clock: { 403e6 }, interrupt: watched.line)
        let DMAC = DMAC(chip: chip)
        chip.bus.add(FFT, at: 0x4200_0000, size: 0x40_0000)
        DMAC.connect(FFT.receiveRequest, number: 23)
        DMAC.connect(FFT.transmitRequest, number: 24)
        DMAC.requestSelect = { $0 == 1 ? 23 : 24 }
        let words = zip(real, imaginary).map { UInt32(UInt16(bitPattern: $1)) | UInt32(UInt16(bitPattern: $0)) << 16 }
        SRAM.fill(0x8000_0000, words: words)
        let point = UInt64((512 / real.count).trailingZeroBitCount)
        FFT[.fft_ctrl] = point
        FFT[.fft_ctrl] |= isForward ? 8 : 0
        FFT[.fft_ctrl] |= shift << 4
        FFT[.fft_ctrl] |= 1 << 14
        FFT[.fft_ctrl] |= 1 << 13
        let items = real.count / 2
        DMAC.start(1, from: 0x4200_0038, to: 0x8001_0000, isSourceFixed: true, width: 3, items: items)
        DMAC.start(0, from: 0x8000_0000, to: 0x4200_0000, isDestinationFixed: true, width: 3, items: items)
        chip.run(for: 20_000)
        #expect(DMAC.isIdle(0))
        #expect(DMAC.isIdle(1))
        #expect(watched.level)
        FFT[.intr_clear] = 1
        #expect(!watched.level)
        let result = SRAM.words(0x8001_0000, real.count)
        return (
            result.map { Int(Int16(bitPattern: UInt16($0 >> 16))) },
            result.map { Int(Int16(bitPattern: UInt16($0 & 0xFFFF))) }
        )
    }

    /// numpy.fft.fft of the same numbers, divided by their count. Each of up to nine halvings loses up to one half.
    @Test(arguments: [
        (64, [-53, 169, -13, -33, 151, -43], [89, 151, -65, -4, -205, 197]),
        (128, [-130, 99, -78, 84, 6, 88], [45, -104, -123, 26, -16, -17]),
        (256, [-13, 31, -101, -125, -35, -53], [76, -8, 4, -123, -31, -19]),
        (512, [-46, -34, 78, -16, -90, -100], [-47, 55, 18, -84, 91, -38]),
    ])
    func theForwardTransformIsNumpys(count: Int, real: [Int], imaginary: [Int]) {
        let (a, b) = transform(
            noise(count, seed: count, amplitude: 2000), noise(count, seed: count + 1, amplitude: 2000), shift: 0x1FF,
            isForward: true)
        for index in 0..<6 {
            #expect(abs(a[index] - real[index]) <= 4)
            #expect(abs(b[index] - imaginary[index]) <= 4)
        }
    }

    /// A cosine of amplitude 50 in bin 5 of 64: 50 * 64 / 2 in bins 5 and 59 and nothing elsewhere.
    @Test func withoutHalvingTheSumsAreWhole() {
        // round(50 cos(2 pi 5 k / 64)) for the first half, by numpy; the second half is its negative.
        let half: [Int16] = [
            50, 44, 28, 5, -19, -39, -49, -48, -35, -15, 10, 32, 46, 50, 42, 24, 0, -24, -42, -50, -46, -32, -10, 15,
            35,
            48, 49, 39, 19, -5, -28, -44,
        ]
        let (real, imaginary) = transform(
            half + half.map { -$0 }, Array(repeating: 0, count: 64), shift: 0, isForward: true)
        for bin in 0..<64 {
            #expect(abs(real[bin] - (bin == 5 || bin == 59 ? 1600 : 0)) <= 16)
            #expect(abs(imaginary[bin]) <= 16)
        }
    }

    /// Forward with all halvings, and backward without, is the identity up to rounding.
    @Test func backwardUndoesForward() {
        let (x, y) = (noise(256, seed: 3, amplitude: 8000), noise(256, seed: 4, amplitude: 8000))
        let (a, b) = transform(x, y, shift: 0x1FF, isForward: true)
        let (c, d) = transform(a.map { Int16($0) }, b.map { Int16($0) }, shift: 0, isForward: false)
        // The halvings lose half a unit on average, which adds up to 128 in the first point.
        for index in 1..<256 {
            #expect(abs(c[index] - Int(x[index])) <= 80)
            #expect(abs(d[index] - Int(y[index])) <= 80)
        }
    }

    @Test func inputModesAreReadAsTheHeaderSays() {
        let chip = makeK210().chip
        let FFT = FFTAccelerator(chip: chip, clock: { 403e6 })
        // 64 points, forward, no halving: an impulse of 100 at point 0 gives 100 everywhere.
        for (mode, words) in [(0, 32), (1, 16), (2, 32)] as [(UInt64, Int)] {
            FFT.reset()
            FFT[.fft_ctrl] = 3 | 8 | 1 << 13 | mode << 15
            for index in 0..<words { FFT[.fft_input_fifo] = index > 0 ? 0 : mode == 0 ? 100 << 16 : 100 }
            chip.run(for: 1000)
            #expect(FFT[.fft_status] == 1)
            for _ in 0..<32 { #expect(FFT[.fft_output_fifo] == 0x0064_0000_0064_0000) }
            #expect(FFT[.fft_output_fifo] == 0)
        }
    }

    @Test func hostileValuesDoNoHarm() {
        let chip = makeK210().chip
        let FFT = FFTAccelerator(chip: chip, clock: { 403e6 })
        var seed: UInt64 = 5
        for _ in 0..<20_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1
            let register = FFTAccelerator.Register(rawValue: UInt32(seed >> 59) & 7 * 8) ?? .fft_ctrl
            FFT[register] = seed
            _ = FFT[register]
            chip.run(for: Int(seed >> 60))
        }
    }
}
