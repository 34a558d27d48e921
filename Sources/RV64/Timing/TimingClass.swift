/// What kind of time an instruction takes. The price of a class is data: see `targets/cores/*.yaml`.
public enum TimingClass: String, CaseIterable, Sendable {
    case alu, multiply, multiplyHigh, multiplyWord, divide
    case load, loadNarrow, store, atomic
    case branch, jump, jumpRegister
    case fence, fenceI, csr, system
    case fpLoad, fpStore, fpSingle, fpDouble, fpDivideSingle, fpDivideDouble, fpSquareRootSingle, fpSquareRootDouble
    case fpConvert, fpMove, fpToInteger, fpFromInteger

    var isFloatingPoint: Bool {
        switch self {
        case .fpLoad, .fpStore, .fpSingle, .fpDouble, .fpDivideSingle, .fpDivideDouble, .fpSquareRootSingle,
            .fpSquareRootDouble, .fpConvert, .fpMove, .fpToInteger, .fpFromInteger:
            true
        default: false
        }
    }
}
