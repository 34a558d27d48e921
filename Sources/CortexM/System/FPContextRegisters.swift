import Bits

/// The registers that say when the FP registers are saved, and where. DDI 0403E.e B3.2.21 to B3.2.23.
struct FPContextRegisters {
    var fpccr = FPContextRegisters.ASPEN | FPContextRegisters.LSPEN
    var fpcar: UInt32 = 0
    var fpdscr: UInt32 = 0

    static let LSPACT: UInt32 = 1 << 0
    static let USER: UInt32 = 1 << 1
    static let THREAD: UInt32 = 1 << 3
    static let HFRDY: UInt32 = 1 << 4
    static let MMRDY: UInt32 = 1 << 5
    static let BFRDY: UInt32 = 1 << 6
    static let MONRDY: UInt32 = 1 << 8
    static let LSPEN: UInt32 = 1 << 30
    static let ASPEN: UInt32 = 1 << 31

    /// Whether room for the FP registers is reserved on a stack and they are not saved yet.
    var isSavePending: Bool {
        get { fpccr & FPContextRegisters.LSPACT != 0 }
        set { fpccr = newValue ? fpccr | FPContextRegisters.LSPACT : fpccr & ~FPContextRegisters.LSPACT }
    }

    /// Whether the use of the FPU marks a context as one to be saved.
    var savesAutomatically: Bool { fpccr & FPContextRegisters.ASPEN != 0 }
    /// Whether saving is deferred until the handler uses the FPU.
    var savesLazily: Bool { fpccr & FPContextRegisters.LSPEN != 0 }
}
