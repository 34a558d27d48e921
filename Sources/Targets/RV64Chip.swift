import Devices
import Engine
import Machine
import Profile
import RV64
import Semihosting

/// A plain machine of RV64 harts: memory, interrupt controllers, a UART.
final class RV64Chip: BuiltChip {
    let harts: Harts
    private let chip: Chip
    private let platform: RISCVPlatform

    var cpu: any CPU { harts }
    var serialPorts: [String: SerialPort] { platform.serialPorts }

    /// - Throws: when the description's peripherals do not make a chip.
    init(_ description: TargetDescription, _ table: RV64.CycleTable, on chip: Chip) throws(TargetError) {
        self.chip = chip
        harts = description.makeHarts(table, on: chip)
        do throws(DeviceError) {
            platform = try RISCVPlatform(description.peripherals, chip: chip, harts: harts.lines)
            if let other = platform.others.first { throw .otherFamily(device: other.name, kind: other.kind) }
        } catch {
            throw TargetError(file: description.file, line: nil, problem: .device(error))
        }
        harts.time = { [unowned clint = platform.clint] in clint.mtime }
    }

    var clockSettings: RunProfile.ClockSettings { harts.clockSettings(chip) }

    func connectDebugger(console: SerialPort, host: any SemihostingHost) {
        harts.semihosting = Semihosting(host: host)
    }

    func answerHostInterface(tohost: UInt32, fromhost: UInt32?, write: @escaping ([UInt8]) -> Void) {
        harts.answerHostInterface(tohost: tohost, fromhost: fromhost, write: write)
    }
}

extension TargetDescription {
    /// Places the memories on the bus, with their harts in front of them.
    func makeHarts(_ table: RV64.CycleTable, on chip: Chip) -> Harts {
        for description in memories {
            let isRAM = description.kind == .ram
            let memory = Memory(
                name: description.name, base: description.base, size: description.size, isWritable: isRAM,
                isExecutable: description.isExecutable, slave: description.slave, fill: isRAM ? 0 : 0xFF,
                in: chip.arena)
            chip.bus.add(memory)
            if let alias = description.alias { chip.bus.setAlias(at: alias, size: description.size, of: memory) }
        }
        let isRocket = core.type == .rocket
        return Harts(
            chip: chip, count: core.harts,
            features: HartFeatures(
                privileged: isRocket ? .k210 : .rv64, resetAddress: core.resetAddress,
                ignoresHighAddressBits: isRocket), timings: table)
    }
}

extension Harts {
    /// What interrupts each hart.
    var lines: [HartLines] {
        harts.indices.map { hart in
            HartLines(
                machineSoftware: line(.machineSoftware, of: hart), machineTimer: line(.machineTimer, of: hart),
                machineExternal: line(.machineExternal, of: hart),
                supervisorExternal: line(.supervisorExternal, of: hart))
        }
    }

    func clockSettings(_ chip: Chip) -> RunProfile.ClockSettings {
        RunProfile.ClockSettings(hertz: chip.clock.hertz, waitStates: nil, caches: "instruction and data cache")
    }
}
