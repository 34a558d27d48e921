import FloatingPoint

/// The operations of F and D. Each answers `false` where the rounding mode makes the instruction illegal; those that do
/// not round cannot fail. The arithmetic itself is in the module FloatingPoint.
extension Execution {
    var f: UnsafeMutablePointer<UInt64> { @inline(always) get { state.floats } }

    // MARK: Registers

    /// A single-precision operand: what is not NaN-boxed is the canonical NaN. Unprivileged manual, section 12.2.
    @inline(always)
    func single(_ register: Int) -> UInt32 {
        let value = f[register]
        return _fastPath(value >> 32 == 0xFFFF_FFFF) ? low(value) : 0x7FC0_0000
    }

    @inline(always)
    func setSingle(_ register: Int, _ value: UInt32) { f[register] = 0xFFFF_FFFF_0000_0000 | UInt64(value) }

    /// The rounding mode that an instruction names, or the dynamic one; `nil` if that is reserved.
    @inline(always)
    func rounding(_ i: Instruction.Pointer) -> Rounding? {
        Rounding(rawValue: i.x == 7 ? state.pointee.fp.frm : UInt32(i.x))
    }

    // MARK: The forms

    typealias Single2 = (UInt32, UInt32, Rounding, inout UInt32) -> UInt32
    typealias Double2 = (UInt64, UInt64, Rounding, inout UInt32) -> UInt64

    @inline(always)
    func single(_ i: Instruction.Pointer, _ operation: Single2) -> Bool {
        guard let mode = rounding(i) else { return illegalRounding(i) }
        setSingle(i.d, operation(single(i.n), single(i.m), mode, &state.pointee.fp.fflags))
        return true
    }

    @inline(always)
    func double(_ i: Instruction.Pointer, _ operation: Double2) -> Bool {
        guard let mode = rounding(i) else { return illegalRounding(i) }
        f[i.d] = operation(f[i.n], f[i.m], mode, &state.pointee.fp.fflags)
        return true
    }

    /// A product of two operands and a sum with the third, whose signs are changed by what is given.
    @inline(always)
    func fusedSingle(_ i: Instruction.Pointer, product: UInt32, sum: UInt32) -> Bool {
        guard let mode = rounding(i) else { return illegalRounding(i) }
        let result = RISCVFloat.fma32(
            single(i.n) ^ product, single(i.m), single(i.a) ^ sum, mode, &state.pointee.fp.fflags)
        setSingle(i.d, result)
        return true
    }

    @inline(always)
    func fusedDouble(_ i: Instruction.Pointer, product: UInt64, sum: UInt64) -> Bool {
        guard let mode = rounding(i) else { return illegalRounding(i) }
        f[i.d] = RISCVFloat.fma64(f[i.n] ^ product, f[i.m], f[i.a] ^ sum, mode, &state.pointee.fp.fflags)
        return true
    }

    /// From a float to anything that is rounded.
    @inline(always)
    func rounded(_ i: Instruction.Pointer, _ convert: (Rounding, inout UInt32) -> Void) -> Bool {
        guard let mode = rounding(i) else { return illegalRounding(i) }
        convert(mode, &state.pointee.fp.fflags)
        return true
    }

    /// An instruction with a reserved rounding mode.
    @inline(always)
    private func illegalRounding(_ i: Instruction.Pointer) -> Bool {
        flush()
        return raiseIllegal(state, block, i)
    }

    // MARK: Single precision

    @inline(always) func fadds(_ i: Instruction.Pointer) -> Bool { single(i, RISCVFloat.add32) }
    @inline(always) func fsubs(_ i: Instruction.Pointer) -> Bool { single(i, RISCVFloat.sub32) }
    @inline(always) func fmuls(_ i: Instruction.Pointer) -> Bool { single(i, RISCVFloat.mul32) }
    @inline(always) func fdivs(_ i: Instruction.Pointer) -> Bool { single(i, RISCVFloat.div32) }
    @inline(always) func fsqrts(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { setSingle(i.d, RISCVFloat.sqrt32(single(i.n), $0, &$1)) }
    }
    @inline(always) func fmadds(_ i: Instruction.Pointer) -> Bool { fusedSingle(i, product: 0, sum: 0) }
    @inline(always) func fmsubs(_ i: Instruction.Pointer) -> Bool { fusedSingle(i, product: 0, sum: 1 << 31) }
    @inline(always) func fnmsubs(_ i: Instruction.Pointer) -> Bool { fusedSingle(i, product: 1 << 31, sum: 0) }
    @inline(always) func fnmadds(_ i: Instruction.Pointer) -> Bool { fusedSingle(i, product: 1 << 31, sum: 1 << 31) }

