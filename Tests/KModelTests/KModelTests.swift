import Testing

@testable import KModel

/// Models by hand, as facts about the format say: words, little-endian.
@Suite struct KModelTests {
    private func bytes(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
    }

    /// Version 3, no flags, K210, one layer, 0, 64 bytes of main memory, one output of 8 bytes at 0: SOFTMAX of 2.
    private let softmax: [UInt32] = [3, 0, 0, 1, 0, 64, 1, 0, 8, 15, 16, 0, 0, 8, 2]

    @Test func aModelOfVersion3IsRead() throws {
        let model = try KModel(bytes(softmax))
        #expect(model == KModel(version: .v3, layerCount: 1, mainMemory: 64, outputCount: 1))
        #expect(KModel.isModel(bytes(softmax)))
    }

    @Test func everyTruncationIsSaid() {
        let whole = bytes(softmax)
        for count in 0..<whole.count {
            #expect(throws: KModelError.self, "\(count) bytes") { try KModel(Array(whole.prefix(count))) }
        }
    }

    @Test func otherVersionsAreNamed() {
        var words = softmax
        words[0] = 1
        #expect(throws: KModelError.otherVersion(1)) { try KModel(bytes(words)) }
        #expect(throws: KModelError.otherVersion(5)) {
            try KModel(Array("LDMK".utf8) + bytes(Array(repeating: 5, count: 9)))
        }
    }

    @Test func aConvolutionOutsideTheFileIsSaid() {
        // K210_CONV with a body of six words, the command at byte 1000.
        let words: [UInt32] = [3, 1, 0, 1, 0, 64, 1, 0, 8, 10_240, 24, 0, 0, 1000, 0, 0, 0]
        #expect(throws: KModelError.outside(layer: 0, what: "the command", offset: 1000, size: 68)) {
            try KModel(bytes(words))
        }
    }

    /// A layer command of zeros: an input of one pixel by one.
    @Test func shapesBeyondTheChipAreSaid() {
        var words: [UInt32] = [3, 1, 0, 1, 0, 64, 1, 0, 8, 10_240, 24, 0, 0, 68, 68, 68, 68]
        words += Array(repeating: 0, count: 128)
        let error = #expect(throws: KModelError.self) { try KModel(bytes(words)) }
        guard case .impossible(0, let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.hasPrefix("i_row_wid"))
    }

    /// One layer, 8x8 pixels, 1x1, one channel in and out, 4 channels to a line, to line 256; tables at byte 164.
    private func pixels(flags: UInt32, totalBytes: UInt64) -> [UInt8] {
        let head: [UInt32] = [3, 1, 0, 1, 0, 64, 1, 0, 64, 10_240, 24, flags, 0, 68, 164, 164, 164]
        var command = [UInt64](repeating: 0, count: 12)
        command[1] = 256 << 32
        command[3] = 0x1C07_0000_1C07
        command[7] = 0x4001_0008
        command[8] = 0x0041_0008
        command[11] = (totalBytes - 1) << 32
        return bytes(head) + command.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
            + [UInt8](repeating: 0, count: 200)
    }

    /// KLF_MAIN_MEM_OUT has the runtime send the result; 8 * 8 pixels are 64 bytes.
    @Test func moreBytesThanTheResultHasAreImpossible() throws {
        #expect(throws: Never.self) { try KModel(pixels(flags: 1, totalBytes: 64)) }
        #expect(throws: Never.self) { try KModel(pixels(flags: 0, totalBytes: 65)) }
        let error = #expect(throws: KModelError.self) { try KModel(pixels(flags: 1, totalBytes: 65)) }
        #expect(error?.description.contains("dma_total_byte: 65 bytes to send of an output of 64") == true)
    }

    @Test func theInputOfVersion3IsThatOfTheFirstConvolution() throws {
        let input = try #require(try KModel(pixels(flags: 0, totalBytes: 64)).input)
        #expect(input == KModel.Input(channels: 1, height: 8, width: 8, element: .byte))
        #expect(input.takes(64) && !input.takes(256) && input.isPicture)
        #expect(try KModel(bytes(softmax)).input == nil)
    }

    /// Grey by Rec. 601: 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2.
    @Test func picturesBecomePlanes() {
        let colour = KModel.Input(channels: 3, height: 1, width: 2, element: .float)
        #expect(colour.planes(ofRGB: [1, 2, 3, 4, 5, 6]) == [1, 4, 2, 5, 3, 6])
        #expect(colour.takes(6) && colour.takes(24) && !colour.takes(12))
        let grey = KModel.Input(channels: 1, height: 1, width: 1, element: .byte)
        #expect(grey.planes(ofRGB: [200, 100, 50]) == [124])
    }

    @Test func hugeCountsAreTruncations() {
        var words = softmax
        words[3] = .max
        words[6] = .max
        #expect(throws: KModelError.self) { try KModel(bytes(words)) }
    }

    @Test func anyBytesAreReadOrRefused() {
        var state: UInt64 = 1
        for _ in 0..<2000 {
            var words = softmax
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            words[Int(state >> 33) % words.count] = UInt32(truncatingIfNeeded: state >> 7)
            _ = try? KModel(bytes(words))
        }
    }

    /// Version 3 and KMDL 4, whose words are changed a few at a time to what overflows: seeds 1 to 20,000.
    @Test func damagedModelsAreReadOrRefused() {
        // Version 4: one input of 1 x 1 x 8 x 8 bytes in AI memory, one output, one layer of type 0x2002.
        let command = [UInt8](pixels(flags: 0, totalBytes: 64)[68..<164])
        let head: [UInt32] = [4, 0, 1, 0, 64, 1, 1, 1, 0, 2, 1, 0, 64, 1, 1, 8, 8, 1, 1, 0, 64, 0x2002, 120]
        let version4 = Array("LDMK".utf8) + bytes(head) + bytes([2, 1, 0, 64, 1, 0]) + command
        #expect(throws: Never.self) { try KModel(version4) }
        for seed in UInt64(1)...20_000 {
            var state = seed &* 0x9E37_79B9_7F4A_7C15
            func random(_ limit: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int((state >> 33) % UInt64(limit))
            }
            var model = seed % 2 == 0 ? version4 : pixels(flags: 1, totalBytes: 64)
            for _ in 0...random(3) {
                let word = UInt32(
                    [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, model.count, random(1 << 31)][random(7)])
                let place = 4 * random(model.count / 4)
                model.replaceSubrange(place..<place + 4, with: bytes([word]))
            }
            if random(4) == 0 { model.removeLast(random(model.count)) }
            _ = try? KModel(model)
        }
    }
}
