import TestSupport

@testable import RV64

/// A random program for one hart of `EngineMachine`: an endless loop around groups of instructions of every kind, with
/// functions, a handler, and whatever the groups do to the machine. An exception is skipped by the handler; where that
/// is not possible the program begins anew at its head.
struct EngineProgram: PartedProgram {
    /// What most of it is about.
    enum Theme: String, CaseIterable, Sendable {
        case everything = "engine"
        case returns
    }

    let index: Int
    let hart: Int
    let theme: Theme
    var code: [ProgramPart] = []
    static let nop = Assembler.nop16
    let handler: UInt32
    /// Where the program begins: its functions are in front of its head.
    let start: UInt32
    let head: UInt32
    let end: UInt32
    /// What other harts may call.
    let shareable: [UInt32]

    // MARK: Where things are

    static let ram: UInt32 = 0x8000_0000, ramSize = 0x2_0000
    /// The same memory past the caches.
    static let alias: UInt32 = 0x4000_0000
    static let rom: UInt32 = 0x1000_0000, romSize = 0x1000
    static let clint: UInt32 = 0x0200_0000
    static let device: UInt32 = 0x5000_0000
    /// What both harts use.
    static let shared: UInt32 = ram + 0x8000
    /// From one hart's memory to the other's, and from its data to its code.
    static let distance: UInt32 = 0x1_0000, codeDistance: UInt32 = 0x4000

    let data: UInt32
    var copies: UInt32 { data + 0x3000 }

    /// - Parameter foreign: functions of another hart's program.
    init(index: Int, hart: Int, theme: Theme = .everything, foreign: [UInt32] = []) {
        var random = SplitMix(name: "\(theme.rawValue) program \(hart)", index: index)
        self.index = index
        self.hart = hart
        self.theme = theme
        data = EngineProgram.ram + UInt32(hart) * EngineProgram.distance
        var builder = EngineProgramBuilder(data: data, hart: hart)
        // Now and then all code is fetched past the cache.
        let base = random.one(in: 6) ? data - EngineProgram.ram + EngineProgram.alias : data
        handler = base + EngineProgram.codeDistance
        builder.place = handler
        builder.layHandler()
        start = builder.place
        builder.layFunctions(&random)
        if theme == .returns { builder.layCallees(&random) }
        shareable = theme == .returns ? builder.shareable : []
        builder.head = builder.place
        head = builder.head
        builder.layHead(&random)
        if theme == .returns { builder.layReturnHead() }
        let isCalm = random.one(in: 2)
        // Those who call are to come round often.
        for _ in 0..<(6 + random.below(theme == .returns ? 8 : 20)) {
            if theme == .returns, !random.one(in: 4) {
                builder.layReturnGroup(foreign, &random)
            } else {
                builder.layGroup(isCalm: isCalm, &random)
            }
        }
        builder.lay(Assembler.jal(0, Int32(bitPattern: head &- builder.place)))
        end = builder.place
        code = builder.bounded(from: start, to: end)
    }
}

extension EngineProgram: CustomStringConvertible {
    /// The groups, disassembled.
    var description: String {
        let disassembler = Disassembler()
        var lines = ["program #\(index) of \(theme) for hart \(hart), head \(hex(head))"]
        for part in code where part.isGroup {
            var address = part.address
            for word in part.words {
                lines.append("\(hex(address)) \(disassembler.text(word, at: address))")
                address += Vector.length(word)
            }
        }
        return lines.joined(separator: "\n")
    }
}
