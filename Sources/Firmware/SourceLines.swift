import CLibDW

/// A place in the source text.
public struct SourceFrame: Sendable, Equatable {
    /// The function, demangled; nil where neither the debug information nor a symbol names one.
    public let function: String?
    /// As in the debug information, with the directory the compiler ran in before a relative path.
    public let file: String?
    /// From 1; nil where the compiler knows none.
    public let line: Int?
}

/// From an address to the source text, by the program's DWARF. Units are read when an address in them is first asked
/// for. A program without debug information, or with damaged one, just has no answers.
///
/// To be used from one thread at a time: what is read is kept, here and in libdw.
public final class SourceLines {
    private let information: DebugInformation?
    private var units: [Int: DebugUnit] = [:]
    /// The sections with bytes in memory. What the linker removed has debug information still, mostly for address 0.
    private let memory: IntervalMap
    /// Names what has lines but no function in the debug information, as assembly code often.
    private let symbols: FunctionTable

    public init(_ image: FirmwareImage) {
        information = DebugInformation(image)
        memory = IntervalMap(
            image.sections.filter { $0.isAllocated && !$0.isNoBits }.map { section in
                .init(low: section.address, high: section.end, value: section.index)
            })
        symbols = FunctionTable(image)
    }

    /// Whether the program has debug information for any code.
    public var isAvailable: Bool { information?.hasRanges ?? false }

    /// The source of the instruction at the address (without Thumb bit), innermost first: the line itself, and if the
    /// compiler inlined its function, the calls it came by. Empty if nothing is known.
    public func frames(at address: UInt64) -> [SourceFrame] {
        guard let unit = unit(at: address) else { return [] }
        return unit.frames(at: address).map { frame in
            guard frame.function == nil else { return frame }
            return SourceFrame(function: symbols.function(at: address)?.name, file: frame.file, line: frame.line)
        }
    }

    /// File and line of the instruction at the address (without Thumb bit).
    public func line(at address: UInt64) -> (file: String, line: Int)? {
        guard let frame = frames(at: address).first, let file = frame.file, let line = frame.line else { return nil }
        return (file, line)
    }

    /// The functions that the compiler put into the one at `function`, wherever in it they lie, outermost first where
    /// one lies in another. Empty where the debug information tells of none.
    public func inlinedFunctions(in function: Range<UInt64>) -> [InlinedFunction] {
        unit(at: function.lowerBound)?.inlinedFunctions(in: function) ?? []
    }

    /// The addresses of a function where a line of source text begins, in order.
    public func lineStarts(in function: Range<UInt64>) -> [UInt64] {
        unit(at: function.lowerBound)?.lineStarts(in: function) ?? []
    }

    private func unit(at address: UInt64) -> DebugUnit? {
        guard let information, memory[address] != nil, let index = information.unit(at: address) else { return nil }
        let unit = units[index] ?? information.load(index)
        units[index] = unit
        return unit
    }
}
