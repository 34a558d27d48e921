import Machine

@testable import CortexM

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Our core and Unicorn's side by side, executing the same code.
final class Laboratory {
    let ours: OurCore
    let unicorn: UnicornCore
    private var next = Layout.firstCode
    private let targets: [UInt32]
    private let numbers: [[UInt32]]

    /// What RAM holds.
    enum Filling {
        case numbers(Int)
        /// Addresses of code.
        case targets
    }

    enum Outcome {
        case agreed
        /// It left the laboratory, or went in a circle.
        case discarded
        case refused(by: String)
        case differed([String])
    }

    init() throws {
        ours = OurCore()
        unicorn = try UnicornCore(code: ours.code.bytes)
        var random = SplitMix(name: "memory", index: 0)
        targets = Layout.fillWithTargets(&random)
        numbers = (0..<4).map { _ in Layout.fill(&random) }
        targets.copy(to: ours.ram.bytes)
        targets.copy(to: unicorn.ram)
    }

    /// A fresh place for so many bytes of code and an end mark; both alignments of a wide instruction occur.
    func place(for length: UInt32) -> UInt32 {
        if next + length > Layout.lastCode { next = Layout.firstCode }
        defer { next += (length + 2 + 3) / 4 * 4 + 2 }
        return next
    }

    func content(_ filling: Filling) -> [UInt32] {
        switch filling {
        case .numbers(let index): numbers[index]
        case .targets: targets
        }
    }

    func write(_ vector: Vector) {
        var address = vector.start
        for word in vector.words + [Vector.endMark] {
            if Vector.length(word) == 4 {
                ours.code.store(address, word >> 16, .halfword)
                ours.code.store(address + 2, word & 0xFFFF, .halfword)
            } else {
                ours.code.store(address, word, .halfword)
            }
            address += Vector.length(word)
        }
    }

    /// Executes a vector on both, until the PC leaves its instructions.
    func run(_ vector: Vector) -> Outcome {
        let range = vector.start..<(vector.start + vector.length)
        write(vector)
        let memory = vector.filling.map(content) ?? []
        unicorn.load(vector.registers, memory)
        do {
            try unicorn.execute(at: vector.start, in: range)
        } catch {
            return .refused(by: "Unicorn: \(error)")
        }
        let expected = unicorn.registers
        guard expected.core[15] >= Layout.code, expected.core[15] < Layout.code + UInt32(Layout.codeSize) else {
            return .discarded
        }
        ours.load(vector.registers, memory)
        guard let ending = ours.step(in: range, limit: 2 * vector.words.count + 2) else { return compare(expected) }
        return .refused(by: "we: \(ending)")
    }

    private func compare(_ expected: Registers) -> Outcome {
        let actual = ours.registers
        var differences = actual == expected ? [] : actual.differences(from: expected)
        if memcmp(ours.ram.bytes, unicorn.ram, Layout.ramSize) != 0 {
            differences += memoryDifferences()
            ours.ram.bytes.copyMemory(from: unicorn.ram, byteCount: Layout.ramSize)
        }
        return differences.isEmpty ? .agreed : .differed(differences)
    }

    private func memoryDifferences() -> [String] {
        stride(from: 0, to: Layout.ramSize, by: 4).compactMap { offset in
            let actual = ours.ram.bytes.load(fromByteOffset: offset, as: UInt32.self)
            let expected = unicorn.ram.load(fromByteOffset: offset, as: UInt32.self)
            guard actual != expected else { return nil }
            return "[\(hex(Layout.ram + UInt32(offset)))] \(hex(actual)), expected \(hex(expected))"
        }
    }
}
