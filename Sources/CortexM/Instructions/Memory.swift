import Engine
import Machine

/// The operations of loads and stores. A method that answers `false` has the run loop left: either the access faulted
/// and nothing was changed, or it is complete and a device asked for attention.
extension Execution {
    // MARK: The way to memory

    /// What an access came back with: the value, and above it zero unless the run loop must be left.
    typealias Loaded = UInt64

    /// The access did not happen.
    static let faulted: UInt64 = 1 << 32
    /// The access is complete, and the run loop must be left behind this instruction.
    static let attention: UInt64 = 1 << 33

    /// An access that overlaps the previous one in the pipeline loses the overlap when another bus slave answers.
    @inline(always)
    mutating func follow(_ slave: Int, _ i: Instruction.Pointer) {
        if _slowPath(slave != state.pointee.lastSlave) {
            state.pointee.lastSlave = slave
            charge(Int(i.x >> 15), to: .busSlave)
        }
    }

    @inline(always)
    mutating func load32(_ address: UInt32, _ i: Instruction.Pointer) -> Loaded {
        let distance = state.pointee.readMap[Int(address &>> 12)]
        if _fastPath(distance != 0 && address & 3 == 0),
            let host = UnsafeMutableRawPointer(bitPattern: distance &+ Int(address))
        {
            (host + state.pointee.markDistance).storeBytes(of: state.pointee.mark, as: UInt32.self)
            follow(distance, i)
            return Loaded(host.load(as: UInt32.self))
        }
        return slowly { slowLoad($0, $1, i, address, .word) }
    }

    @inline(always)
    mutating func load16(_ address: UInt32, _ i: Instruction.Pointer) -> Loaded {
        let distance = state.pointee.readMap[Int(address &>> 12)]
        if _fastPath(distance != 0 && address & 1 == 0),
            let host = UnsafeMutableRawPointer(bitPattern: distance &+ Int(address))
        {
            (host + state.pointee.markDistance)
                .storeBytes(of: UInt16(truncatingIfNeeded: state.pointee.mark), as: UInt16.self)
            follow(distance, i)
            return Loaded(host.load(as: UInt16.self))
        }
        return slowly { slowLoad($0, $1, i, address, .halfword) }
    }

    @inline(always)
    mutating func load8(_ address: UInt32, _ i: Instruction.Pointer) -> Loaded {
        let distance = state.pointee.readMap[Int(address &>> 12)]
        if _fastPath(distance != 0), let host = UnsafeMutableRawPointer(bitPattern: distance &+ Int(address)) {
            (host + state.pointee.markDistance)
                .storeBytes(of: UInt8(truncatingIfNeeded: state.pointee.mark), as: UInt8.self)
            follow(distance, i)
            return Loaded(host.load(as: UInt8.self))
        }
        return slowly { slowLoad($0, $1, i, address, .byte) }
    }

    /// Stores; answers zero unless the run loop must be left.
    @inline(always)
    mutating func store32(_ address: UInt32, _ value: UInt32, _ i: Instruction.Pointer) -> Loaded {
        let distance = state.pointee.writeMap[Int(address &>> 12)]
        if _fastPath(distance != 0 && address & 3 == 0),
            let host = UnsafeMutableRawPointer(bitPattern: distance &+ Int(address))
        {
            (host + state.pointee.markDistance).storeBytes(of: state.pointee.mark, as: UInt32.self)
            follow(distance, i)
            host.storeBytes(of: value, as: UInt32.self)
            return 0
        }
        return slowly { slowStore($0, $1, i, address, value, .word) }
    }

    @inline(always)
    mutating func store16(_ address: UInt32, _ value: UInt32, _ i: Instruction.Pointer) -> Loaded {
        let distance = state.pointee.writeMap[Int(address &>> 12)]
        if _fastPath(distance != 0 && address & 1 == 0),
            let host = UnsafeMutableRawPointer(bitPattern: distance &+ Int(address))
        {
            (host + state.pointee.markDistance)
                .storeBytes(of: UInt16(truncatingIfNeeded: state.pointee.mark), as: UInt16.self)
            follow(distance, i)
            host.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
            return 0
        }
        return slowly { slowStore($0, $1, i, address, value & 0xFFFF, .halfword) }
    }

    @inline(always)
    mutating func store8(_ address: UInt32, _ value: UInt32, _ i: Instruction.Pointer) -> Loaded {
        let distance = state.pointee.writeMap[Int(address &>> 12)]
        if _fastPath(distance != 0), let host = UnsafeMutableRawPointer(bitPattern: distance &+ Int(address)) {
            (host + state.pointee.markDistance)
                .storeBytes(of: UInt8(truncatingIfNeeded: state.pointee.mark), as: UInt8.self)
            follow(distance, i)
            host.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
            return 0
        }
        return slowly { slowStore($0, $1, i, address, value & 0xFF, .byte) }
    }

    /// Lets a slow path see and change what the loop holds.
    @inline(always)
    mutating func slowly(_ access: (CoreState.Pointer, Block.Pointer) -> Loaded) -> Loaded {
        flush()
        let loaded = access(state, block)
        budget = state.pointee.budget
        return loaded
    }

    // MARK: Completing a load

    @inline(always)
    func complete(_ i: Instruction.Pointer, _ loaded: Loaded, _ value: UInt32) -> Bool {
        if _slowPath(loaded & Execution.faulted != 0) { return false }
        r[i.d] = value
        return loaded &>> 32 == 0
    }

    @inline(always)
    func complete(_ i: Instruction.Pointer, _ loaded: Loaded, _ value: UInt32, base: UInt32) -> Bool {
        if _slowPath(loaded & Execution.faulted != 0) { return false }
        r[i.n] = base
        r[i.d] = value
        return loaded &>> 32 == 0
    }

    @inline(always)
    func completeStore(_ i: Instruction.Pointer, _ stored: Loaded, base: UInt32) -> Bool {
        if _slowPath(stored & Execution.faulted != 0) { return false }
        r[i.n] = base
        return stored &>> 32 == 0
    }

    @inline(always)
    func indexed(_ i: Instruction.Pointer) -> UInt32 { r[i.n] &+ r[i.m] &<< UInt32(i.x & 3) }

    @inline(always)
    func signedByte(_ loaded: Loaded) -> UInt32 { UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: loaded))) }

    @inline(always)
    func signedHalfword(_ loaded: Loaded) -> UInt32 { UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: loaded))) }

    @inline(always)
    func plain(_ loaded: Loaded) -> UInt32 { UInt32(truncatingIfNeeded: loaded) }
}
