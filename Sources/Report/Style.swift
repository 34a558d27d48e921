extension Text {
    /// How a text marks its headings.
    public enum Style: Sendable {
        /// Nothing but characters.
        case plain
        /// Bold and dim, for a terminal.
        case ansi

        func bold(_ text: String) -> String { wrap(text, "1") }
        func dim(_ text: String) -> String { wrap(text, "2") }

        private func wrap(_ text: String, _ code: String) -> String {
            switch self {
            case .plain: text
            case .ansi: text.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
            }
        }
    }
}
