import Glibc
import Report

/// Colour only for a person who looks, and only if NO_COLOR is not set.
enum Style {
    static var forStandardOutput: Text.Style { style(isTerminal: isatty(1) == 1) }
    static var forStandardError: Text.Style { style(isTerminal: isatty(2) == 1) }

    private static func style(isTerminal: Bool) -> Text.Style {
        isTerminal && Environment["NO_COLOR"] == nil ? .ansi : .plain
    }
}
