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
}
