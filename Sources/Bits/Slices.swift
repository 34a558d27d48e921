extension FixedWidthInteger {
    /// Bits `high...low`, moved down to bit 0, as the manuals write `x<high:low>`.
    @inlinable
    public func bits(_ high: Int, _ low: Int) -> Self {
        (self >> Self(low)) & ((1 << Self(high - low + 1)) &- 1)
    }

    /// Bit `position`, as the manuals write `x<position>`.
    @inlinable
    public func bit(_ position: Int) -> Bool {
        (self >> Self(position)) & 1 != 0
    }
}

extension UInt32 {
    /// The low `width` bits taken as a two's complement number and widened to 32 bits.
    @inlinable
    public func signExtended(from width: Int) -> UInt32 {
        let unused = UInt32(32 - width)
        return UInt32(bitPattern: Int32(bitPattern: self << unused) >> Int32(unused))
    }
}
