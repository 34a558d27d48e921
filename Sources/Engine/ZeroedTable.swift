import Glibc

/// A table of zeros. The host provides its pages only as they are used, and these tables are used here and there.
public func zeroedTable<Entry>(of type: Entry.Type, count: Int) -> UnsafeMutablePointer<Entry> {
    guard let table = calloc(count, MemoryLayout<Entry>.stride) else {
        preconditionFailure("the host has no memory for a table of \(count) entries")
    }
    return table.bindMemory(to: type, capacity: count)
}

/// Gives a table of zeros back.
public func freeTable<Entry>(_ table: UnsafeMutablePointer<Entry>) { free(table) }