    @inline(always) func fsgnjs(_ i: Instruction.Pointer) {
        setSingle(i.d, single(i.n) & 0x7FFF_FFFF | single(i.m) & 0x8000_0000)
    }
    @inline(always) func fsgnjns(_ i: Instruction.Pointer) {
        setSingle(i.d, single(i.n) & 0x7FFF_FFFF | ~single(i.m) & 0x8000_0000)
    }
    @inline(always) func fsgnjxs(_ i: Instruction.Pointer) {
        setSingle(i.d, single(i.n) ^ single(i.m) & 0x8000_0000)
    }
    @inline(always) func fmins(_ i: Instruction.Pointer) {
        setSingle(i.d, RISCVFloat.min32(single(i.n), single(i.m), &state.pointee.fp.fflags))
    }
    @inline(always) func fmaxs(_ i: Instruction.Pointer) {
        setSingle(i.d, RISCVFloat.max32(single(i.n), single(i.m), &state.pointee.fp.fflags))
    }
    @inline(always) func feqs(_ i: Instruction.Pointer) {
        r[i.d] = RISCVFloat.eq32(single(i.n), single(i.m), &state.pointee.fp.fflags) ? 1 : 0
    }
    @inline(always) func flts(_ i: Instruction.Pointer) {
        r[i.d] = RISCVFloat.lt32(single(i.n), single(i.m), &state.pointee.fp.fflags) ? 1 : 0
    }
    @inline(always) func fles(_ i: Instruction.Pointer) {
        r[i.d] = RISCVFloat.le32(single(i.n), single(i.m), &state.pointee.fp.fflags) ? 1 : 0
    }
    @inline(always) func fclasss(_ i: Instruction.Pointer) { r[i.d] = RISCVFloat.classify32(single(i.n)) }
    @inline(always) func fmvxw(_ i: Instruction.Pointer) { r[i.d] = word(low(f[i.n])) }
    @inline(always) func fmvwx(_ i: Instruction.Pointer) { setSingle(i.d, low(r[i.n])) }

    @inline(always) func fcvtws(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { r[i.d] = RISCVFloat.int32FromF32(single(i.n), $0, &$1) }
    }
    @inline(always) func fcvtwus(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { r[i.d] = RISCVFloat.uint32FromF32(single(i.n), $0, &$1) }
    }
    @inline(always) func fcvtls(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { r[i.d] = RISCVFloat.int64FromF32(single(i.n), $0, &$1) }
    }
    @inline(always) func fcvtlus(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { r[i.d] = RISCVFloat.uint64FromF32(single(i.n), $0, &$1) }
    }
    @inline(always) func fcvtsw(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { setSingle(i.d, RISCVFloat.f32FromInt32(Int32(truncatingIfNeeded: r[i.n]), $0, &$1)) }
    }
    @inline(always) func fcvtswu(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { setSingle(i.d, RISCVFloat.f32FromUInt32(low(r[i.n]), $0, &$1)) }
    }
    @inline(always) func fcvtsl(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { setSingle(i.d, RISCVFloat.f32FromInt64(signed(r[i.n]), $0, &$1)) }
    }
    @inline(always) func fcvtslu(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { setSingle(i.d, RISCVFloat.f32FromUInt64(r[i.n], $0, &$1)) }
    }

    // MARK: Double precision

    @inline(always) func faddd(_ i: Instruction.Pointer) -> Bool { double(i, RISCVFloat.add64) }
    @inline(always) func fsubd(_ i: Instruction.Pointer) -> Bool { double(i, RISCVFloat.sub64) }
    @inline(always) func fmuld(_ i: Instruction.Pointer) -> Bool { double(i, RISCVFloat.mul64) }
    @inline(always) func fdivd(_ i: Instruction.Pointer) -> Bool { double(i, RISCVFloat.div64) }
    @inline(always) func fsqrtd(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { f[i.d] = RISCVFloat.sqrt64(f[i.n], $0, &$1) }
    }
    @inline(always) func fmaddd(_ i: Instruction.Pointer) -> Bool { fusedDouble(i, product: 0, sum: 0) }
    @inline(always) func fmsubd(_ i: Instruction.Pointer) -> Bool { fusedDouble(i, product: 0, sum: 1 << 63) }
    @inline(always) func fnmsubd(_ i: Instruction.Pointer) -> Bool { fusedDouble(i, product: 1 << 63, sum: 0) }
    @inline(always) func fnmaddd(_ i: Instruction.Pointer) -> Bool { fusedDouble(i, product: 1 << 63, sum: 1 << 63) }

