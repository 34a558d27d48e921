/// A program of parts that can be left out one by one, so that what remains stays where it is.
public protocol Shrinkable {
    /// The parts that are still in it, and may be left out.
    var parts: [Int] { get }
    func without(_ parts: ArraySlice<Int>) -> Self
}

extension Shrinkable {
    /// The program with as few parts as still make it fail.
    ///
    /// - Parameter fails: whether a program shows the same failure.
    public func shrunk(while fails: (Self) -> Bool) -> Self {
        var smallest = self
        var size = max(1, parts.count / 2)
        while true {
            var first = 0
            while first < smallest.parts.count {
                let attempt = smallest.without(smallest.parts[first..<min(first + size, smallest.parts.count)])
                if fails(attempt) { smallest = attempt } else { first += size }
            }
            guard size > 1 else { return smallest }
            size /= 2
        }
    }
}
