/// How the product of an activation segment is rounded when it is shifted right. No public source says which of them
/// silicon does; the vendor's own two simulators disagree.
///
/// Both take a step where the dropped bits call for one, and both step away from zero although the shift has rounded
/// down: a negative product (a falling segment) comes out up to two below the exact quotient. That is what the vendor's
/// simulators compute, so it is kept.
public enum ActivationRounding: String, CaseIterable, Sendable {
    /// To the nearest, a tie to the even neighbour: nncase 0.2 and later.
    case halfToEven
    /// To the nearest, a tie upwards: nncase 0.1.
    case halfUp

    /// `product` divided by 2 to the power of `shift`. A shift of more than 63 counts as 63.
    public func shift(_ product: Int, by shift: Int) -> Int {
        let bits = min(shift, 63)
        guard bits > 0 else { return product }
        let quotient = product >> bits
        let half: UInt = 1 << UInt(bits - 1)
        let dropped = UInt(bitPattern: product) & (half &+ (half &- 1))
        let steps =
            switch self {
            case .halfToEven: dropped > half || (dropped == half && quotient & 1 != 0)
            case .halfUp: dropped >= half
            }
        guard steps else { return quotient }
        return product < 0 ? quotient &- 1 : quotient &+ 1
    }
}
