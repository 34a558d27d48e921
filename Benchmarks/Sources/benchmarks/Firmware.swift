/// A chip that is measured.
enum Target: String, CaseIterable, Codable {
    case stm32f4, k210

    /// The smallest firmware: one line of output.
    var smallest: Firmware { Firmware(name: "start", folder: "hello", file: "hello", target: self) }
}

/// A program of `firmware/`.
struct Firmware: Hashable {
    /// What a table calls it.
    let name: String
    let folder: String
    let file: String
    let target: Target

    var elf: String { "firmware/\(path)" }
    var path: String { "\(folder)/\(file).\(target.rawValue).elf" }

    private static let names = ["conv", "fc", "softmax", "branchy", "memcpy"]
    /// Those of floating point; the others are integer.
    static let floatNames: Set = ["softmax"]

    /// Cortex-M4 at the clock after reset, where flash has no wait states.
    static let atReset = names.map { Firmware(name: $0, folder: "workloads", file: $0, target: .stm32f4) }
    /// The same at 168 MHz, with five wait states, prefetch and caches.
    static let atFullSpeed = names.map {
        Firmware(name: $0 + "168", folder: "workloads", file: $0 + "168", target: .stm32f4)
    }
    /// Their twins in RV64, with the K210's caches.
    static let ofK210 = names.map { Firmware(name: $0, folder: "workloads", file: $0, target: .k210) }
    static let workloads = atReset + atFullSpeed + ofK210

    static let networks =
        ["kws", "vww", "resnet8"].map { Firmware(name: $0, folder: $0, file: $0, target: .stm32f4) }
        + ["kws", "resnet8"].map { Firmware(name: $0, folder: $0, file: $0, target: .k210) }
}
