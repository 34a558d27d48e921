extension String {
    /// At most `limit` characters, the middle replaced by `…`: mangled names differ at their ends.
    func shortened(to limit: Int) -> String {
        guard count > limit, limit > 1 else { return self }
        let tail = (limit - 1) / 2
        return String(prefix(limit - 1 - tail)) + "…" + String(suffix(tail))
    }

    func padded(to width: Int, _ alignment: Table.Alignment) -> String {
        let spaces = String(repeating: " ", count: max(0, width - count))
        return switch alignment {
        case .left: self + spaces
        case .right: spaces + self
        }
    }

    var withoutTrailingSpaces: String {
        var text = self[...]
        while text.hasSuffix(" ") { text.removeLast() }
        return String(text)
    }
}
