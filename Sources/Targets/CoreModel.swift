import CortexM
import Engine
import KPU
import RV64

/// A core's cycle table with its identity: a file in `targets/cores/`.
public struct CoreModel: Equatable, Sendable {
    public var name: String
    /// Rises with every change of a number.
    public var version: Int
    public var sources: [String]
    public var table: Table
    /// The table of the accelerator beside the cores, if there is one.
    public var accelerator: AcceleratorModel?

    /// What instructions take, in the form of each family of cores.
    public enum Table: Equatable, Sendable {
        case cortexM(CortexM.CycleTable)
        case rv64(RV64.CycleTable)

        /// That of a Cortex-M, if it is one.
        public var cortexM: CortexM.CycleTable? {
            switch self {
            case .cortexM(let table): table
            case .rv64: nil
            }
        }

        /// The numbers that nobody printed or measured, in words.
        var assumed: [String] {
            switch self {
            case .cortexM(let table):
                CoreModel.assumed(
                    table.prices.map { ($0.key.rawValue, $0.value) } + table.rules.map { ($0.key.rawValue, $0.value) },
                    unit: "cycle")
            case .rv64(let table):
                CoreModel.assumed(
                    table.prices.map { ($0.key.rawValue, $0.value) }
                        + table.latencies.map { ("\($0.key.rawValue) latency", $0.value) }
                        + table.rules.map { ($0.key.rawValue, $0.value) }, unit: "cycle")
                    + CoreModel.assumed(table.sizes.map { ($0.key.rawValue, $0.value) }, unit: "")
            }
        }
    }

    private static func assumed(_ facts: [(String, TimingFact)], unit: String) -> [String] {
        facts.filter(\.1.isAssumed).sorted { $0.0 < $1.0 }.map { name, fact in
            let count = "\(fact.cycles)" + (unit.isEmpty ? "" : fact.cycles == 1 ? " \(unit)" : " \(unit)s")
            return "\(name): \(count) (\(fact.source))"
        }
    }

    /// The numbers of cores and accelerator that nobody printed or measured, in words.
    var assumed: [String] { table.assumed + (accelerator?.assumed ?? []) }

    // MARK: Reading

    /// Reads a cycle table: each timing class and each rule needs its cycles and its source.
    ///
    /// - Parameters:
    ///   - text: the file's contents; may be anything.
    ///   - fileName: for messages.
    ///   - family: the cores that it is for.
    public static func parse(
        _ text: String, fileName: String, family: CoreFamily = .cortexM
    ) throws(TargetError) -> CoreModel {
        let value = try Value(text: text, file: fileName)
        let common = ["name", "version", "sources", "classes", "rules"]
        let fields: Fields
        let table: Table
        switch family {
        case .cortexM:
            fields = try value.fields(common)
            table = .cortexM(
                CortexM.CycleTable(
                    prices: try facts(fields.required("classes").named("`classes`")),
                    rules: try facts(fields.required("rules").named("`rules`"))))
        case .rv64:
            fields = try value.fields(common + ["sizes"])
            let classes = try fields.required("classes").named("`classes`")
            table = .rv64(
                RV64.CycleTable(
                    prices: try facts(classes, also: ["latency"]),
                    latencies: try facts(classes, "latency", also: ["cycles"]),
                    rules: try facts(fields.required("rules").named("`rules`")),
                    sizes: try facts(fields.required("sizes").named("`sizes`"), "count", 0...65_536)))
        }
        return CoreModel(
            name: try fields.required("name").string(),
            version: try fields.required("version").integer(1...9999),
            sources: try fields.required("sources").strings(), table: table)
    }

    /// - Parameters:
    ///   - key: what the number is called.
    ///   - others: what else an entry has.
    private static func facts<Name: RawRepresentable<String> & CaseIterable & Hashable>(
        _ value: Value, _ key: String = "cycles", _ range: ClosedRange<Int> = 0...255, also others: [String] = []
    ) throws(TargetError) -> [Name: TimingFact] {
        let fields = try value.fields(Name.allCases.map(\.rawValue))
        var facts: [Name: TimingFact] = [:]
        for name in Name.allCases {
            let fact = try fields.required(name.rawValue).fields([key, "source"] + others)
            facts[name] = TimingFact(
                cycles: try fact.required(key).integer(range), source: try fact.required("source").string())
        }
        return facts
    }
}

/// An accelerator's cycle table with its identity.
public struct AcceleratorModel: Equatable, Sendable {
    public var name: String
    /// Rises with every change of a number.
    public var version: Int
    public var sources: [String]
    public var timings: KPUTimings

    var assumed: [String] {
        timings.facts.filter(\.value.isAssumed).sorted { $0.key.rawValue < $1.key.rawValue }.map { parameter, fact in
            "\(name) \(parameter.rawValue): \(fact.value) cycles (\(fact.source))"
        }
    }

    /// Reads the table; each parameter needs its value and its source.
    public static func parse(_ text: String, fileName: String) throws(TargetError) -> AcceleratorModel {
        let fields = try Value(text: text, file: fileName).fields(["name", "version", "sources", "facts"])
        let list = try fields.required("facts").named("`facts`").fields(KPUTimings.Parameter.allCases.map(\.rawValue))
        var facts: [KPUTimings.Parameter: KPUTimings.Fact] = [:]
        for parameter in KPUTimings.Parameter.allCases {
            let fact = try list.required(parameter.rawValue).fields(["value", "source"])
            facts[parameter] = KPUTimings.Fact(
                value: try fact.required("value").number(0...1_000_000), source: try fact.required("source").string())
        }
        return AcceleratorModel(
            name: try fields.required("name").string(), version: try fields.required("version").integer(1...9999),
            sources: try fields.required("sources").strings(), timings: KPUTimings(facts))
    }
}
