import ArgumentParser
import Firmware
import Targets

struct DisassembleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disassemble",
        abstract: "Lists the instructions of a firmware, or of one of its functions.",
        discussion: "The words that a compiler puts between the instructions are listed as .word.")

    @Argument(help: "The firmware: an ELF file for 32-bit Arm or 64-bit RISC-V.")
    var firmware: String

    @Argument(help: "A function; all of them if none is named.")
    var function: String?

    func run() throws {
        try reportingFailures {
            let bytes = try Files.read(firmware, what: "firmware")
            let family = CoreFamily.allCases.first { $0.architecture.matches(bytes) } ?? .cortexM
            let image: FirmwareImage
            do throws(FirmwareError) {
                image = try FirmwareImage.load(bytes: bytes, expecting: family.architecture)
            } catch {
                throw Failure.badInput("\(firmware): \(error)")
            }
            let table = FunctionTable(image)
            var functions = table.functions
            if let function {
                guard let found = table.function(named: function) else { throw missing(function, table) }
                functions = [found]
            }
            guard !functions.isEmpty else {
                throw Failure.badInput("\(firmware): it has no symbols of functions; was it stripped?")
            }
            for function in functions { Output.write(Array(list(function, image, family).utf8), to: 1) }
        }
    }

    private func missing(_ name: String, _ table: FunctionTable) -> Failure {
        let similar = table.functions.map(\.name).filter { $0.lowercased().contains(name.lowercased()) }.prefix(3)
        let hint = similar.isEmpty ? "nm lists the names" : "did you mean \(similar.joined(separator: " or "))?"
        return .badInput("\(firmware): there is no function '\(name)'; \(hint)")
    }

    private func list(_ function: FunctionTable.Function, _ image: FirmwareImage, _ family: CoreFamily) -> String {
        var text = "\n\(function.name):\n"
        for (range, isCode) in image.stretches(from: function.low, to: function.high) {
            let low = UInt32(truncatingIfNeeded: range.lowerBound)
            let high = UInt32(truncatingIfNeeded: range.upperBound)
            if isCode {
                let listing = family.listing(from: low, to: high) { image.halfword(at: UInt64($0)) }
                for (address, encoding, instruction) in listing {
                    text += line(address, encoding.map { padded($0, 4) }.joined(separator: " "), instruction)
                }
            } else {
                for address in stride(from: low, to: high, by: low % 4 == 0 ? 4 : 2) {
                    guard let first = image.halfword(at: UInt64(address)) else { break }
                    if low % 4 == 0, high - address >= 4, let second = image.halfword(at: UInt64(address) + 2) {
                        let word = padded(UInt32(second) << 16 | UInt32(first), 8)
                        text += line(address, word, ".word 0x" + word)
                    } else {
                        text += line(address, padded(first, 4), ".short 0x" + padded(first, 4))
                    }
                }
            }
        }
        return text
    }

    private func line(_ address: UInt32, _ encoding: String, _ text: String) -> String {
        "  \(padded(address, 8))  \(encoding.padded(to: 9))  \(text)\n"
    }

    private func padded(_ value: some BinaryInteger, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension FirmwareImage {
    /// Where between two addresses instructions lie and where data, by the mapping symbols.
    func stretches(from low: UInt64, to high: UInt64) -> [(range: Range<UInt64>, isCode: Bool)] {
        var stretches: [(Range<UInt64>, Bool)] = []
        var isCode = mappingSymbols.last { $0.address <= low }.map { $0.kind != .data } ?? true
        var start = low
        for symbol in mappingSymbols where symbol.address > low && symbol.address < high {
            guard (symbol.kind != .data) != isCode else { continue }
            if start < symbol.address { stretches.append((start..<symbol.address, isCode)) }
            start = symbol.address
            isCode.toggle()
        }
        if start < high { stretches.append((start..<high, isCode)) }
        return stretches
    }

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

extension CoreFamily {
    /// What its firmware is built for.
    var architecture: Architecture {
        switch self {
        case .cortexM: .arm32
        case .rv64: .riscv64
        }
    }
}
