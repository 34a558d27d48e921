import Profile

/// A profile as people read it.
public enum Text {
    /// Half a screen: what ran, how it ended, what it cost and where that went.
    public static func summary(_ profile: RunProfile, style: Style = .plain) -> String {
        joined([
            head(profile, style),
            facts(profile, style),
            cores(profile, style),
            layerSummary(profile, style),
            accelerators(profile, style),
            topFunctions(profile, style),
            notices(profile, most: 10, style),
            warnings(profile, style),
        ])
    }

    /// Everything but the functions beyond the sixty dearest, which are left to the other formats.
    public static func full(_ profile: RunProfile, style: Style = .plain) -> String {
        joined(
            [
                head(profile, style) + sources(profile), facts(profile, style), cores(profile, style),
                causes(profile, style),
            ]
                + layerTables(profile, style)
                + functionTables(profile, style) + [interrupts(profile, style)]
                + memoryTables(profile, style)
                + [notices(profile, most: .max, style), warnings(profile, style)])
    }

    /// The widest line, where names permit.
    static let width = 120

    /// Paragraphs with an empty line between them; empty ones are left out.
    static func joined(_ paragraphs: [[String]]) -> String {
        paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    /// Pieces with commas between them, broken between pieces where a line would grow too long.
    static func wrapped(_ pieces: [String], firstIndent: String = "", indent: String) -> [String] {
        var lines: [String] = []
        var line = firstIndent
        var isEmpty = true
        for (position, piece) in pieces.enumerated() {
            let piece = piece.printable + (position == pieces.count - 1 ? "" : ",")
            if !isEmpty, line.count + 1 + piece.count > width {
                lines.append(line)
                line = indent
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + piece
            isEmpty = false
        }
        return lines + [line]
    }
}
