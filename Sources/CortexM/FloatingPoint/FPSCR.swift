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

/// The values of FPSCR.RMode. DDI 0403E.e A2.5.3.
enum Rounding {
    /// Round to Nearest, ties to even.
    case RN
    /// Round towards Plus Infinity.
    case RP
    /// Round towards Minus Infinity.
    case RM
    /// Round towards Zero.
    case RZ

    /// What FPSCR asks for.
    init(of fpscr: UInt32) {
        switch fpscr & FPSCR.RMode {
        case 0: self = .RN
        case 1 << 22: self = .RP
        case 2 << 22: self = .RM
        default: self = .RZ
        }
    }

    /// Whether a magnitude, cut off to an integer, has to be made one larger.
    ///
    /// - Parameters:
    ///   - error: what was cut off, in halves of the last place: 0 none, 1 less than a half, 2 a half, 3 more.
    ///   - isOdd: bit 0 of the cut-off magnitude.
    func increments(error: UInt32, isOdd: Bool, isNegative: Bool) -> Bool {
        switch self {
        case .RN: error == 3 || error == 2 && isOdd
        case .RP: error != 0 && !isNegative
        case .RM: error != 0 && isNegative
        case .RZ: false
        }
    }

    /// Whether a number too large becomes infinity, rather than the largest number.
    func overflowsToInfinity(isNegative: Bool) -> Bool {
        switch self {
        case .RN: true
        case .RP: !isNegative
        case .RM: isNegative
        case .RZ: false
        }
    }
}

/// The floating-point exceptions. None of them can be trapped: each sets its cumulative bit. DDI 0403E.e A2.5.6.
enum FPExc {
    case InvalidOp, DivideByZero, Overflow, Underflow, Inexact, InputDenorm
}

/// FPProcessException(). DDI 0403E.e A2.5.6.
func FPProcessException(_ exception: FPExc, _ fpscr: inout UInt32) {
    switch exception {
    case .InvalidOp: fpscr |= FPSCR.IOC
    case .DivideByZero: fpscr |= FPSCR.DZC
    case .Overflow: fpscr |= FPSCR.OFC
    case .Underflow: fpscr |= FPSCR.UFC
    case .Inexact: fpscr |= FPSCR.IXC
    case .InputDenorm: fpscr |= FPSCR.IDC
    }
}
