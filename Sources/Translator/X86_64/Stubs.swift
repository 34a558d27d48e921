/// The code that all blocks share: the way in, the way out, the calls of helpers.
struct Stubs {
    /// Called with the state and an address to go to.
    let enter: UInt
    /// Jumped to with `leftBlock` and `leftRecord` in the state.
    let exit: UInt
    /// Called with the block in rsi and the record in rdx, by index of the helper.
    let helpers: [UInt]
    /// Called without arguments; answers ecx of CPUID's leaf 1.
    let features: UInt
    /// Jumped to with a block in temporary 0 that has no code.
    let unknown: UInt

    private static let saved: [Assembler.Register] = [.rbx, .rbp, .r12, .r13, .r14, .r15]

    /// - Returns: `nil` if there is no executable memory.
    init?(_ layout: Layout, in memory: ExecutableMemory) {
        var assembler = Assembler()
        let exit = Label(1)
        let exitDirectly = Label(2)
        let common = Label(3)
        let no = Label(4)
        let state = Emitter.state
        let favourites = Emitter.homes(layout)
        func field(_ distance: Int) -> Assembler.Memory { Assembler.Memory(state, Int32(distance)) }
        func slot(_ slot: Int) -> Assembler.Memory { field(layout.slots + layout.slotType.bytes * slot) }
        let singles = Emitter.homes(layout.words?.singles ?? SingleLayout())
        func spill() {
            for (number, home) in singles { assembler.storeFloat(home, slot(number)) }
            for (number, home) in favourites {
                assembler.store(Emitter.size(layout.slotType), home, slot(number))
            }
            assembler.store(.doubleword, Emitter.budget, field(layout.budget))
            let mask = Int32(bitPattern: layout.keptMask)
            if mask != -1 { assembler.arithmetic(.and, .register(Emitter.kept), constant: mask, wide: false) }
            assembler.mov(.rcx, constant: Int64(Int(bitPattern: layout.kept)))
            assembler.store(.word, Emitter.kept, Assembler.Memory(.rcx))
        }
        func reload() {
            for (number, home) in singles { assembler.loadFloat(home, slot(number), wide: false) }
            for (number, home) in favourites { assembler.load(layout.slotType, home, .memory(slot(number))) }
            assembler.load(.int64, Emitter.budget, .memory(field(layout.budget)))
            assembler.mov(.rcx, constant: Int64(Int(bitPattern: layout.kept)))
            assembler.load(.uint32, Emitter.kept, .memory(Assembler.Memory(.rcx)))
        }
        for register in Stubs.saved { assembler.push(register) }
        assembler.mov(state, .rdi)
        CallStack.begin(&assembler, layout)
        assembler.mov(.rax, .rsi)
        if layout.usesMemory {
            assembler.mov(Emitter.memory, constant: Int64(Int(bitPattern: layout.window.memory)))
        }
        if layout.usesLines {
            assembler.mov(Emitter.lines, constant: Int64(Int(bitPattern: layout.window.lines)))
        }
        reload()
        assembler.jump(.register(.rax))

        let exitPlace = assembler.bytes.count
        assembler.place(exit)
        spill()
        assembler.place(exitDirectly)
        CallStack.end(&assembler, layout)
        for register in Stubs.saved.reversed() { assembler.pop(register) }
        assembler.ret()

        let unknownPlace = assembler.bytes.count
        assembler.store(.doubleword, Emitter.temporaries[0], field(layout.leftBlock))
        assembler.store(.doubleword, constant: 0, field(layout.leftRecord))
        assembler.jump(exit)

        assembler.place(common)
        assembler.store(.doubleword, .rsi, field(layout.leftBlock))
        assembler.store(.doubleword, .rdx, field(layout.leftRecord))
        spill()
        assembler.mov(.rdi, state)
        assembler.arithmetic(.sub, .register(.rsp), constant: 8)
        assembler.call(.register(.rax))
        assembler.arithmetic(.add, .register(.rsp), constant: 8)
        assembler.testLowByte(.rax, .rax)
        assembler.jump(.equal, no)
        reload()
        assembler.ret()
        // The helper left the state as it has to be; the way back is not needed.
        assembler.place(no)
        assembler.jump(exitDirectly)

        let featuresPlace = assembler.bytes.count
        assembler.push(.rbx)
        assembler.mov(.rax, constant: 1)
        assembler.cpuid()
        assembler.mov(.rax, .rcx, wide: false)
        assembler.pop(.rbx)
        assembler.ret()

        var places: [Int] = []
        for helper in layout.helpers {
            places.append(assembler.bytes.count)
            assembler.mov(.rax, constant: Int64(Int(bitPattern: unsafeBitCast(helper, to: UnsafeRawPointer.self))))
            assembler.jump(common)
        }
        assembler.link()
        guard let base = memory.add(assembler.bytes).map({ UInt(bitPattern: $0) }) else { return nil }
        enter = base
        self.exit = base + UInt(exitPlace)
        features = base + UInt(featuresPlace)
        unknown = base + UInt(unknownPlace)
        helpers = places.map { base + UInt($0) }
    }
}
