import Firmware
import Recording
import Profile

/// Addresses as people read them: function and line.
final class Places {
    private let table: FunctionTable
    private let image: FirmwareImage
    /// Debug information is read once somebody asks.
    private lazy var lines = SourceLines(image)

    init(_ image: FirmwareImage, _ table: FunctionTable) {
        self.image = image
        self.table = table
    }

    /// The source lines, if the firmware has any.
    var sourceLines: SourceLines? { lines.isAvailable ? lines : nil }

    /// `main+0x12 (main.c:34)`.
    ///
    /// - Parameter isReturn: the address is behind a call, and the line wanted is that of the call.
    func name(_ address: UInt32, isReturn: Bool = false) -> String {
        let address = UInt64(address & ~1)
        let looked = isReturn && address > 0 ? address - 1 : address
        guard let function = table.function(at: looked) else {
            let text = hexadecimal(UInt32(truncatingIfNeeded: address))
            return address == 0 ? text + ", by a call through a null pointer" : text + ", outside any function"
        }
        let offset = address - function.low
        let frames = lines.frames(at: looked)
        let place = frames.first?.file.map { file in " (\(file)\(frames[0].line.map { ":\($0)" } ?? ""))" } ?? ""
        let inlined = frames.count > 1 ? frames[0].function.map { "\($0), inlined in " } ?? "" : ""
        return inlined + function.name + (offset == 0 ? "" : "+0x" + String(offset, radix: 16)) + place
    }

    /// `lock+0x4 (0x80001234)`, or the address alone where no variable lies there.
    func data(_ address: UInt32) -> String {
        let place = UInt64(address)
        let symbol = image.symbols.first { $0.kind != .function && place >= $0.address && place - $0.address < $0.size }
        guard let symbol else { return hexadecimal(address) }
        let offset = place - symbol.address
        let name = symbol.name + (offset == 0 ? "" : "+0x" + String(offset, radix: 16))
        return "\(name) (\(hexadecimal(address)))"
    }

    /// The steps of a backtrace, one line each; one for all where a recursion repeats itself.
    func lines(_ steps: some Collection<BacktraceStep>) -> [String] {
        let most = 24
        var runs: [(step: BacktraceStep, count: Int)] = []
        for step in steps {
            if let last = runs.indices.last, runs[last].step == step {
                runs[last].count += 1
            } else {
                runs.append((step, 1))
            }
        }
        let named = runs.prefix(most).map { run in
            let times = run.count > 1 ? ", \(Numeral.grouped(run.count)) times" : ""
            return switch run.step {
            case .calledFrom(let address): "  called from \(name(address, isReturn: true))\(times)"
            case .interrupted(let pc, _): "  which interrupted \(name(pc))\(times)"
            }
        }
        return named + (runs.count > most ? ["  and \(Numeral.grouped(runs.count - most)) more"] : [])
    }
}

/// As people write addresses: `0x0800012a`.
func hexadecimal(_ value: some BinaryInteger, digits: Int = 8) -> String {
    let text = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: max(0, digits - text.count)) + text
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