    @inline(always) func fsgnjd(_ i: Instruction.Pointer) { f[i.d] = f[i.n] & ~(1 << 63) | f[i.m] & 1 << 63 }
    @inline(always) func fsgnjnd(_ i: Instruction.Pointer) { f[i.d] = f[i.n] & ~(1 << 63) | ~f[i.m] & 1 << 63 }
    @inline(always) func fsgnjxd(_ i: Instruction.Pointer) { f[i.d] = f[i.n] ^ f[i.m] & 1 << 63 }
    @inline(always) func fmind(_ i: Instruction.Pointer) {
        f[i.d] = RISCVFloat.min64(f[i.n], f[i.m], &state.pointee.fp.fflags)
    }
    @inline(always) func fmaxd(_ i: Instruction.Pointer) {
        f[i.d] = RISCVFloat.max64(f[i.n], f[i.m], &state.pointee.fp.fflags)
    }
    @inline(always) func feqd(_ i: Instruction.Pointer) {
        r[i.d] = RISCVFloat.eq64(f[i.n], f[i.m], &state.pointee.fp.fflags) ? 1 : 0
    }
    @inline(always) func fltd(_ i: Instruction.Pointer) {
        r[i.d] = RISCVFloat.lt64(f[i.n], f[i.m], &state.pointee.fp.fflags) ? 1 : 0
    }
    @inline(always) func fled(_ i: Instruction.Pointer) {
        r[i.d] = RISCVFloat.le64(f[i.n], f[i.m], &state.pointee.fp.fflags) ? 1 : 0
    }
    @inline(always) func fclassd(_ i: Instruction.Pointer) { r[i.d] = RISCVFloat.classify64(f[i.n]) }
    @inline(always) func fmvxd(_ i: Instruction.Pointer) { r[i.d] = f[i.n] }
    @inline(always) func fmvdx(_ i: Instruction.Pointer) { f[i.d] = r[i.n] }

    @inline(always) func fcvtwd(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { r[i.d] = RISCVFloat.int32FromF64(f[i.n], $0, &$1) }
    }
    @inline(always) func fcvtwud(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { r[i.d] = RISCVFloat.uint32FromF64(f[i.n], $0, &$1) }
    }
    @inline(always) func fcvtld(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { r[i.d] = RISCVFloat.int64FromF64(f[i.n], $0, &$1) }
    }
    @inline(always) func fcvtlud(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { r[i.d] = RISCVFloat.uint64FromF64(f[i.n], $0, &$1) }
    }
    @inline(always) func fcvtdw(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { f[i.d] = RISCVFloat.f64FromInt32(Int32(truncatingIfNeeded: r[i.n]), $0, &$1) }
    }
    @inline(always) func fcvtdwu(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { f[i.d] = RISCVFloat.f64FromUInt32(low(r[i.n]), $0, &$1) }
    }
    @inline(always) func fcvtdl(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { f[i.d] = RISCVFloat.f64FromInt64(signed(r[i.n]), $0, &$1) }
    }
    @inline(always) func fcvtdlu(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { f[i.d] = RISCVFloat.f64FromUInt64(r[i.n], $0, &$1) }
    }
    @inline(always) func fcvtsd(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { setSingle(i.d, RISCVFloat.f32FromF64(f[i.n], $0, &$1)) }
    }
    @inline(always) func fcvtds(_ i: Instruction.Pointer) -> Bool {
        rounded(i) { f[i.d] = RISCVFloat.f64FromF32(single(i.n), $0, &$1) }
    }

    // MARK: Loads and stores

    @inline(always) mutating func flw(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 4)) else { return slowly(i) }
        setSingle(i.d, take(place, as: UInt32.self))
        return true
    }
    @inline(always) mutating func fld(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isReadable(place, 8)) else { return slowly(i) }
        f[i.d] = take(place, as: UInt64.self)
        return true
    }
    @inline(always) mutating func fsw(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isWritable(place, 4)) else { return slowly(i) }
        put(low(f[i.m]), place)
        return true
    }
    @inline(always) mutating func fsd(_ i: Instruction.Pointer) -> Bool {
        let place = place(i)
        guard _fastPath(isWritable(place, 8)) else { return slowly(i) }
        put(f[i.m], place)
        return true
    }
}
