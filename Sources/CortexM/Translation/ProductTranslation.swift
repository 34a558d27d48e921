import Engine
import Translator

/// Products of 64 bits and of halfwords: see `Multiply`.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func product(_ i: Instruction.Pointer) -> Bool {
        switch i.pointee.operation {
        case .smull: long(i, isSigned: true, accumulates: false)
        case .umull: long(i, isSigned: false, accumulates: false)
        case .smlal: long(i, isSigned: true, accumulates: true)
        case .umlal: long(i, isSigned: false, accumulates: true)
        default:
            guard let (kind, result) = halfwordProduct(i) else { return false }
            add(.halfwords(HalfwordProduct(kind, result, d: i.d, n: i.n, m: i.m)))
        }
        return true
    }

    private mutating func long(_ i: Instruction.Pointer, isSigned: Bool, accumulates: Bool) {
        add(
            .multiplyLong(
                isSigned: isSigned, accumulates: accumulates, low: i.d, high: i.a, .slot(i.n), .slot(i.m)))
    }

    private func halfwordProduct(
        _ i: Instruction.Pointer
    ) -> (HalfwordProduct.Kind, HalfwordProduct.Result)? {
        let sum = HalfwordProduct.Result.sum(i.a, sticky: StateOffset.q)
        let alone = HalfwordProduct.Result.sum(nil, sticky: StateOffset.q)
        let pair = HalfwordProduct.Result.pair(high: i.a)
        return switch i.pointee.operation {
        case .smulbb: (.single(top: false, otherTop: false), .word)
        case .smulbt: (.single(top: false, otherTop: true), .word)
        case .smultb: (.single(top: true, otherTop: false), .word)
        case .smultt: (.single(top: true, otherTop: true), .word)
        case .smlabb: (.single(top: false, otherTop: false), sum)
        case .smlabt: (.single(top: false, otherTop: true), sum)
        case .smlatb: (.single(top: true, otherTop: false), sum)
        case .smlatt: (.single(top: true, otherTop: true), sum)
        case .smlalbb: (.single(top: false, otherTop: false), pair)
        case .smlalbt: (.single(top: false, otherTop: true), pair)
        case .smlaltb: (.single(top: true, otherTop: false), pair)
        case .smlaltt: (.single(top: true, otherTop: true), pair)
        case .smuad: (.dual(exchanges: false, subtracts: false), alone)
        case .smuadx: (.dual(exchanges: true, subtracts: false), alone)
        case .smusd: (.dual(exchanges: false, subtracts: true), alone)
        case .smusdx: (.dual(exchanges: true, subtracts: true), alone)
        case .smlad: (.dual(exchanges: false, subtracts: false), sum)
        case .smladx: (.dual(exchanges: true, subtracts: false), sum)
        case .smlsd: (.dual(exchanges: false, subtracts: true), sum)
        case .smlsdx: (.dual(exchanges: true, subtracts: true), sum)
        case .smlald: (.dual(exchanges: false, subtracts: false), pair)
        case .smlaldx: (.dual(exchanges: true, subtracts: false), pair)
        case .smlsld: (.dual(exchanges: false, subtracts: true), pair)
        case .smlsldx: (.dual(exchanges: true, subtracts: true), pair)
        default: nil
        }
    }
}
