/// How fast this simulator has to be.
struct Bar: Codable {
    static let atReset = "Cortex-M4, no wait states"
    static let atFullSpeed = "Cortex-M4 at 168 MHz, 5 wait states, prefetch and caches"
    static let ofK210 = "RV64GC, K210's timing and caches"
    static let networks = "Networks"

    let what: String
    /// The least, or the most.
    let isLeast: Bool
    let limit: Double
    let measured: Double
    let isMet: Bool

    private init?(_ what: String, atLeast limit: Double, _ measured: Double?) {
        guard let measured else { return nil }
        self.init(what: what, isLeast: true, limit: limit, measured: measured, isMet: measured >= limit)
    }

    private init?(_ what: String, under limit: Double, _ measured: Double?) {
        guard let measured else { return nil }
        self.init(what: what, isLeast: false, limit: limit, measured: measured, isMet: measured < limit)
    }

    private init(what: String, isLeast: Bool, limit: Double, measured: Double, isMet: Bool) {
        self.what = what
        self.isLeast = isLeast
        self.limit = limit
        self.measured = measured
        self.isMet = isMet
    }

    /// All of which something was measured.
    static func all(
        groups: [SpeedResult.Group], smallest: [SpeedResult.Row], peakBytes: [String: Int]
    ) -> [Bar] {
        func group(_ name: String) -> SpeedResult.Group? { groups.first { $0.name == name } }
        func wallMilliseconds(_ rows: [SpeedResult.Row]) -> Double? {
            rows.compactMap { $0.cost(.translator)?.wallSeconds }.max().map { 1000 * $0 }
        }
        let reset = group(atReset)
        let kws = group(networks)?.rows.filter { $0.name == "kws" } ?? []
        return [
            Bar("\(atReset): times QEMU, geometric mean", atLeast: 2.0, reset?.mean(.translator)),
            Bar(
                "\(atReset): times QEMU, the slowest", atLeast: 1.2,
                reset?.rows.compactMap { $0.cost(.translator)?.timesQEMU }.min()),
            Bar("\(atReset): interpreter, times QEMU", atLeast: 0.35, reset?.mean(.interpreter)),
            Bar("\(atFullSpeed): times QEMU", atLeast: 1.5, group(atFullSpeed)?.mean(.translator)),
            Bar(
                "\(ofK210): times QEMU, integer", atLeast: 1.0,
                group(ofK210)?.mean(.translator) { !Firmware.floatNames.contains($0) }),
            Bar(
                "\(ofK210): times QEMU, float", atLeast: 3.0,
                group(ofK210)?.mean(.translator) { Firmware.floatNames.contains($0) }),
            Bar("Smallest firmware, from command to report (ms)", under: 15, wallMilliseconds(smallest)),
            Bar("kws, from command to report (ms)", under: 100, wallMilliseconds(kws)),
            Bar(
                "Memory of the process, any firmware (MB)", under: 100, peakBytes.values.max().map { Double($0) / 1e6 }),
        ].compactMap { $0 }
    }
}
