import Glibc

/// What the caller set for the program. Only what is asked for is read: there may be hundreds of variables.
enum Environment {
    /// The text of a variable; `nil` if it is not set, or empty.
    static subscript(name: String) -> String? {
        guard let text = getenv(name), text.pointee != 0 else { return nil }
        return String(cString: text)
    }
}
