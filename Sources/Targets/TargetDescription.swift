import CortexM
import Devices
import Machine
import RV64

/// A chip as its target file describes it: plain values, checked against each other.
public struct TargetDescription: Equatable, Sendable {
    /// As given on the command line: `stm32f4`.
    public var name: String
    /// Other names for it.
    public var aliases: [String]
    /// As printed on the package: `STM32F407VG`.
    public var chip: String
    public var core: Core
    public var clock: Clock
    public var memories: [MemoryDescription]
    public var peripherals: [DeviceDescription]
    /// The names of the chip's interrupts, from number 0, as in the manual's vector table.
    public var interruptNames: [String]
    public var model: Model
    /// The file it was read from, for messages.
    public var file: String

    /// The cores that can be built.
    public enum CoreType: String, CaseIterable, Sendable {
        case cortexM4 = "cortex-m4"
        case cortexM4F = "cortex-m4f"
        /// RV64GC as the K210 has it: Privileged Architecture 1.9.1, upper address bits ignored.
        case rocket
        /// RV64GC, Privileged Architecture 1.12.
        case rv64gc

        /// The cycle table that belongs to it: the name of a file in `targets/cores/`.
        public var table: String {
            switch self {
            case .cortexM4, .cortexM4F: "cortex-m4"
            case .rocket, .rv64gc: "rocket"
            }
        }

        /// As in the manual.
        public var label: String {
            switch self {
            case .cortexM4: "Cortex-M4"
            case .cortexM4F: "Cortex-M4F"
            case .rocket: "Rocket RV64GC"
            case .rv64gc: "RV64GC"
            }
        }
    }

    public struct Core: Equatable, Sendable {
        public var type: CoreType
        /// How many of the eight bits of a priority are implemented; 3 to 8. Of a Cortex-M only, as the next.
        public var priorityBits = 8
        /// 0 or 8.
        public var MPURegions = 0
        /// How many there are; 1 to 8. Of RV64 only, as the next.
        public var harts = 1
        /// Where execution begins after a reset.
        public var resetAddress: UInt32 = 0

        /// As in the manual, with how many there are.
        public var label: String { harts > 1 ? "\(harts) x \(type.label)" : type.label }
    }

    public struct Clock: Equatable, Sendable {
        /// The core clock after reset, in Hz.
        public var reset: Int
        /// The board's external oscillator in Hz; 0 for none.
        public var HSE: Int
    }

    /// Where the chip's own timing is from, beside the core's.
    public struct Model: Equatable, Sendable {
        public var version: Int
        public var sources: [String]
        /// What nobody printed or measured, one sentence each.
        public var assumed: [String]
        /// Against silicon, such as "0.3 % mean, 1.1 % worst over 79 published counts"; `nil` if not measured.
        public var measuredError: String?
    }
}

/// One memory of a chip.
public struct MemoryDescription: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// Read-only but for its programming interface; 0xFF when erased.
        case flash
        case ram
        /// Read-only; 0xFF, because its contents are not ours.
        case rom
    }

    /// What stands between a memory and the core.
    public enum Timing: String, CaseIterable, Sendable {
        /// The accelerator of the STM32F4.
        case ART = "stm32f4-art"
    }

    public var name: String
    public var kind: Kind
    public var base: UInt32
    /// In bytes.
    public var size: Int
    public var isExecutable: Bool
    /// Which slave of the bus matrix answers.
    public var slave: String
    /// A second address at which it answers after reset.
    public var alias: UInt32?
    /// `nil` for a memory as fast as the core.
    public var timing: Timing?
}

extension TargetDescription {
    /// The core with the choices that this chip made.
    public var features: CoreFeatures {
        var features = CoreFeatures.cortexM4
        switch core.type {
        case .cortexM4: features.hasFPU = false
        case .cortexM4F: features.hasFPU = true
        case .rocket, .rv64gc: break
        }
        features.interruptCount = interruptNames.count
        features.priorityBits = core.priorityBits
        features.mpuRegions = core.MPURegions
        return features
    }

    /// The name of an exception by its number: `SysTick` for 15, `USART2` for 54 on an STM32F4, `machine timer
    /// interrupt` for 7 on a RISC-V hart; `nil` for reserved ones.
    public func exceptionName(_ number: Int) -> String? {
        switch core.type.family {
        case .cortexM: cortexMExceptionName(number)
        case .rv64: Hart.exceptionName(number)
        }
    }

    private func cortexMExceptionName(_ number: Int) -> String? {
        switch number {
        case 1: "Reset"
        case 2: "NMI"
        case 3: "HardFault"
        case 4: "MemManage"
        case 5: "BusFault"
        case 6: "UsageFault"
        case 11: "SVCall"
        case 12: "DebugMonitor"
        case 14: "PendSV"
        case 15: "SysTick"
        case 16..<(16 + interruptNames.count): interruptNames[number - 16]
        default: nil
        }
    }
}
