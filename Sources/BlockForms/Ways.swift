import Engine
public import Translator

/// How generated code goes from one block to the next when it learns only as it runs which that is.
public enum Ways {
    /// Looks up the block at the address in temporary 0, and leaves it there; the address has 32 bits.
    ///
    /// - Parameter unknown: where to go if none was decoded.
    public static func lookUp(in map: CodeMap, unknown: Label) -> [Form] {
        let pages = UInt(bitPattern: map.pages)
        return [
            .binary(.shiftRight, .doubleword, .temporary(1), .temporary(0), .constant(Int64(CodeMap.pageShift))),
            .load(.int64, .temporary(1), .table(pages, index: 1, scale: 8)),
            .branch(.equal, .temporary(1), .constant(0), unknown),
            .binary(.shiftRight, .doubleword, .temporary(2), .temporary(0), .constant(1)),
            .binary(.and, .doubleword, .temporary(2), .temporary(2), .constant(Int64(CodeMap.slots - 1))),
            .load(.int64, .temporary(0), .entry(table: 1, index: 2, scale: 8)),
            .branch(.equal, .temporary(0), .constant(0), unknown),
        ]
    }

    /// Pays the static cycles of the block in temporary 0.
    ///
    /// - Parameter late: where to go if it might overrun the budget; nothing is paid then.
    public static func pay(late: Label) -> [Form] {
        [
            .load(.int64, .temporary(2), .at(temporary: 0, BlockOffset.cycles)),
            .binary(.subtract, .doubleword, .temporary(1), .budget, .temporary(2)),
            .load(.int64, .temporary(2), .at(temporary: 0, BlockOffset.slack)),
            .branch(.less, .temporary(1), .temporary(2), late),
            .move(.budget, .temporary(1)),
        ]
    }
}
