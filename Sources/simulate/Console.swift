import Firmware
import FoundationEssentials
import Glibc
import Machine
import Profile
import Semihosting
import Targets

/// Where the firmware's own output goes, and where its input comes from: UARTs, ITM and semihosting.
final class Console {
    private let isQuiet: Bool
    /// Everything printed, for the digest.
    private var printed: [UInt8] = []
    /// What was printed and is not yet written.
    private var pending: [UInt8] = []
    private var files: [(path: String, bytes: Bytes)] = []
    /// Clears the line of a terminal that shows the progress.
    var beforeWriting: () -> Void = {}

    final class Bytes {
        var all: [UInt8] = []
    }

    init(_ machine: TargetMachine, _ options: RunOptions, isQuiet: Bool) throws(Failure) {
        self.isQuiet = isQuiet
        for (_, port) in machine.serialPorts.sorted(by: { $0.key < $1.key }) {
            port.transmit = { [unowned self] in self.put($0) }
        }
        let trace = SerialPort()
        trace.transmit = { [unowned self] in self.put($0) }
        if let root = options.semihostingRoot { try Files.checkFolder(root) }
        machine.connectDebugger(
            console: trace,
            host: SemihostingFolder(
                console: self, root: options.semihostingRoot,
                commandLine: URL(fileURLWithPath: options.firmware).lastPathComponent))
        for output in options.output {
            try Files.checkWritable(output.file)
            let bytes = Bytes()
            try Console.port(output.port ?? "", machine).transmit = { bytes.all.append($0) }
            files.append((output.file, bytes))
        }
        for input in options.input {
            guard let port = input.port else { continue }
            try Console.port(port, machine).send(try Files.read(input.file, what: "input file"))
        }
    }

    private static func port(_ name: String, _ machine: TargetMachine) throws(Failure) -> SerialPort {
        guard let port = machine.serialPorts[name.uppercased()] else {
            throw .badInput(
                "\(machine.description.name) has no serial port '\(name)'; it has "
                    + machine.serialPorts.keys.sorted().joined(separator: ", "))
        }
        return port
    }

    func put(_ byte: UInt8) {
        printed.append(byte)
        guard !isQuiet else { return }
        pending.append(byte)
        if byte == 10 || pending.count > 4096 { flush() }
    }

    /// What the firmware reads from its console by semihosting: stdin.
    func read(_ count: Int) -> [UInt8] {
        flush()
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: min(count, 1 << 16))
        let got = bytes.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress, $0.count) }
        return Array(bytes.prefix(max(got, 0)))
    }

    func flush() {
        guard !pending.isEmpty else { return }
        beforeWriting()
        Output.write(pending, to: 1)
        pending.removeAll(keepingCapacity: true)
    }

    /// Writes the files that UARTs were sent to.
    func writeFiles() throws(Failure) {
        for file in files { try Files.write(file.bytes.all, to: file.path) }
    }

    var summary: RunProfile.Console {
        RunProfile.Console(bytes: printed.count, sha256: SHA256.hexDigest(of: printed))
    }
}
