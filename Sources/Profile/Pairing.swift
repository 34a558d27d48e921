/// Pairs the elements of two lists that have the same name: the first with the first of that name, and so on.
///
/// - Returns: one pair for every element of `new`, in its order, then one for every element of `old` without partner.
package func paired<Element>(
    _ old: [Element], _ new: [Element], by name: (Element) -> String
) -> [(name: String, old: Element?, new: Element?)] {
    var waiting: [String: [Int]] = [:]
    for (position, element) in old.enumerated().reversed() {
        waiting[name(element), default: []].append(position)
    }
    var partnered: Set<Int> = []
    var pairs: [(name: String, old: Element?, new: Element?)] = new.map { element in
        let name = name(element)
        let position = waiting[name]?.popLast()
        if let position { partnered.insert(position) }
        return (name, position.map { old[$0] }, element)
    }
    for (position, element) in old.enumerated() where !partnered.contains(position) {
        pairs.append((name(element), element, nil))
    }
    return pairs
}
