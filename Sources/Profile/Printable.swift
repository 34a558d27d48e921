extension String {
    /// The text without anything that would move the cursor, change colours or reorder what stands beside it: names
    /// come from firmware that anybody may have written.
    package var printable: String {
        // ASCII, as nearly all text is, needs no tables.
        guard !utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return self }
        var clean = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                clean.unicodeScalars.append("\u{FFFD}")
            case .enclosingMark, .nonspacingMark, .spacingMark, .uppercaseLetter, .lowercaseLetter, .titlecaseLetter,
                .modifierLetter, .otherLetter, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation,
                .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
                .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol, .spaceSeparator:
                clean.unicodeScalars.append(scalar)
            @unknown default:
                clean.unicodeScalars.append("\u{FFFD}")
            }
        }
        return clean
    }
}
