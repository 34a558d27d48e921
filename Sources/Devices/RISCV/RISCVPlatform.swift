import Machine

/// The wires into one hart that interrupt it.
public struct HartLines {
    /// `mcause` 3, from the CLINT.
    public let machineSoftware: InterruptLine
    /// `mcause` 7, from the CLINT.
    public let machineTimer: InterruptLine
    /// `mcause` 11, from the PLIC.
    public let machineExternal: InterruptLine
    /// `mcause` 9, from the PLIC.
    public let supervisorExternal: InterruptLine

    public init(
        machineSoftware: InterruptLine, machineTimer: InterruptLine, machineExternal: InterruptLine,
        supervisorExternal: InterruptLine
    ) {
        self.machineSoftware = machineSoftware
        self.machineTimer = machineTimer
        self.machineExternal = machineExternal
        self.supervisorExternal = supervisorExternal
    }
}

/// What every chip with RISC-V harts has, built from its descriptions and placed on the bus: the two interrupt
/// controllers, and SiFive's UART.
public final class RISCVPlatform {
    public let clint: CLINT
    public let plic: PLIC
    public private(set) var serialPorts: [String: SerialPort] = [:]
    /// The peripherals of other kinds, which are still to be built.
    public let others: [DeviceDescription]

    private let chip: Chip

    /// - Parameters:
    ///   - descriptions: one `riscv-clint` and one `riscv-plic` at least.
    ///   - harts: what the controllers drive, hart by hart.
    public init(_ descriptions: [DeviceDescription], chip: Chip, harts: [HartLines]) throws(DeviceError) {
        try DeviceDescription.check(descriptions)
        let timer = try DeviceDescription.one(.clint, of: descriptions)
        let controller = try DeviceDescription.one(.plic, of: descriptions)
        let (divisor, sources) = (timer.option("divisor"), controller.option("sources"))
        guard divisor >= 1 else { throw .badOption(device: timer.name, name: "divisor", value: divisor) }
        guard (1...1023).contains(sources) else {
            throw .badOption(device: controller.name, name: "sources", value: sources)
        }
        self.chip = chip
        clint = CLINT(
            name: timer.name, chip: chip, divisor: divisor,
            lines: harts.map { (software: $0.machineSoftware, timer: $0.machineTimer) })
        plic = PLIC(
            name: controller.name, chip: chip, sources: sources,
            contexts: harts.flatMap { [$0.machineExternal, $0.supervisorExternal] })
        chip.bus.add(clint, at: timer.base, size: timer.size)
        chip.bus.add(plic, at: controller.base, size: controller.size)
        others = descriptions.filter { ![.clint, .plic, .sifiveUART, .unmodelled].contains($0.kind) }
        for description in descriptions {
            switch description.kind {
            case .sifiveUART:
                let port = SerialPort()
                serialPorts[description.name] = port
                let uart = UARTHS(
                    name: description.name, chip: chip, port: port, interrupt: try line("global", of: description))
                chip.bus.add(uart, at: description.base, size: description.size)
            case .unmodelled:
                let peripheral = Unmodelled(name: description.name, notices: chip.notices)
                chip.bus.add(peripheral, at: description.base, size: description.size)
            default: break
            }
        }
    }

    /// The input of the PLIC that an interrupt of a peripheral drives.
    public func line(_ name: String, of description: DeviceDescription) throws(DeviceError) -> InterruptLine {
        guard let number = description.interrupts[name] else { return .unconnected }
        guard (1...plic.sources).contains(number) else {
            throw .badInterruptNumber(device: description.name, name: name, number: number)
        }
        return plic.line(number)
    }
}
