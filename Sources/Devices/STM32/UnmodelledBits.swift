import Machine

extension RegisterMap {
    /// Says of each bit set in `value` that has a name here, that what it switches on is not modelled.
    func note(_ value: UInt32, of register: Register, unmodelled bits: [(position: Int, name: String)]) {
        guard value != 0 else { return }
        for bit in bits where value & (1 << UInt32(bit.position)) != 0 {
            notices.unmodelled("bit \(bit.name) of \(name)_\(register)")
        }
    }
}
