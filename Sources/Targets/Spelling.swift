/// What somebody may have meant.
enum Spelling {
    /// At most three of `names`, the nearest first, those that `word` could be a misspelling of.
    static func nearest(to word: String, of names: [String]) -> [String] {
        let word = Array(word.lowercased().unicodeScalars.prefix(64))
        let ranked = names.enumerated().compactMap { position, name -> (distance: Int, position: Int, name: String)? in
            let letters = Array(name.lowercased().unicodeScalars.prefix(64))
            let distance = distance(word, letters)
            let isBeginning = word.count >= 3 && letters.starts(with: word)
            guard isBeginning || distance <= max(1, letters.count / 3) else { return nil }
            return (isBeginning ? min(distance, 1) : distance, position, name)
        }
        return ranked.sorted { ($0.distance, $0.position) < ($1.distance, $1.position) }.prefix(3).map(\.name)
    }

    /// How many letters must be put in, left out, replaced or swapped with their neighbour to make one word the other.
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var twoBack: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, twoBack[j - 1] + 1) }
                row.append(best)
            }
            (twoBack, previous) = (previous, row)
        }
        return previous[b.count]
    }
}
