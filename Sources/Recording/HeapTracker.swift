import Engine

/// How much heap the firmware took, whichever core asked for it: followed at newlib's `_sbrk`, of which each call moves
/// the end of the heap.
final class HeapTracker {
    enum Hook: Sendable {
        /// `_sbrk(ptrdiff_t increment)`.
        case sbrk
    }

    private(set) var isUsed = false
    private(set) var bytes = 0
    private(set) var peak = 0

    func reached(_ hook: Hook, _ core: any ObservedCore) {
        switch hook {
        case .sbrk:
            isUsed = true
            bytes += Int(Int32(truncatingIfNeeded: core.argument(0) ?? 0))
            peak = max(peak, bytes)
        }
    }
}
