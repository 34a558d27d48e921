import Testing

@testable import KPU

/// The arithmetic against an independent one: plain integers in Python, reference/kpu_reference.py.
struct GoldenLayerTests {
    @Test func everyLayerOfTheReferenceComesOutTheSame() throws {
        let layers = try GoldenLayer.all()
        #expect(layers.count > 200)
        for golden in layers {
            let layer = Layer(golden.words.map { UInt64($0, radix: 16) ?? 0 })
            var draw = Draw(seed: try #require(UInt64(golden.dataSeed, radix: 16)))
            let memory = AIMemory()
            memory.write(draw.bytes(golden.inputBytes), at: layer.sourceLine * Layer.lineSize)
            let tables = Tables(
                weights: draw.bytes(golden.weightBytes), hasEightBitWeights: golden.eightBit,
                batchNorm: BatchNorm.table(bytes(hexadecimal: golden.batchNorm)),
                activation: Activation(bytes(hexadecimal: golden.activation)))
            let rounding = try #require(ActivationRounding(rawValue: golden.rounding))

            let output = try layer.compute(
                memory: UnsafeRawBufferPointer(memory.bytes), tables: tables, rounding: rounding)

            if let expected = golden.bytes { #expect(output.pixels == bytes(hexadecimal: expected), "\(golden.name)") }
            #expect(fnv(output.pixels) == golden.output, "\(golden.name)")
            #expect(output.channelSums == golden.channelSums ?? [], "\(golden.name)")
            layer.store(output, to: try #require(memory.bytes.baseAddress))
            #expect(fnv(memory.bytes[layer.outputRange]) == golden.lines, "\(golden.name)")
        }
    }

    /// The reference's layers are of every kind that the chip has.
    @Test func theReferenceLeavesNothingOut() throws {
        let goldens = try GoldenLayer.all()
        let layers = goldens.map { Layer($0.words.map { UInt64($0, radix: 16) ?? 0 }) }
        #expect(Set(layers.map(\.pooling)) == Set(Pooling.allCases))
        #expect(Set(goldens.map(\.rounding)) == Set(ActivationRounding.allCases.map(\.rawValue)))
        for eightBit in [true, false] {
            let some = zip(goldens, layers).filter { $0.0.eightBit == eightBit }.map(\.1)
            #expect(Set(some.map(\.kernel)) == [1, 3])
            #expect(Set(some.map(\.isDepthwise)) == [true, false])
            #expect(some.contains { $0.inputChannels == 1024 } && some.contains { $0.outputChannels == 1024 })
        }
        #expect(Set([4, 512]).isSubset(of: layers.map(\.inputWidth)))
        #expect(Set([4, 256, 300]).isSubset(of: layers.map(\.inputHeight)))
    }
}
