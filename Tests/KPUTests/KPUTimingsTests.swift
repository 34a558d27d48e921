import Foundation
import Targets
import Testing

@testable import KPU

struct KPUTimingsTests {
    /// The constants that fit the SDK's timer, with the firmware's share in the two of setup.
    static let fitted = KPUTimings([
        .setup: fact(4060), .line: fact(1), .strip: fact(2.99), .outputLine: fact(1.06), .weightByte: fact(0.346),
        .depthwiseSetup: fact(2413), .depthwiseLine: fact(2.11), .depthwiseStrip: fact(16.6),
        .depthwiseChannel: fact(6.38), .streamBeat: fact(47.7),
    ])

    private static func fact(_ value: Double) -> KPUTimings.Fact {
        KPUTimings.Fact(value: value, source: "nncase issue 77")
    }

    /// A layer of the face detector whose times were published.
    struct Row: Sendable, CustomTestStringConvertible {
        let kernel: Int
        let isDepthwise: Bool
        let channels: (input: Int, output: Int)
        let size: (width: Int, height: Int)
        let pool: UInt8
        let milliseconds: Double
        var streamed = 0

        var testDescription: String { "\(kernel)x\(kernel) \(channels) \(size)" }

        /// As nncase 0.1 makes the command, 8-bit weights, loads of 30 KiB at most.
        var layer: Layer {
            var layer = Layer([])
            layer.kernelType = kernel == 3 ? 1 : 0
            layer.isDepthwise = isDepthwise
            (layer.inputChannels, layer.outputChannels) = channels
            (layer.inputWidth, layer.inputHeight) = size
            layer.inputLayout = LineLayout(width: size.width, height: size.height)
            layer.poolType = pool
            layer.loadsWeights = true
            layer.channelsPerLoad =
                isDepthwise ? channels.output : min(channels.output, 30720 / layer.weightsPerChannel)
            layer.sendsData = streamed > 0
            layer.totalBytes = streamed
            return layer
        }
    }

    static func depthwise(_ channels: Int, _ width: Int, _ height: Int, _ milliseconds: Double) -> Row {
        Row(
            kernel: 3, isDepthwise: true, channels: (channels, channels), size: (width, height), pool: 0,
            milliseconds: milliseconds)
    }

    static func ordinary(
        _ kernel: Int, _ input: Int, _ output: Int, _ width: Int, _ height: Int, _ pool: UInt8, _ milliseconds: Double,
        streamed: Int = 0
    ) -> Row {
        Row(
            kernel: kernel, isDepthwise: false, channels: (input, output), size: (width, height), pool: pool,
            milliseconds: milliseconds, streamed: streamed)
    }

    /// kendryte/nncase issue 77: the SDK's layer timer at 398.667 MHz.
    static let published = [
        ordinary(3, 3, 16, 320, 240, 1, 0.206), depthwise(16, 160, 120, 0.039),
        ordinary(1, 16, 32, 160, 120, 1, 0.514), depthwise(32, 80, 60, 0.029),
        ordinary(1, 32, 64, 80, 60, 0, 0.680), depthwise(64, 80, 60, 0.053),
        ordinary(1, 64, 64, 80, 60, 1, 1.328), depthwise(64, 40, 30, 0.020),
        ordinary(1, 64, 128, 40, 30, 0, 0.704), depthwise(128, 40, 30, 0.034),
        ordinary(1, 128, 128, 40, 30, 1, 1.385), depthwise(128, 20, 15, 0.016),
        ordinary(1, 128, 256, 20, 15, 0, 0.781), depthwise(256, 20, 15, 0.025),
        ordinary(1, 256, 256, 20, 15, 0, 1.522), depthwise(256, 20, 15, 0.026),
        ordinary(1, 256, 256, 20, 15, 0, 1.521), depthwise(256, 20, 15, 0.026),
        ordinary(1, 256, 256, 20, 15, 0, 1.521), depthwise(256, 20, 15, 0.026),
        ordinary(1, 256, 256, 20, 15, 0, 1.521), depthwise(256, 20, 15, 0.025),
        ordinary(1, 256, 30, 20, 15, 0, 0.326, streamed: 9000),
    ]

    /// The timer counts whole microseconds: 400 cycles of the short depthwise layers.
    @Test(arguments: published) func theFitGivesTheMeasuredTime(_ row: Row) {
        let cycles = KPUTimingsTests.fitted.breakdown(of: row.layer, hasEightBitWeights: true).total
        let milliseconds = cycles / 398_667
        let tolerance = row.isDepthwise ? 0.026 * row.milliseconds + 0.0005 : 0.014 * row.milliseconds
        #expect(abs(milliseconds - row.milliseconds) <= tolerance, "\(milliseconds) ms")
    }

    @Test func theWholeDetectorTakesWhatWasMeasured() {
        let cycles = KPUTimingsTests.published.reduce(0) {
            $0 + KPUTimingsTests.fitted.breakdown(of: $1.layer, hasEightBitWeights: true).total
        }
        #expect(abs(cycles / 398_667 / 12.328 - 1) < 0.01)
        let products = KPUTimingsTests.published.reduce(0) { $0 + $1.layer.multiplyAccumulates }
        // The published table says 205.6 million.
        #expect(abs(Double(products) / 205.6e6 - 1) < 0.01)
    }

    /// By hand: 256 to 30 channels of 20x15, two to a line: 30 * 128 strips of 15 lines, 15 * 15 output lines, 7680
    /// bytes of weights, 1125 beats.
    @Test func aBreakdownSumsUp() {
        let layer = KPUTimingsTests.published[22].layer
        let breakdown = KPUTimingsTests.fitted.breakdown(of: layer, hasEightBitWeights: true)
        #expect(abs(breakdown.compute - (57600 + 2.99 * 3840 + 1.06 * 225)) < 1e-6)
        #expect(abs(breakdown.weightLoad - 0.346 * 7680) < 1e-6)
        #expect(abs(breakdown.dmaOut - 47.7 * 1125) < 1e-6)
        #expect(breakdown.setup == 4060)
        #expect(
            abs(breakdown.total - breakdown.compute - breakdown.weightLoad - breakdown.dmaOut - breakdown.setup) < 1e-6)
    }

    /// The table that the target uses names every number and where it is from, and leaves the firmware's share out.
    @Test func theTargetsTableIsComplete() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../targets/cores/kpu.yaml")
        let model = try AcceleratorModel.parse(String(contentsOf: url, encoding: .utf8), fileName: "kpu.yaml")
        #expect(model.name == "kpu" && model.version >= 1 && !model.sources.isEmpty)
        #expect(Set(model.timings.facts.keys) == Set(KPUTimings.Parameter.allCases))
        for (parameter, fact) in model.timings.facts {
            #expect(!fact.source.isEmpty)
            #expect(fact.value <= KPUTimingsTests.fitted[parameter] && fact.value > 0, "\(parameter)")
        }
    }
}
