import ArgumentParser
import CortexM
import Firmware

struct DisassembleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disassemble", abstract: "Lists the instructions of a firmware, or of one of its functions.")

    @Argument(help: "The firmware.")
    var firmware: String

    @Argument(help: "A function; all of them if none is named.")
    var function: String?

    func run() throws {
        try reportingFailures {
            let bytes = try Files.read(firmware, what: "firmware")
            let image: FirmwareImage
            do throws(FirmwareError) {
                image = try FirmwareImage.load(bytes: bytes, expecting: .arm32)
            } catch {
                throw Failure.badInput("\(firmware): \(error)")
            }
            let table = FunctionTable(image)
            var functions = table.functions
            if let function {
                guard let found = table.function(named: function) else {
                    throw Failure.badInput("\(firmware): there is no function '\(function)'; check its name with nm")
                }
                functions = [found]
            }
            for function in functions { list(function, image) }
        }
    }

    private func list(_ function: FunctionTable.Function, _ image: FirmwareImage) {
        print("\n\(function.name):")
        var listing = Listing(
            from: UInt32(truncatingIfNeeded: function.low), to: UInt32(truncatingIfNeeded: function.high)
        ) { address in
            image.halfword(at: UInt64(address))
        }
        while let (address, encoding, text) = listing.next() {
            let words = encoding.map { hexadecimal($0, 4) }.joined(separator: " ")
            print("  \(hexadecimal(address, 8))  \(words.padded(to: 9))  \(text)")
        }
    }

    private func hexadecimal(_ value: some BinaryInteger, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension FirmwareImage {
    /// The halfword that a segment has at an address where the program runs.
    func halfword(at address: UInt64) -> UInt16? {
        for segment in segments where address >= segment.virtualAddress {
            let offset = Int(address - segment.virtualAddress)
            guard offset + 1 < segment.bytes.count else { continue }
            let start = segment.bytes.startIndex + offset
            return UInt16(segment.bytes[start]) | UInt16(segment.bytes[start + 1]) << 8
        }
        return nil
    }
}
