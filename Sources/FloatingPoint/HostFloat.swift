/// A format that the host computes with: its arithmetic rounds to nearest, ties to even, and what it gives is right.
/// What it does not tell is the flags; these functions find out whether a result is exact.
public protocol HostFloat: BinaryFloatingPoint, Sendable {
    /// The bits of a value.
    associatedtype Pattern: FixedWidthInteger & UnsignedInteger & Sendable
    init(bitPattern: Pattern)
    var bitPattern: Pattern { get }

    static var format: BinaryFormat { get }
    /// The bits of plus infinity.
    static var infinityPattern: Pattern { get }
    /// The bits of the smallest normal number.
    static var normalPattern: Pattern { get }
    /// From this magnitude on, what is lost of a product or is left over by a division can be told.
    static var residualPattern: Pattern { get }

    init(_ value: Int64)
    init(_ value: UInt64)
    /// The integer next to this value towards zero; the value is within -2^63..<2^63.
    var signedInteger: Int64 { get }
    /// The integer next to this value towards zero; the value is within 0..<2^64.
    var unsignedInteger: UInt64 { get }

    /// Whether `result` is the product of `x` and `y` and not only next to it.
    static func isExact(_ result: Self, product x: Self, _ y: Self) -> Bool
}

extension HostFloat {
    /// A finite number.
    @inlinable var isNumber: Bool {
        @inline(__always) get { bitPattern & (Pattern.max >> 1) < Self.infinityPattern }
    }

    /// A normal number that did not become one by rounding: no exception but Inexact comes with it, and none of its
    /// operands was infinite or a NaN.
    @inlinable var isPlain: Bool {
        @inline(__always) get {
            let least = Self.normalPattern &+ 1
            return (bitPattern & (Pattern.max >> 1)) &- least < Self.infinityPattern &- least
        }
    }

    @inlinable var hasResidual: Bool {
        @inline(__always) get { bitPattern & (Pattern.max >> 1) >= Self.residualPattern }
    }

    /// Whether `result` is the sum of `x` and `y` and not only next to it: without the smaller operand it is the larger
    /// one only if it has lost nothing.
    @inlinable
    @inline(__always)
    static func isExact(_ result: Self, sum x: Self, _ y: Self) -> Bool {
        result - x == y && result - y == x
    }
}

extension Float: HostFloat {
    @inlinable public var signedInteger: Int64 { @inline(__always) get { Int64(self) } }
    @inlinable public var unsignedInteger: UInt64 { @inline(__always) get { UInt64(self) } }

    @inlinable public static var format: BinaryFormat { .binary32 }
    @inlinable public static var infinityPattern: UInt32 { 0x7F80_0000 }
    @inlinable public static var normalPattern: UInt32 { 0x0080_0000 }
    @inlinable public static var residualPattern: UInt32 { normalPattern }

    /// Doubles hold the product of any two singles.
    @inlinable
    @inline(__always)
    public static func isExact(_ result: Float, product x: Float, _ y: Float) -> Bool {
        Double(result) == Double(x) * Double(y)
    }
}

extension Double: HostFloat {
    @inlinable public var signedInteger: Int64 { @inline(__always) get { Int64(self) } }
    @inlinable public var unsignedInteger: UInt64 { @inline(__always) get { UInt64(self) } }

    @inlinable public static var format: BinaryFormat { .binary64 }
    @inlinable public static var infinityPattern: UInt64 { 0x7FF0_0000_0000_0000 }
    @inlinable public static var normalPattern: UInt64 { 0x0010_0000_0000_0000 }
    /// 2 to the -960: what is lost is not below the smallest denormal, 2 to the -1074, if it has 53 places of its own.
    @inlinable public static var residualPattern: UInt64 { (1023 - 960) << 52 }

    @inlinable
    @inline(__always)
    public static func isExact(_ result: Double, product x: Double, _ y: Double) -> Bool {
        (-result).addingProduct(x, y) == 0
    }
}
