import Engine
import Translator

/// Loads and stores: see `LoadStore`. What cannot be done at once takes the same slow path.
extension BlockTranslation {
    /// - Returns: whether the record is one of these.
    mutating func access(_ i: Instruction.Pointer) -> Bool {
        let record = i.pointee
        if let type = record.operation.loadType {
            guestLoad(type, .slot(i.d), i)
        } else if let type = record.operation.storeType {
            guestStore(type, operand(record.m), i)
        } else {
            let float = StateOffset.float(record.operation.isStore ? record.m : record.d)
            switch record.operation {
            case .flw:
                // The upper half of the register stays what a single-precision number has there.
                guestLoad(.int32, .slot(float), i)
                box(record.d, always: true)
            case .fld:
                guestLoad(.int64, .slot(float), i)
                floats.isBoxed[Int(record.d)] = false
            case .fsw: guestStore(.int32, .slot(float), i)
            case .fsd: guestStore(.int64, .slot(float), i)
            default: return false
            }
        }
        return true
    }

    private mutating func guestLoad(_ type: MemoryType, _ d: Place, _ i: Instruction.Pointer) {
        add(.guestLoad(type, d, base: i.n, offset: i.pointee.imm, otherwise: otherwise(i)))
    }

    private mutating func otherwise(_ i: Instruction.Pointer) -> Detour {
        loop?.isActive == true ? .exit(exit(i)) : .call(RuntimeHelper.access.call(i))
    }

    private mutating func guestStore(_ type: MemoryType, _ s: Operand, _ i: Instruction.Pointer) {
        add(.guestStore(type, s, base: i.n, offset: i.pointee.imm, otherwise: otherwise(i)))
    }
}

extension Operation {
    fileprivate var loadType: MemoryType? {
        switch self {
        case .lb: .int8
        case .lbu: .uint8
        case .lh: .int16
        case .lhu: .uint16
        case .lw: .int32
        case .lwu: .uint32
        case .ld: .int64
        default: nil
        }
    }

    fileprivate var storeType: MemoryType? {
        switch self {
        case .sb: .int8
        case .sh: .int16
        case .sw: .int32
        case .sd: .int64
        default: nil
        }
    }
}
