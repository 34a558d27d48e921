import Engine
import Machine
import Profile

/// The layers that accelerators carried out, over all their invocations.
struct AcceleratorTracker {
    private struct Key: Hashable {
        let shape: String
        let identity: UInt64
    }

    /// One layer.
    struct Account {
        let began: Cycles
        var invocations: Int
        var cycles: Int
        var seconds: Double
        var hertz: Double
        var macs: Int
        /// The most bytes of memory that an invocation read and wrote.
        var touched: Int
        var details: AcceleratorProfile
    }

    private(set) var accounts: [Account] = []
    /// For each memory, by its base: the most bytes that one layer had in use there.
    private(set) var peaks: [UInt32: Int] = [:]
    private var indices: [Key: Int] = [:]

    /// - Parameter hertz: the core's clock.
    mutating func add(_ span: AcceleratorSpan, hertz: Double, memories: [Memory]) {
        let cycles = max(0, span.end - span.start)
        for memory in memories {
            let bytes = span.touched.filter { memory.contains($0.lowerBound) }.map(\.count).reduce(0, +)
            if bytes > 0 { peaks[memory.base] = max(peaks[memory.base] ?? 0, bytes) }
        }
        let touched = span.touched.map(\.count).reduce(0, +)
        let key = Key(shape: span.details.shape, identity: span.identity)
        if let index = indices[key] {
            accounts[index].invocations += 1
            accounts[index].cycles += cycles
            accounts[index].seconds += Double(cycles) / hertz
            accounts[index].hertz = hertz
            accounts[index].macs += span.macs
            accounts[index].touched = max(accounts[index].touched, touched)
            accounts[index].details.add(span.details)
        } else {
            indices[key] = accounts.count
            accounts.append(
                Account(
                    began: span.start, invocations: 1, cycles: cycles, seconds: Double(cycles) / hertz, hertz: hertz,
                    macs: span.macs, touched: touched, details: span.details))
        }
    }
}
