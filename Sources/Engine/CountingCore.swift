import Machine

/// A core whose blocks count how often they are entered.
package protocol CountingCore: Core {
    /// The run loop's end of the list of blocks whose counters are not zero; see `Ledger.gather`.
    var dirtyEnd: UnsafeMutablePointer<Block.Pointer> { get set }
}

extension CountingCore {
    /// Tells the observer that an address was reached: as if the block that begins there had not been entered yet.
    package func tellReached(_ address: UInt32, _ block: Block.Pointer) {
        let before = dirtyEnd
        block.pointee.count -= 1
        observer?.reached(address, at: now)
        block.pointee.count += 1
        // The observer emptied the counters; this block's is not zero again.
        if dirtyEnd < before {
            dirtyEnd.pointee = block
            dirtyEnd += 1
        }
    }
}
