import FoundationEssentials
import Profile

extension Golden {
    /// Rises with every change of the form below.
    static let version = 1

    /// The golden file: keys in a fixed order, and one layer on each line, so that a change of one layer is a change of
    /// one line.
    public func encoded() -> String {
        let lines = layers.map { layer in
            "    {\"name\": \(quoted(layer.name)), \"cycles\": \(layer.cycles), \"macs\": \(number(layer.macs))}"
        }
        let printed = console.map { "{\"bytes\": \($0.bytes), \"sha256\": \(quoted($0.sha256))}" } ?? "null"
        return """
            {
              "golden": \(Self.version),
              "target": \(quoted(target)),
              "firmware": \(quoted(firmwareSHA256)),
              "model": {"name": \(quoted(modelName)), "version": \(quoted(modelVersion))},
              "outcome": \(quoted(outcome.rawValue)),
              "exitCode": \(exitCode.map { String($0) } ?? "null"),
              "console": \(printed),
              "cycles": \(cycles),
              "instructions": \(instructions),
              "flashBytes": \(flashBytes),
              "ramBytes": \(ramBytes),
              "stackPeakBytes": \(number(stackPeakBytes)),
              "layers": [\(lines.isEmpty ? "" : "\n" + lines.joined(separator: ",\n") + "\n  ")]
            }

            """
    }

    /// Reads what `encoded` wrote, in any layout.
    public static func decode(_ bytes: some Sequence<UInt8>) throws(Failure) -> Golden {
        let data = Data(bytes)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: data)
        } catch {
            throw .foreign
        }
        if header.golden > version { throw .newer(version: header.golden) }
        guard header.golden == version else { throw .malformed(key: "golden") }
        let golden: Golden
        do {
            golden = try JSONDecoder().decode(Golden.self, from: data)
        } catch let error as DecodingError {
            throw .malformed(key: error.keyPath.isEmpty ? "a number" : error.keyPath)
        } catch {
            throw .foreign
        }
        try golden.checkCounts()
        return golden
    }

    private struct Header: Decodable {
        var golden: Int
    }

    /// A count is a whole number from 0 to 2^53, the largest that every reader of JSON keeps exact.
    private func checkCounts() throws(Failure) {
        let counts: [(String, Int?)] = [
            ("cycles", cycles), ("instructions", instructions), ("flashBytes", flashBytes), ("ramBytes", ramBytes),
            ("stackPeakBytes", stackPeakBytes), ("console.bytes", console?.bytes),
        ]
        let ofLayers = layers.enumerated().flatMap { position, layer in
            [("layers[\(position)].cycles", layer.cycles), ("layers[\(position)].macs", layer.macs)]
        }
        for (key, count) in counts + ofLayers {
            if let count, !(0...(1 << 53)).contains(count) { throw .malformed(key: key) }
        }
    }

    private func number(_ value: Int?) -> String { value.map { String($0) } ?? "null" }

    /// A JSON string (RFC 8259, section 7).
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Golden: Decodable {
    private enum Key: String, CodingKey {
        case target, firmware, model, outcome, exitCode, console, cycles, instructions, flashBytes, ramBytes
        case stackPeakBytes, layers
    }

    private struct Model: Decodable {
        var name: String
        var version: String
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let model = try container.decode(Model.self, forKey: .model)
        target = try container.decode(String.self, forKey: .target)
        firmwareSHA256 = try container.decode(String.self, forKey: .firmware)
        modelName = model.name
        modelVersion = model.version
        outcome = try container.decode(Outcome.Kind.self, forKey: .outcome)
        exitCode = try container.decodeIfPresent(Int32.self, forKey: .exitCode)
        console = try container.decodeIfPresent(RunProfile.Console.self, forKey: .console)
        cycles = try container.decode(Int.self, forKey: .cycles)
        instructions = try container.decode(Int.self, forKey: .instructions)
        flashBytes = try container.decode(Int.self, forKey: .flashBytes)
        ramBytes = try container.decode(Int.self, forKey: .ramBytes)
        stackPeakBytes = try container.decodeIfPresent(Int.self, forKey: .stackPeakBytes)
        layers = try container.decode([Layer].self, forKey: .layers)
    }
}
