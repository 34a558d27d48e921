import Foundation
import Testing

/// Networks as `.kmodel`: their layers, their input, and files that are none.
@Suite("Running a network by itself")
struct NetworkTests {
    /// Six layers of 8 x 8 pixels; the input of the first is one channel.
    private static let digits = Command.root.appendingPathComponent("firmware/digits/digits.kmodel")

    private func run(_ model: URL, _ arguments: String...) throws -> Command {
        try Command([model.path, "--target", "k210", "--timeout", "1s"] + arguments, program: Command.fastProgram)
    }

    @Test("It prints its outputs, and its layers in the order of time")
    func layers() throws {
        let run = try run(NetworkTests.digits)
        #expect(run.status == 0)
        #expect(run.output.contains("output 0:"))
        let layers = run.errors.split(separator: "\n").drop { !$0.contains("  Layer") }.dropFirst()
        #expect(layers.first?.contains("KPU 3x3 1->16 8x8") == true)
    }

    @Test("An input of another size is refused, with the size that is wanted")
    func inputSize() throws {
        let folder = try TemporaryFolder()
        let wrong = try folder.newFile("wrong.bin", [1, 2, 3])
        let refused = try run(NetworkTests.digits, "--input", wrong.path)
        #expect(refused.status == 65)
        #expect(
            refused.errors == """
                simulate: '\(wrong.path)' has 3 bytes, and the network takes 64: 1 channel of 8 x 8; or give a PNG \
                picture of 8 x 8 pixels

                """)
        let right = try folder.newFile("right.bin", Array(repeating: 7, count: 64))
        #expect(try run(NetworkTests.digits, "--input", right.path).status == 0)
    }

    /// A PNG of 8 x 8 pixels whose grey is 7 is the same input as 64 bytes of 7: it was written with Python's zlib.
    @Test("A picture is an input: red, green and blue, or grey")
    func picture() throws {
        let folder = try TemporaryFolder()
        let bytes = try folder.newFile("grey.bin", Array(repeating: 7, count: 64))
        let base64 = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR4nGNghwIGyhgAP0gBwZ/AOOYAAAAASUVORK5CYII="
        let png = try folder.newFile("grey.png", Array(try #require(Data(base64Encoded: base64))))
        let fromBytes = try run(NetworkTests.digits, "--input", bytes.path)
        let fromPicture = try run(NetworkTests.digits, "--input", png.path)
        #expect(fromPicture.status == 0)
        #expect(fromPicture.output == fromBytes.output)
    }

    @Test("Other versions are named", arguments: [(1, "version 1"), (5, "version 5")])
    func versions(_ version: UInt8, _ text: String) throws {
        var bytes = [UInt8](try Data(contentsOf: NetworkTests.digits))
        bytes[0] = version
        let folder = try TemporaryFolder()
        let run = try run(try folder.newFile("other.kmodel", bytes))
        #expect(run.status == 65)
        #expect(run.errors.contains(text) && run.errors.split(separator: "\n").count == 1)
    }

    /// Whatever a file holds: it runs, or is refused, or its own runner refuses it, or the layer is impossible, or
    /// the time is up. The simulator neither crashes nor hangs.
    @Test("Damaged networks end in one of the documented ways", arguments: 1...40)
    func damaged(_ seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
        var bytes = [UInt8](try Data(contentsOf: NetworkTests.digits))
        for _ in 0...random(3) {
            // What is read as numbers stands at the beginning and at the end, the weights between.
            let place = random(2) == 0 ? random(min(bytes.count, 200)) : random(bytes.count)
            bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, UInt8(random(256))][random(6)]
        }
        if random(4) == 0 { bytes.removeLast(random(bytes.count)) }
        let folder = try TemporaryFolder()
        let run = try run(try folder.newFile("damaged.kmodel", bytes), "--quiet")
        #expect([0, 65, 124].contains(run.status), "seed \(seed): \(run.status) \(run.errors)")
        if run.status == 65 { #expect(run.errors.split(separator: "\n").count <= 1, "seed \(seed): \(run.errors)") }
    }
}
