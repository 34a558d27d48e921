/// Guest memory that lies side by side on the host.
extension Emitter {
    /// The register that holds a map entry: that of the memory that is used most has one throughout.
    mutating func slaveRegister(_ slave: Int) -> Register {
        if slave == Int(bitPattern: layout.window.memory) { return Emitter.memory }
        assembler.mov(.rcx, constant: Int64(slave))
        return .rcx
    }

    /// Checks an address, and says where it is on the host. rax and rcx may be part of it.
    private mutating func place(_ address: GuestAddress, _ near: Near) -> Assembler.Memory {
        switch address {
        case .constant(let constant):
            assembler.mov(.rcx, constant: Int64(near.distance &+ Int(constant)))
            return Assembler.Memory(.rcx)
        case .offset(let slot, let offset):
            let base: Register
            if let own = home(slot) {
                base = own
            } else {
                fetchWord(.slot(slot), into: .rax)
                base = .rax
            }
            check(base, offset, near)
            if Emitter.isFarFromTheEnds(near, offset) {
                return Assembler.Memory(slaveRegister(near.distance), index: base, Int32(bitPattern: offset))
            }
            assembler.lea(.rax, Assembler.Memory(base, Int32(bitPattern: offset)), wide: false)
        case .indexed(let base, let index, let shift):
            indexed(base, index, shift)
            check(.rax, 0, near)
        }
        return Assembler.Memory(slaveRegister(near.distance), index: .rax)
    }

    /// Whether a base that is `offset` away from an address in the memory needs no more than 32 bits.
    private static func isFarFromTheEnds(_ near: Near, _ offset: UInt32) -> Bool {
        let room: UInt32 = 1 << 16
        return near.base >= room && near.base <= 0 &- room &- near.size
            && (offset < room || offset > 0 &- room)
    }

    /// The rotation brings bits that an aligned address has not to the top, so that one comparison is enough.
    private mutating func check(_ base: Register, _ offset: UInt32, _ near: Near) {
        guard let check = near.check else { return }
        let distance = offset &+ UInt32(bitPattern: check.low) &- near.base
        assembler.lea(.rcx, Assembler.Memory(base, Int32(bitPattern: distance)), wide: false)
        if check.alignment > 0 { assembler.shift(.ror, .rcx, by: check.alignment, wide: false) }
        let last = (near.size - check.span) >> UInt32(check.alignment)
        assembler.arithmetic(.cmp, .register(.rcx), constant: Int32(bitPattern: last), wide: false)
        assembler.jump(.above, check.otherwise)
    }

    /// Most bytes have their mark already, and a comparison costs the host less than a store.
    mutating func mark(_ type: MemoryType, _ host: Assembler.Memory) {
        var mark = host
        mark.displacement += words.markDistance
        let back = newLabel()
        let size = Emitter.size(type)
        assembler.compare(size, mark, Emitter.kept)
        assembler.jump(.notEqual, distantly(.mark(size, mark, back: back)))
        assembler.place(back)
    }

    mutating func nearLoad(_ type: MemoryType, _ d: Place, _ address: GuestAddress, _ near: Near) {
        let host = place(address, near)
        mark(type, host)
        if let own = vector(of: Operand(d)) { return assembler.loadFloat(own, host, wide: false) }
        let work = register(of: d) ?? .rsi
        assembler.loadWord(type, work, .memory(host))
        put(work, d)
    }

    mutating func nearStore(_ type: MemoryType, _ s: Operand, _ address: GuestAddress, _ near: Near) {
        let host = place(address, near)
        mark(type, host)
        if let own = vector(of: s) { return assembler.storeFloat(own, host) }
        if let own = register(of: s) {
            assembler.store(Emitter.size(type), own, host)
        } else {
            fetchWord(s, into: .rsi)
            assembler.store(Emitter.size(type), .rsi, host)
        }
    }

    mutating func nearReach(_ address: GuestAddress, _ near: Near) {
        let host = place(address, near)
        if host.index != nil { assembler.lea(.rcx, host) }
    }
}
