import TestSupport

@testable import CortexM
import Bits
import Engine

/// Runs single instructions in the run loop, on registers and one region of memory, without a machine around them.
final class FloatingPointBench {
    /// Where the memory is: one page, and its middle, where the program counter is.
    static let base: UInt32 = 0x2000_0000
    static let size = 4096
    static let pc = base + 2048

    private let raw: UnsafeMutableRawPointer
    private let map: UnsafeMutablePointer<Int>
    private let block: Block.Pointer
    private let records: Instruction.Pointer
    private let decoder = Decoder()
    let state: CoreState.Pointer
    /// The memory, and behind it its marks.
    let memory: UnsafeMutableRawPointer

    init() {
        let bytes = CoreState.registerBytes + MemoryLayout<CoreState>.stride
        raw = .allocate(byteCount: bytes, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        state = (raw + CoreState.registerBytes).assumingMemoryBound(to: CoreState.self)
        memory = .allocate(byteCount: 2 * FloatingPointBench.size, alignment: 4096)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * FloatingPointBench.size)
        map = .allocate(capacity: 1 << 20)
        map.initialize(repeating: 0, count: 1 << 20)
        let distance = Int(bitPattern: memory) - Int(FloatingPointBench.base)
        map[Int(FloatingPointBench.base >> 12)] = distance
        state.pointee.readMap = map
        state.pointee.writeMap = map
        state.pointee.markDistance = FloatingPointBench.size
        state.pointee.nz = 1
        records = .allocate(capacity: 8)
        block = .allocate(capacity: 1)
        block.initialize(
            to: Block(
                records: records, charged: .allocate(capacity: 64), pc: FloatingPointBench.pc,
                end: FloatingPointBench.pc + 4, index: 0, instructions: 1, length: 1, function: -1, cycles: 0, slack: 0)
        )
    }

    deinit {
        block.pointee.charged.deallocate()
        block.deallocate()
        records.deallocate()
        map.deallocate()
        memory.deallocate()
        raw.deallocate()
    }

    /// N, Z, C and V of the APSR in bits 31...28.
    var flags: UInt32 {
        let state = state.pointee
        let n: UInt32 = state.nz < 0 ? 1 : 0
        let z: UInt32 = UInt32(truncatingIfNeeded: state.nz) == 0 ? 1 : 0
        return n << 31 | z << 30 | state.c << 29 | (state.v >> 31) << 28
    }

    /// The records that a word decodes to; `nil` if nothing is defined there.
    func decode(_ word: UInt32) -> [Instruction]? {
        guard let encoding = decoder.encoding(of: word, isWide: true) else { return nil }
        let fields = Fields(word: word, diagram: encoding.diagram, address: FloatingPointBench.pc, itState: 0)
        let decoded = encoding.decode(fields)
        return decoded.preparations + [decoded.instruction] + (decoded.completion.map { [$0] } ?? [])
    }

    /// Runs some records; answers whether they came to their end.
    @discardableResult
    func execute(_ instructions: [Instruction]) -> Bool {
        for (index, instruction) in instructions.enumerated() { records[index] = instruction }
        records[instructions.count] = Instruction(.stop)
        return run(state, block, at: records).ip == records + instructions.count
    }

    /// Runs one instruction; answers whether it came to its end.
    @discardableResult
    func execute(_ word: UInt32) -> Bool {
        guard let instructions = decode(word) else { return false }
        return execute(instructions)
    }
}

/// Operands for tests: seeded, and rich in the values where something happens.
struct FloatingPointOperands: RandomNumberGenerator {
    private var random: SplitMix

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    mutating func next() -> UInt64 { random.next() }

    /// One of each kind and its neighbours, both signs.
    static let special: [UInt32] = [
        0x0000_0000, 0x0000_0001, 0x0000_0002, 0x0000_0003, 0x0040_0000, 0x007F_FFFE, 0x007F_FFFF,
        0x0080_0000, 0x0080_0001, 0x00FF_FFFF, 0x0100_0000, 0x0100_0001, 0x1980_0000, 0x1FFF_FFFF, 0x2000_0000,
        0x3380_0000, 0x3380_0001, 0x33FF_FFFF, 0x3400_0000, 0x3F00_0000, 0x3F00_0001, 0x3EFF_FFFF,
        0x3F7F_FFFE, 0x3F7F_FFFF, 0x3F80_0000, 0x3F80_0001, 0x3FC0_0000, 0x4000_0000, 0x4020_0000, 0x4040_0000,
        0x3880_0000, 0x387F_C000, 0x387F_E000, 0x3300_0000, 0x3300_0001, 0x477F_E000, 0x477F_EFFF, 0x477F_F000,
        0x4780_0000, 0x47FF_E000, 0x47FF_F000, 0x4B00_0001, 0x4B7F_FFFF, 0x4B80_0000, 0x4EFF_FFFF, 0x4F00_0000,
        0x4F00_0001, 0x4F7F_FFFF, 0x4F80_0000, 0x5F00_0000, 0x7E80_0000, 0x7EFF_FFFF, 0x7F00_0000, 0x7F7F_FFFE,
        0x7F7F_FFFF, 0x7F80_0000, 0x7F80_0001, 0x7FA5_5AA5, 0x7FBF_FFFF, 0x7FC0_0000, 0x7FC0_0001, 0x7FFF_FFFF,
    ].flatMap { [$0, $0 | 0x8000_0000] }

    mutating func operand() -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: next())
        switch next() & 7 {
        case 0, 1: return FloatingPointOperands.special[Int(bits) % FloatingPointOperands.special.count]
        case 2: return bits
        // Near one, where sums and products stay in range; with few fraction bits, where ties are.
        case 3, 4: return bits & 0x8FFF_FFFF | 0x3800_0000
        case 5: return bits & 0x81FF_FFFF | 0x3E00_0000
        case 6: return bits & 0x8FF0_0003 | 0x3800_0000
        default: return bits & 0x83FF_FFFF
        }
    }
}
