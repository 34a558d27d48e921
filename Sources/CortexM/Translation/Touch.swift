import Engine
import Translator

/// Where a load or store goes, as far as its record tells.
struct Touch {
    enum Way {
        /// A constant address.
        case constant(UInt32)
        /// A register plus a constant.
        case offset(Int, UInt32)
        /// A register plus another that is shifted left.
        case indexed(Int, Int, shift: UInt8)
    }
    var way: Way
    var isWrite: Bool
    /// In bytes, from the address on.
    var size: UInt32
    /// The address must be a multiple of 2 to this power, or the access is not a plain one.
    var alignment: UInt8
    /// Is added to the base register behind the access.
    var change: UInt32 = 0
    /// Whether an access to another bus slave than before may cost.
    var isSingle = true

    /// The address, given the core's registers.
    func address(_ registers: UnsafeMutablePointer<UInt32>) -> UInt32 {
        switch way {
        case .constant(let address): address
        case .offset(let base, let offset): registers[base] &+ offset
        case .indexed(let base, let index, let shift): registers[base] &+ registers[index] &<< UInt32(shift)
        }
    }

    /// The registers that the address depends on.
    var registers: [Int] {
        switch way {
        case .constant: []
        case .offset(let base, _): [base]
        case .indexed(let base, let index, _): [base, index]
        }
    }

    var guestAddress: GuestAddress {
        switch way {
        case .constant(let address): .constant(address)
        case .offset(let base, let offset): .offset(base, offset)
        case .indexed(let base, let index, let shift): .indexed(base, index, shift: shift)
        }
    }
}

extension Instruction {
    private enum Indexing { case offset, before, behind, register, literal }

    /// Where it goes if it is a load or store that host code does by itself.
    var touch: Touch? {
        switch operation {
        case .ldrLiteral, .vldrLiteral: single(4, .literal)
        case .ldrImm, .vldr: single(4, .offset)
        case .ldrPre: single(4, .before)
        case .ldrPost: single(4, .behind)
        case .ldrReg: single(4, .register)
        case .ldrhImm, .ldrshImm: single(2, .offset)
        case .ldrhPre, .ldrshPre: single(2, .before)
        case .ldrhPost, .ldrshPost: single(2, .behind)
        case .ldrhReg, .ldrshReg: single(2, .register)
        case .ldrbImm, .ldrsbImm: single(1, .offset)
        case .ldrbPre, .ldrsbPre: single(1, .before)
        case .ldrbPost, .ldrsbPost: single(1, .behind)
        case .ldrbReg, .ldrsbReg: single(1, .register)
        case .strImm, .vstr: single(4, .offset, isWrite: true)
        case .strPre: single(4, .before, isWrite: true)
        case .strPost: single(4, .behind, isWrite: true)
        case .strReg: single(4, .register, isWrite: true)
        case .strhImm: single(2, .offset, isWrite: true)
        case .strhPre: single(2, .before, isWrite: true)
        case .strhPost: single(2, .behind, isWrite: true)
        case .strhReg: single(2, .register, isWrite: true)
        case .strbImm: single(1, .offset, isWrite: true)
        case .strbPre: single(1, .before, isWrite: true)
        case .strbPost: single(1, .behind, isWrite: true)
        case .strbReg: single(1, .register, isWrite: true)
        case .ldmia: several(listed, 0, writeBack(listed))
        case .ldmdb: several(listed, 0 &- listed, writeBack(0 &- listed))
        case .stmia: several(listed, 0, writeBack(listed), isWrite: true)
        case .stmdb, .push: several(listed, 0 &- listed, writeBack(0 &- listed), isWrite: true)
        case .ldrdImm: several(8, imm, 0)
        case .ldrdPre: several(8, imm, imm)
        case .ldrdPost: several(8, 0, imm)
        case .strdImm: several(8, imm, 0, isWrite: true)
        case .strdPre: several(8, imm, imm, isWrite: true)
        case .strdPost: several(8, 0, imm, isWrite: true)
        case .vldrDouble: several(8, imm, 0)
        case .vstrDouble: several(8, imm, 0, isWrite: true)
        case .vldmia: several(counted, 0, writeBack(imm))
        case .vldmdb: several(counted, imm, writeBack(imm))
        case .vstmia: several(counted, 0, writeBack(imm), isWrite: true)
        case .vstmdb, .vpush: several(counted, imm, writeBack(imm), isWrite: true)
        default: nil
        }
    }

    /// The bytes of a list of core registers, and of a number of floating-point registers, if there are so many.
    private var listed: UInt32 { 4 &* UInt32(x.nonzeroBitCount) }
    private var counted: UInt32 { UInt32(d) + UInt32(x & 0xFF) <= 32 ? 4 &* UInt32(x & 0xFF) : 0 }

    private func writeBack(_ change: UInt32) -> UInt32 { a != 0 ? change : 0 }

    private func single(_ size: UInt32, _ indexing: Indexing, isWrite: Bool = false) -> Touch {
        let way: Touch.Way =
            switch indexing {
            case .offset, .before: .offset(Int(n), imm)
            case .behind: .offset(Int(n), 0)
            case .register: .indexed(Int(n), Int(m), shift: UInt8(x & 3))
            case .literal: .constant(imm)
            }
        let change =
            switch indexing {
            case .before, .behind: imm
            case .offset, .register, .literal: UInt32(0)
            }
        return Touch(
            way: way, isWrite: isWrite, size: size, alignment: UInt8(size.trailingZeroBitCount), change: change)
    }

    private func several(_ size: UInt32, _ offset: UInt32, _ change: UInt32, isWrite: Bool = false) -> Touch? {
        guard size > 0 else { return nil }
        return Touch(
            way: .offset(Int(n), offset), isWrite: isWrite, size: size, alignment: 2, change: change, isSingle: false)
    }
}
