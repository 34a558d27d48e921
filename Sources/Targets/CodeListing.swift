import CortexM
import RV64

/// The families of cores that there are.
public enum CoreFamily: CaseIterable, Sendable {
    case cortexM
    case rv64

    /// A stretch of code as text, line by line, as a disassembler lists it: address, encoding by halfwords, text.
    ///
    /// - Parameter halfword: the code at an address; `nil` where there is none.
    public func listing(
        from start: UInt32, to end: UInt32, _ halfword: @escaping (UInt32) -> UInt16?
    ) -> AnyIterator<(address: UInt32, encoding: [UInt16], text: String)> {
        switch self {
        case .cortexM:
            var listing = CortexM.Listing(from: start, to: end, halfword)
            return AnyIterator { listing.next() }
        case .rv64:
            var listing = RV64.Listing(from: start, to: end, halfword)
            return AnyIterator { listing.next() }
        }
    }
}

extension TargetDescription.CoreType {
    public var family: CoreFamily {
        switch self {
        case .cortexM4, .cortexM4F: .cortexM
        case .rocket, .rv64gc: .rv64
        }
    }
}
