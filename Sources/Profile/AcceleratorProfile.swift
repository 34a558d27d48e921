/// What an accelerator did for a layer, over all its invocations. Cycles are those of the accelerator's own clock.
public struct AcceleratorProfile: Codable, Equatable, Sendable {
    /// Its name in the manual: `KPU`.
    public var unit: String
    /// The whole layer in a few words: `3x3 3->16 320x240 max2`.
    public var shape: String
    /// The filter: `3x3`, `1x1`, `dw 3x3`.
    public var kernel: String
    /// What is made of the result on its way out: `max2`; empty for nothing.
    public var pool: String
    /// From taking the command up to the last byte of the result; the sum of the five below.
    public var cycles: Int
    /// Its clock at the last invocation.
    public var hertz: Double
    /// The most multiply-accumulates in a cycle that the hardware has for this kind of layer.
    public var peakMACsPerCycle: Int
    /// Multiplying, normalising, activating, writing back to its own memory.
    public var computeCycles: Int
    /// Reading the command and filling the pipeline.
    public var setupCycles: Int
    /// Waiting for weights.
    public var weightLoadCycles: Int
    /// Sending the result to main memory.
    public var downloadCycles: Int
    /// Waiting for others: whoever takes the result away.
    public var waitingCycles: Int
    /// In front of the layer: another master brought its input.
    public var uploadCycles: Int

    public init(
        unit: String, shape: String, kernel: String, pool: String, cycles: Int, hertz: Double, peakMACsPerCycle: Int,
        computeCycles: Int, setupCycles: Int, weightLoadCycles: Int, downloadCycles: Int, waitingCycles: Int,
        uploadCycles: Int
    ) {
        self.unit = unit
        self.shape = shape
        self.kernel = kernel
        self.pool = pool
        self.cycles = cycles
        self.hertz = hertz
        self.peakMACsPerCycle = peakMACsPerCycle
        self.computeCycles = computeCycles
        self.setupCycles = setupCycles
        self.weightLoadCycles = weightLoadCycles
        self.downloadCycles = downloadCycles
        self.waitingCycles = waitingCycles
        self.uploadCycles = uploadCycles
    }

    /// What the six counts sum to, with those of another invocation of the same layer.
    public mutating func add(_ other: AcceleratorProfile) {
        cycles &+= other.cycles
        hertz = other.hertz
        computeCycles &+= other.computeCycles
        setupCycles &+= other.setupCycles
        weightLoadCycles &+= other.weightLoadCycles
        downloadCycles &+= other.downloadCycles
        waitingCycles &+= other.waitingCycles
        uploadCycles &+= other.uploadCycles
    }
}

extension LayerProfile {
    /// Multiply-accumulates in a cycle of the accelerator; nil for layers of a core.
    public var macsPerAcceleratorCycle: Double? {
        guard let accelerator, let macs else { return nil }
        return ratio(macs, accelerator.cycles)
    }

    /// The part of the accelerator's peak that the layer reached, 0...1.
    public var shareOfPeak: Double? {
        guard let accelerator, accelerator.peakMACsPerCycle > 0 else { return nil }
        return macsPerAcceleratorCycle.map { $0 / Double(accelerator.peakMACsPerCycle) }
    }
}
