/// A point in the code at which a layer of a network begins or ends.
public struct LayerMarker: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The numbers of the core's registers that hold, when the point is reached, the address of the layer's name
        /// (NUL-terminated) and its multiply-accumulates.
        case begin(nameRegister: Int, macsRegister: Int)
        case end
    }

    /// The instruction before which the layer begins or ends, without Thumb bit.
    public let address: UInt64
    public let kind: Kind
}

/// The section `.simulate.layers`, which the marker macros of a firmware fill and no memory ever holds.
///
/// A record is the address of the point, 32 bits, little-endian; then NUL-terminated ASCII text, `begin <name>
/// <macs>` with the names of two registers as the assembler prints them, or `end`; then zeros to a multiple of four
/// bytes. The linker writes 0 for the address of a point whose function it removed.
public struct LayerMarkers: Sendable, Equatable {
    public static let sectionName = ".simulate.layers"

    /// What was wrong with a record, which was then left out.
    public enum Warning: Error, Sendable, Equatable, CustomStringConvertible {
        /// The section ends within a record; `offset` is its first byte.
        case truncated(offset: Int)
        /// The text is neither `begin` with two registers nor `end`.
        case unknownText(offset: Int, text: String)

        public var description: String {
            switch self {
            case .truncated(let offset):
                "the section \(LayerMarkers.sectionName) ends within the record at byte \(offset); "
                    + "use the macros of the marker header as they are"
            case .unknownText(let offset, let text):
                "the record at byte \(offset) of the section \(LayerMarkers.sectionName) says '\(text)', where "
                    + "'begin <register> <register>' or 'end' is known; use the macros of the marker header as they are"
            }
        }
    }

    /// Sorted by address; at one address in the order of the section.
    public let markers: [LayerMarker]
    public let warnings: [Warning]

    /// The markers of a program; none if it has no such section.
    public init(_ image: FirmwareImage) {
        let section = image.section(named: Self.sectionName)
        self.init(section.map { Array(image.contents(of: $0)) } ?? [], image.architecture)
    }

    /// The markers in the bytes of the section.
    public init(_ bytes: [UInt8], _ architecture: Architecture) {
        var markers: [LayerMarker] = []
        var warnings: [Warning] = []
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset > 4, let end = bytes[(offset + 4)...].firstIndex(of: 0) else {
                warnings.append(.truncated(offset: offset))
                break
            }
            let address = bytes[offset..<offset + 4].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let text = bytes[offset + 4..<end]
            if let kind = Self.kind(String(decoding: text, as: UTF8.self), architecture) {
                if address != 0 {
                    markers.append(
                        LayerMarker(address: architecture == .arm32 ? address & ~1 : address, kind: kind))
                }
            } else {
                let shown = text.prefix(40).map { (0x20..<0x7F).contains($0) ? $0 : 0x3F }
                warnings.append(.unknownText(offset: offset, text: String(decoding: shown, as: UTF8.self)))
            }
            offset = (end + 4) & ~3
        }
        // Swift's sort is not promised to keep the order of equals.
        self.markers = markers.enumerated()
            .sorted { ($0.element.address, $0.offset) < ($1.element.address, $1.offset) }.map(\.element)
        self.warnings = warnings
    }

    private static func kind(_ text: String, _ architecture: Architecture) -> LayerMarker.Kind? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if words == ["end"] { return .end }
        guard words.count == 3, words[0] == "begin", let name = register(words[1], architecture),
            let macs = register(words[2], architecture)
        else { return nil }
        return .begin(nameRegister: name, macsRegister: macs)
    }

    /// The number of a register by any name that compilers print.
    private static func register(_ name: String, _ architecture: Architecture) -> Int? {
        switch architecture {
        case .arm32: number(name, "r", 0...14) ?? aapcsNames[name]
        case .riscv64: number(name, "x", 0...31) ?? riscvNames.firstIndex(of: name) ?? (name == "fp" ? 8 : nil)
        }
    }

    private static func number(_ name: String, _ letter: Character, _ range: ClosedRange<Int>) -> Int? {
        guard name.first == letter, let number = Int(name.dropFirst()), range.contains(number),
            name == "\(letter)\(number)"
        else { return nil }
        return number
    }

    /// AAPCS32, section 6.1.1, "Core registers".
    private static let aapcsNames = ["sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14]

    /// RISC-V ELF psABI, "Integer Register Convention", x0 to x31.
    private static let riscvNames = [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
        "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ]
}
