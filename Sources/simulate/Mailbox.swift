import Firmware
import Targets

/// How the runner of networks is told what to run: its variable `kmodel_mailbox`, as firmware/kmodel/mailbox.h has it.
enum Mailbox {
    private static let magic: UInt32 = 0x5244_4D4B
    private static let version: UInt32 = 1
    /// Where model and input may lie; the program and what it needs lie below.
    private static let place: UInt32 = 0x8020_0000

    /// - Parameter input: of the network; empty for one that the runner draws.
    static func fill(
        _ image: FirmwareImage, model: [UInt8], input: [UInt8], _ path: String, _ machine: TargetMachine
    ) throws(Failure) {
        guard let symbol = SymbolTable(image).symbol(named: "kmodel_mailbox") else {
            throw Failure(sentence: "the runner of networks has no mailbox; build it again", code: Failure.software)
        }
        let inputPlace = (place &+ UInt32(clamping: model.count) &+ 63) & ~63
        try put(model, at: place, path, machine)
        try put(input, at: inputPlace, path, machine)
        let fields: [UInt64] = [
            UInt64(version) << 32 | UInt64(magic), UInt64(place), UInt64(model.count), UInt64(inputPlace),
            UInt64(input.count), 0,
        ]
        let bytes = fields.flatMap { field in (0..<8).map { UInt8(truncatingIfNeeded: field >> (8 * UInt64($0))) } }
        try put(bytes, at: UInt32(truncatingIfNeeded: symbol.address), path, machine)
    }

    private static func put(
        _ bytes: [UInt8], at address: UInt32, _ path: String, _ machine: TargetMachine
    ) throws(Failure) {
        for (index, byte) in bytes.enumerated() {
            guard let place = UInt32(exactly: Int(address) + index),
                let (memory, local) = machine.chip.bus.memory(at: place), memory.isWritable, memory.name != "AI"
            else { throw .badInput("\(path): model and input are larger than the memory of the chip") }
            memory.store(local, UInt32(byte), .byte)
            // The accelerator fetches what no core touches: weights take memory all the same.
            memory.marks[Int(local - memory.base)] = 1
        }
    }
}
