import FloatingPoint

/// The bits of the Floating-point Status and Control Register. DDI 0403E.e A2.5.3.
enum FPSCR {
    /// Alternative half-precision format.
    static let AHP: UInt32 = 1 << 26
    /// Every NaN result is the Default NaN.
    static let DN: UInt32 = 1 << 25
    /// Flush-to-zero mode.
    static let FZ: UInt32 = 1 << 24
    /// Rounding mode.
    static let RMode: UInt32 = 0b11 << 22
    /// Input Denormal, cumulative.
    static let IDC: UInt32 = 1 << 7
    /// Inexact, cumulative.
    static let IXC: UInt32 = 1 << 4
    /// Underflow, cumulative.
    static let UFC: UInt32 = 1 << 3
    /// Overflow, cumulative.
    static let OFC: UInt32 = 1 << 2
    /// Division by Zero, cumulative.
    static let DZC: UInt32 = 1 << 1
    /// Invalid Operation, cumulative.
    static let IOC: UInt32 = 1 << 0

    /// N, Z, C and V, which `CoreState` keeps apart.
    static let NZCV: UInt32 = 0xF << 28
    /// The other bits that can be written; all the rest are reserved.
    static let writable = AHP | DN | FZ | RMode | IDC | IXC | UFC | OFC | DZC | IOC
}

extension FPSCR {
    /// The cumulative bits for exceptions. None of them can be trapped. DDI 0403E.e A2.5.6.
    static func cumulative(_ flags: Flags) -> UInt32 {
        var bits: UInt32 = 0
        if flags.contains(.invalid) { bits |= IOC }
        if flags.contains(.divisionByZero) { bits |= DZC }
        if flags.contains(.overflow) { bits |= OFC }
        if flags.contains(.underflow) { bits |= UFC }
        if flags.contains(.inexact) { bits |= IXC }
        return bits
    }
}

extension Rounding {
    /// What FPSCR.RMode asks for: RN, RP, RM or RZ. DDI 0403E.e A2.5.3.
    init(of fpscr: UInt32) {
        switch fpscr & FPSCR.RMode {
        case 0: self = .RNE
        case 1 << 22: self = .RUP
        case 2 << 22: self = .RDN
        default: self = .RTZ
        }
    }
}

extension FloatEnvironment {
    /// What FPSCR asks for. A result is tiny before it is rounded. DDI 0403E.e A2.5.9.
    init(of fpscr: UInt32) {
        self.init(
            rounding: Rounding(of: fpscr), tininess: .beforeRounding,
            nans: fpscr & FPSCR.DN != 0 ? .canonical : .propagated)
    }
}

/// Does `operation` as FPSCR asks for and records its exceptions there.
func inEnvironment(_ fpscr: inout UInt32, _ operation: (inout FloatEnvironment) -> UInt32) -> UInt32 {
    var environment = FloatEnvironment(of: fpscr)
    let result = operation(&environment)
    fpscr |= FPSCR.cumulative(environment.flags)
    return result
}
