import Devices

/// What `simulate targets` tells about a target: plain values.
public struct TargetOverview: Equatable, Sendable {
    public struct Memory: Equatable, Sendable {
        public var name: String
        public var type: String
        public var base: UInt32
        /// In bytes.
        public var size: Int
        /// A second address at which it answers after reset.
        public var alias: UInt32?
        public var isExecutable: Bool
    }

    public var name: String
    public var aliases: [String]
    public var chip: String
    public var core: String
    /// The core clock after reset and the external oscillator, in Hz.
    public var resetHertz: Int
    public var HSE: Int
    public var memories: [Memory]
    /// In the order of their addresses.
    public var modelled: [String]
    /// They keep what is written and say so when touched.
    public var unmodelled: [String]
    /// Name and version: `cortex-m4 1.1`.
    public var model: String
    public var sources: [String]
    /// `nil` if not measured.
    public var measuredError: String?
    /// Every number or rule that nobody printed or measured, in words.
    public var assumed: [String]
}

extension TargetDescription {
    /// - Parameter model: the cycle table of the core.
    public func overview(_ model: CoreModel) -> TargetOverview {
        let identity = profileTarget(model).model
        let sorted = peripherals.sorted { $0.base < $1.base }
        return TargetOverview(
            name: name, aliases: aliases, chip: chip, core: core.label, resetHertz: clock.reset, HSE: clock.HSE,
            memories: memories.map {
                TargetOverview.Memory(
                    name: $0.name, type: $0.kind.rawValue, base: $0.base, size: $0.size, alias: $0.alias,
                    isExecutable: $0.isExecutable)
            },
            modelled: sorted.filter { $0.kind != .unmodelled }.map(\.name),
            unmodelled: sorted.filter { $0.kind == .unmodelled }.map(\.name), model: identity.title,
            sources: identity.sources, measuredError: identity.measuredError,
            assumed: model.assumed + self.model.assumed)
    }
}
