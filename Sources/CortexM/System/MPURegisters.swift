import Bits
import Machine

/// The regions of the Memory Protection Unit. DDI 0403E.e B3.5.
struct MPURegisters {
    struct Region {
        /// MPU_RBAR without region number: the base address.
        var base: UInt32 = 0
        /// MPU_RASR.
        var attributes: UInt32 = 0

        /// Whether the region decides about an address.
        func contains(_ address: UInt32) -> Bool {
            guard attributes.bit(0) else { return false }
            let sizeBits = Int(attributes.bits(5, 1)) + 1
            guard sizeBits >= 5 else { return false }
            guard sizeBits < 32 else { return !isSubregionDisabled(address >> 29) }
            guard address >> UInt32(sizeBits) == base >> UInt32(sizeBits) else { return false }
            // Regions below 256 bytes have no subregions.
            return sizeBits < 8 || !isSubregionDisabled(address >> UInt32(sizeBits - 3) & 7)
        }

        private func isSubregionDisabled(_ index: UInt32) -> Bool { attributes.bit(8 + Int(index)) }

        /// The AP and XN fields. DDI 0403E.e table B3-15.
        func permits(isWrite: Bool, isPrivileged: Bool, isFetch: Bool) -> Bool {
            if isFetch, attributes.bit(28) { return false }
            return switch attributes.bits(26, 24) {
            case 0b001: isPrivileged
            case 0b010: isPrivileged || !isWrite
            case 0b011: true
            case 0b101: isPrivileged && !isWrite
            case 0b110, 0b111: !isWrite
            default: false
            }
        }
    }

    var ctrl: UInt32 = 0
    var rnr: UInt32 = 0
    var regions = [Region](repeating: Region(), count: 16)

    var isEnabled: Bool { ctrl.bit(0) }
    /// HFNMIENA: also for HardFault, NMI and FAULTMASK.
    var coversFaultHandlers: Bool { ctrl.bit(1) }
    /// PRIVDEFENA: privileged code has the default map outside of all regions.
    var hasBackground: Bool { ctrl.bit(2) }
}

extension SystemRegisters {
    /// Whether accesses to memory need a look at the MPU.
    var checksProtection: Bool { mpu.isEnabled }

    /// Whether the MPU and the memory map allow an access. The address is aligned to the width.
    func permits(
        _ address: UInt32, _ width: AccessWidth, isWrite: Bool, isPrivileged: Bool, isFetch: Bool
    ) -> Bool {
        // The Private Peripheral Bus is not the MPU's business, and never executable.
        if isPrivate(address) { return !isFetch }
        guard mpu.isEnabled, mpu.coversFaultHandlers || !isAtFaultPriority else {
            return !isFetch || !SystemRegisters.isExecuteNever(address)
        }
        for region in mpu.regions[..<features.mpuRegions].reversed() where region.contains(address) {
            return region.permits(isWrite: isWrite, isPrivileged: isPrivileged, isFetch: isFetch)
        }
        guard mpu.hasBackground, isPrivileged else { return false }
        return !isFetch || !SystemRegisters.isExecuteNever(address)
    }

    /// Whether the default memory map forbids execution: Peripheral, external Device and System. DDI 0403E.e B3.1.
    static func isExecuteNever(_ address: UInt32) -> Bool {
        switch address >> 29 {
        case 2, 5, 6, 7: true
        default: false
        }
    }

    /// Whether only privileged code can be fetched from an address.
    func isPrivilegedCode(_ address: UInt32) -> Bool {
        guard mpu.isEnabled else { return false }
        return permits(address, .halfword, isWrite: false, isPrivileged: true, isFetch: true)
            && !permits(address, .halfword, isWrite: false, isPrivileged: false, isFetch: true)
    }
}
