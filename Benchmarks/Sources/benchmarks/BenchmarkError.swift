enum BenchmarkError: Error, CustomStringConvertible {
    case usage(String)
    case failed([String], Int32, String)
    case unreadable(String)
    case slower

    var description: String {
        switch self {
        case .usage(let what): "\(what)\n\n\(Options.usage)"
        case .failed(let words, let code, let errors):
            "\(words.joined(separator: " "))\nended with exit code \(code)\n\(errors)"
        case .unreadable(let what): "cannot read \(what)"
        case .slower: "The simulator needs more host instructions than before. If that is right: make accept"
        }
    }
}
