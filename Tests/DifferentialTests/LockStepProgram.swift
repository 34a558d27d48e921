import TestSupport

@testable import CortexM

/// A random program: an endless loop around groups of instructions of every kind, with functions, handlers for all
/// exceptions, and whatever the groups do to the machine. A fault is skipped by its handler; where that is not possible
/// the program begins anew at its head.
struct LockStepProgram: PartedProgram {
    /// Where a program lies.
    enum Home: CaseIterable {
        case flash, flashAlias, ram
        /// Half in one memory, half in the one behind it.
        case acrossMemories
        /// Up to the last byte of flash: what follows cannot be fetched.
        case endOfFlash
    }

    /// What most of it is about.
    enum Theme: String, CaseIterable, Sendable {
        case everything = "lock step"
        case returns, programming
    }

    let index: Int
    let theme: Theme
    let home: Home
    var code: [ProgramPart] = []
    static let nop = Thumb.nop
    private(set) var vectors: [UInt32] = []
    private(set) var head: UInt32 = 0
    /// Behind the last instruction of the loop.
    private(set) var end: UInt32 = 0
    /// Short routines that the program copies.
    private(set) var templates: [UInt32] = []
    private(set) var functions: [UInt32] = []
    /// Where the program begins: its functions are in front of its head.
    let start: UInt32

    // MARK: Where things are

    static let flash: UInt32 = 0x0800_0000, flashSize = 0x4000
    static let ram: UInt32 = 0x2000_0000, ramSize = 0x4000
    static let ram2: UInt32 = 0x2000_4000, ram2Size = 0x2000
    /// Where nothing can be executed.
    static let data: UInt32 = 0x1000_0000, dataSize = 0x1000
    static let device: UInt32 = 0x4000_0000
    /// Words that the handlers count in.
    static let counters: UInt32 = ram + 0x1F00
    static let mainStack: UInt32 = ram + 0x1000, processStack: UInt32 = ram + 0x0800
    /// Where copied routines go.
    static let copies: UInt32 = ram + 0x1E00
    /// Where the stack pointer and the address lie that a long jump takes; the stack pointer of who waits.
    static let jumpBuffer: UInt32 = ram + 0x1FC0, otherStack: UInt32 = ram + 0x1FC8
    static let coroutineStack: UInt32 = data + 0x0F00
    /// Functions that are called from far away.
    static let distant: [UInt32] = [flash + 0x2800, ram2 + 0x1800]
    /// FLASH_ACR and what follows it, where a program changes flash; sectors as they are there.
    static let flashInterface: UInt32 = 0x4002_3C00, sectors = [Int](repeating: 0x800, count: 8)
    /// Routines of a word each in a sector that is erased, and data behind them.
    static let routines: UInt32 = flash + 0x2800, routineCount: UInt32 = 24, routineSector: UInt32 = 5
    static let flashData: UInt32 = flash + 0x2C00

    /// How fast the core is, in Hz. Erasing a sector takes 0.25 to 0.4 s, programming 16 us: DS8626, flash memory
    /// programming. Some programs are to see the end of the one, some to meet the other.
    var hertz: Double { theme != .programming ? 16_000_000 : erases ? 4000 : 1_000_000 }
    private var erases: Bool { index % 3 != 2 }

    init(index: Int, theme: Theme = .everything) {
        var random = SplitMix(name: theme.rawValue, index: index)
        let home = random.element(of: Home.allCases)
        let start: UInt32 =
            switch home {
            case .flash: LockStepProgram.flash + 0x1000 + 2 * random.below(16)
            case .flashAlias: 0x1000 + 2 * random.below(16)
            case .ram: LockStepProgram.ram + 0x2000 + 2 * random.below(16)
            case .acrossMemories: LockStepProgram.ram2 - 0x180 - 2 * random.below(0x100)
            case .endOfFlash: LockStepProgram.flash + 0x3000
            }
        let again = random
        self.init(index: index, theme: theme, home: home, at: start, random)
        guard home == .endOfFlash else { return }
        // The same with its end where the flash ends, unless addresses matter to its length.
        let top = LockStepProgram.flash + UInt32(LockStepProgram.flashSize)
        let moved = LockStepProgram(index: index, theme: theme, home: home, at: start + (top - end), again)
        if moved.end == top { self = moved }
    }

    private init(index: Int, theme: Theme, home: Home, at start: UInt32, _ random: SplitMix) {
        self.index = index
        self.theme = theme
        self.home = home
        self.start = start
        var random = random
        var builder = LockStepBuilder(at: LockStepProgram.flash + 0x400)
        // The handlers are in flash, and so is what is copied.
        vectors = builder.layHandlers(call: theme == .returns, &random)
        templates = builder.layTemplates()
        let fixup = builder.code.count
        switch theme {
        case .everything: break
        case .returns: builder.layDistantCallees(&random)
        case .programming: builder.layRoutines()
        }
        builder.place = start
        builder.layFunctions(&random)
        if theme == .returns { builder.layCallees(&random) }
        functions = builder.functions
        head = builder.place
        builder.head = head
        builder.layHead(&random)
        if theme == .returns { builder.layReturnHead() }
        let isCalm = random.one(in: 2)
        // Those who call are to come round often.
        for _ in 0..<(6 + random.below(theme == .returns ? 8 : 20)) {
            switch theme {
            case .returns where !random.one(in: 4): builder.layReturnGroup(&random)
            case .programming where !random.one(in: 3): builder.layProgrammingGroup(erases: erases, &random)
            default: builder.layGroup(isCalm: isCalm, &random)
            }
        }
        if home != .endOfFlash { builder.lay(Thumb.bw(Int(head) - Int(builder.place))) }
        end = builder.place
        // The handlers know where the program is only now.
        code = builder.relocated(0..<fixup, from: start, to: end, head: head) + builder.code[fixup...]
    }
}

extension LockStepProgram: CustomStringConvertible {
    /// The groups, disassembled.
    var description: String {
        var halfwords: [UInt32: UInt16] = [:]
        for part in code {
            var address = part.address
            for word in part.words {
                if Vector.length(word) == 4 {
                    halfwords[address] = UInt16(word >> 16)
                    halfwords[address + 2] = UInt16(word & 0xFFFF)
                } else {
                    halfwords[address] = UInt16(word)
                }
                address += Vector.length(word)
            }
        }
        var lines = ["program #\(index) of \(theme), \(home), head \(hex(head))"]
        for part in code where part.isGroup {
            var listing = Listing(from: part.address, to: part.address + part.length) { halfwords[$0] }
            while let (address, _, text) = listing.next() { lines.append("\(hex(address)) \(text)") }
        }
        return lines.joined(separator: "\n")
    }
}
