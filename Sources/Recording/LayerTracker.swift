import Engine
import Layers
import Machine
import Profile

/// One layer, over all its invocations.
struct LayerAccount {
    let name: String
    let discovery: LayerProfile.Discovery
    /// When it was entered first.
    let began: Cycles
    var invocations = 0
    var cycles = CauseVector()
    var interruptCycles = 0
    var instructions = 0
    var seconds = 0.0
    var hertz = 0.0
    var macs: Int?
    var ramTouched = 0
    var flashRead = 0
    var stackPeak = 0
}

/// Tells which layer of the network is executing, and which layers are the same in another pass.
struct LayerTracker {
    /// What tells a layer from the others of a pass: its name, where it is called from and with what.
    private struct Key: Hashable {
        let name: String
        let identity: [UInt32]
        let occurrence: Int
    }

    /// What ends a layer.
    enum End: Equatable {
        /// A marker or an event.
        case told
        /// The kernel returns there, with that stack pointer.
        case returns(to: UInt32, sp: UInt32)
        /// The function that the kernel was inlined into, with that stack pointer, goes on beside it.
        case leaves(entry: UInt32, sp: UInt32)
    }

    /// The layer under way.
    struct Open {
        let index: Int
        let end: End
        let began: Cycles
        /// The outermost call of the handler or task that it runs in.
        let context: Int
    }

    private(set) var accounts: [LayerAccount] = []
    private(set) var open: Open?
    private var indices: [Key: Int] = [:]
    /// The call in which the current pass runs, and how often each kind of layer began in it.
    private var pass = -1
    private var occurrences: [String: Int] = [:]
    private var first: (name: String, identity: [UInt32])?

    /// Begins a layer.
    ///
    /// - Parameters:
    ///   - identity: what is the same whenever this layer runs, and else not: addresses of call and arguments.
    ///   - isComplete: whether name and identity are enough to tell it; if not, its place in the pass counts, too.
    ///   - call: the call that runs the pass.
    ///   - context: the outermost call of the handler or task that it runs in.
    mutating func begin(
        _ name: String, _ discovery: LayerProfile.Discovery, identity: [UInt32], isComplete: Bool, call: Int,
        context: Int, end: End, macs: Int?, at cycle: Cycles
    ) -> Int {
        let startsAgain = first.map { $0.name == name && $0.identity == identity } ?? true
        if call != pass || startsAgain && discovery != .runtimeHook {
            pass = call
            occurrences = [:]
            first = (name, identity)
        }
        let occurrence = isComplete ? 0 : occurrences[name, default: 0]
        occurrences[name] = occurrence + 1
        let key = Key(name: name, identity: identity, occurrence: occurrence)
        let index: Int
        if let known = indices[key] {
            index = known
        } else {
            index = accounts.count
            indices[key] = index
            accounts.append(LayerAccount(name: name, discovery: discovery, began: cycle))
        }
        accounts[index].invocations += 1
        if let macs { accounts[index].macs = (accounts[index].macs ?? 0) + macs }
        open = Open(index: index, end: end, began: cycle, context: context)
        return index
    }

    mutating func end() { open = nil }

    mutating func update(_ index: Int, _ change: (inout LayerAccount) -> Void) {
        change(&accounts[index])
    }
}
