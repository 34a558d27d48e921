#if arch(x86_64)
import Testing

@testable import Translator

/// A state of 16 slots, in front of a few fields.
final class Bench {
    static let slots = 16
    let storage = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 64)
    let guest = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 64)
    let lines = UnsafeMutablePointer<UInt8>.allocate(capacity: 4)
    let code: HostCode
    var state: UnsafeMutableRawPointer { storage + 128 }

    /// - Parameter favourites: slots that lie in host registers.
    init(favourites: [Int], base: UInt64 = 0x8000_0000) throws {
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: 512)
        guest.initializeMemory(as: UInt8.self, repeating: 0, count: 512)
        lines.update(repeating: 3, count: 4)
        let layout = Layout(
            state: storage + 128, slots: -128, favourites: favourites, budget: 0, mark: 8,
            kept: (storage + 128 + 40).bindMemory(to: UInt32.self, capacity: 1), leftBlock: 16, leftRecord: 24,
            calls: 48,
            window: Window(
                base: base, size: 256, memory: guest, lines: lines, readable: 1, writable: 2, markDistance: 256),
            helpers: [
                { state, _, record in
                    state.storeBytes(of: UInt(bitPattern: record), toByteOffset: 32, as: UInt.self)
                    return UInt(bitPattern: record) != 13
                }
            ])
        code = try #require(HostCode(layout))
    }

    deinit {
        storage.deallocate()
        guest.deallocate()
        lines.deallocate()
    }

    subscript(_ slot: Int) -> UInt64 {
        get { storage.load(fromByteOffset: 8 * slot, as: UInt64.self) }
        set { storage.storeBytes(of: newValue, toByteOffset: 8 * slot, as: UInt64.self) }
    }

    /// The record of the last call of the helper.
    var called: UInt {
        get { state.load(fromByteOffset: 32, as: UInt.self) }
        set { state.storeBytes(of: newValue, toByteOffset: 32, as: UInt.self) }
    }

    /// Runs forms and leaves at record 99.
    func run(_ forms: [Form]) throws {
        let entry = try #require(code.translate(forms + [.leave(record: 99)], block: state))
        code.run(state, at: entry.fromOutside)
    }

    var left: UInt { state.load(fromByteOffset: 24, as: UInt.self) }
}
#endif
