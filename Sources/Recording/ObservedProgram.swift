import Firmware
import Layers

/// What the observer knows of the firmware before it runs: its functions, and where layers and the heap show.
public struct ObservedProgram {
    let functions: [FunctionTable.Function]
    public let table: FunctionTable
    let hooks: [UInt32: LayerPlan.Hook]
    let heapHooks: [UInt32: HeapTracker.Hook]
    /// The addresses of exception handlers, from the vector table.
    let handlers: Set<UInt32>

    /// - Parameter handlers: the addresses in the vector table.
    public init(_ image: FirmwareImage, handlers: Set<UInt32>) {
        self.handlers = handlers
        table = FunctionTable(image)
        functions = table.functions
        hooks = LayerPlan(image, functions: table).hooks
        var heapHooks: [UInt32: HeapTracker.Hook] = [:]
        if let sbrk = table.function(named: "_sbrk") { heapHooks[UInt32(truncatingIfNeeded: sbrk.low)] = .sbrk }
        self.heapHooks = heapHooks
    }

    var functionCount: Int { functions.count }

    /// The function at an address; -1 outside any.
    public func functionIndex(_ address: UInt32) -> Int32 {
        table.index(at: UInt64(address)).map(Int32.init) ?? -1
    }

    func functionStart(_ index: Int32) -> UInt32 { UInt32(truncatingIfNeeded: functions[Int(index)].low) }
}
