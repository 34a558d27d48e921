/// What kind of time an instruction takes. The price of a class is data: see `targets/cores/*.yaml`.
public enum TimingClass: String, CaseIterable, Sendable {
    case alu, compare
    case multiply, multiplyAccumulate, multiplyLong, divide
    case load, loadDual, loadMultiple
    case store, storeRegister, storeDual, storeMultiple
    case exclusive
    case branch, branchConditional, branchLink, branchRegister, branchLinkRegister, tableBranch
    case it, hint, barrier, instructionBarrier, moveToSpecial, moveFromSpecial, changeState, exceptionCall
    case fpAlu, fpMove, fpMoveCore, fpMoveCorePair, fpMac, fpDivide, fpSqrt, fpStatus
    case fpLoad, fpLoadDouble, fpStore, fpStoreDouble, fpLoadMultiple, fpStoreMultiple

    /// Whether the price grows by one cycle for each register transferred.
    var isMultiple: Bool {
        switch self {
        case .loadMultiple, .storeMultiple, .fpLoadMultiple, .fpStoreMultiple: true
        default: false
        }
    }

    /// Whether its data phase can overlap the address phase of a following access.
    var isPipelinedLoad: Bool {
        switch self {
        case .load, .fpLoad: true
        default: false
        }
    }

    var isSingleStore: Bool {
        switch self {
        case .store, .storeRegister, .fpStore: true
        default: false
        }
    }

    var isStore: Bool {
        switch self {
        case .store, .storeRegister, .storeDual, .storeMultiple, .fpStore, .fpStoreDouble, .fpStoreMultiple: true
        default: false
        }
    }

    var isLoad: Bool {
        switch self {
        case .load, .loadDual, .loadMultiple, .exclusive, .fpLoad, .fpLoadDouble, .fpLoadMultiple: true
        default: false
        }
    }

    /// Whether it branches to a constant or to a register, and reads no memory.
    var isBranch: Bool {
        switch self {
        case .branch, .branchConditional, .branchLink, .branchRegister, .branchLinkRegister: true
        default: false
        }
    }

    var isMemoryAccess: Bool { isLoad || isStore || self == .tableBranch }
}
