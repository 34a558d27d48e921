import Bits
import Machine

/// The Memory Protection Unit. DDI 0403E.e B3.5.
final class MPU: RegisterMap {
    /// Offsets from 0xE000ED90.
    enum Register: UInt32 {
        case TYPE = 0x00, CTRL = 0x04, RNR = 0x08, RBAR = 0x0C, RASR = 0x10
        case RBAR_A1 = 0x14, RASR_A1 = 0x18, RBAR_A2 = 0x1C, RASR_A2 = 0x20, RBAR_A3 = 0x24, RASR_A3 = 0x28
    }

    let name = "MPU"
    private unowned let processor: Processor
    private var system: SystemRegisters { processor.system }
    private var count: Int { processor.features.mpuRegions }
    var notices: Notices { processor.chip.notices }

    init(_ processor: Processor) {
        self.processor = processor
    }

    // What the registers show is the core's state, which the core resets.
    func reset() {}

    func read(_ register: Register) -> UInt32 {
        guard count > 0 else { return 0 }
        return switch register {
        case .TYPE: UInt32(count) << 8
        case .CTRL: system.mpu.ctrl
        case .RNR: system.mpu.rnr
        case .RBAR, .RBAR_A1, .RBAR_A2, .RBAR_A3: region.base | system.mpu.rnr
        case .RASR, .RASR_A1, .RASR_A2, .RASR_A3: region.attributes
        }
    }

    func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        guard count > 0 else { return }
        let (control, before) = (system.mpu.ctrl, system.mpu.regions)
        switch register {
        case .TYPE: return
        case .CTRL: system.mpu.ctrl = system.mpu.ctrl.merging(value, lanes: lanes) & 0b111
        case .RNR:
            system.mpu.rnr = min(system.mpu.rnr.merging(value, lanes: lanes) & 0xFF, UInt32(count - 1))
            return
        case .RBAR, .RBAR_A1, .RBAR_A2, .RBAR_A3:
            // VALID: the write selects the region, too.
            if value.bit(4) { system.mpu.rnr = min(value & 0xF, UInt32(count - 1)) }
            region.base = region.base.merging(value, lanes: lanes) & ~0x1F
        case .RASR, .RASR_A1, .RASR_A2, .RASR_A3:
            region.attributes = region.attributes.merging(value, lanes: lanes) & 0x173F_FF3F
        }
        if system.mpu.ctrl != control {
            processor.accessChanged()
        } else if system.mpu.isEnabled {
            let number = Int(system.mpu.rnr)
            processor.regionChanged(from: before[number], to: system.mpu.regions[number])
        }
    }

    private var region: MPURegisters.Region {
        get { system.mpu.regions[Int(system.mpu.rnr)] }
        set { system.mpu.regions[Int(system.mpu.rnr)] = newValue }
    }
}

extension Processor {
    /// A region changed while the MPU is on, as at every switch of tasks: code must be decoded anew only if some lies
    /// in it. Data accesses look at the regions each time.
    fileprivate func regionChanged(from old: MPURegisters.Region, to new: MPURegisters.Region) {
        let hasCode = ledger.blocks.contains { block in
            guard ledger.codeMap.block(at: block.pointee.pc) == block else { return false }
            // 32 bytes is the smallest region.
            let addresses = stride(from: block.pointee.pc, to: block.pointee.end, by: 32)
            return addresses.contains { old.contains($0) || new.contains($0) }
                || old.contains(block.pointee.end - 1) || new.contains(block.pointee.end - 1)
        }
        if hasCode || !blocksInIT.isEmpty { forgetBlocks() }
    }
}
