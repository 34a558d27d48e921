import CortexM

/// A core's cycle table with its identity: a file in `targets/cores/`.
public struct CoreModel: Equatable, Sendable {
    public var name: String
    /// Rises with every change of a number.
    public var version: Int
    public var sources: [String]
    public var table: Table

    /// What instructions take, in the form of each family of cores.
    public enum Table: Equatable, Sendable {
        case cortexM(CycleTable)

        /// That of a Cortex-M, if it is one.
        public var cortexM: CycleTable? {
            switch self {
            case .cortexM(let table): table
            }
        }

        /// How many of its numbers nobody printed or measured.
        public var assumedCount: Int {
            switch self {
            case .cortexM(let table): table.assumedCount
            }
        }

        /// Those numbers, in words.
        var assumed: [String] {
            switch self {
            case .cortexM(let table):
                let classes = table.prices.filter(\.value.isAssumed).map { ($0.key.rawValue, $0.value) }
                let rules = table.rules.filter(\.value.isAssumed).map { ($0.key.rawValue, $0.value) }
                return (classes + rules).sorted { $0.0 < $1.0 }.map { name, fact in
                    "\(name): \(fact.cycles) \(fact.cycles == 1 ? "cycle" : "cycles") (\(fact.source))"
                }
            }
        }
    }

    /// Reads a cycle table: each timing class and each rule needs its cycles and its source.
    ///
    /// - Parameters:
    ///   - text: the file's contents; may be anything.
    ///   - fileName: for messages.
    public static func parse(_ text: String, fileName: String) throws(TargetError) -> CoreModel {
        let fields = try Value(text: text, file: fileName).fields(["name", "version", "sources", "classes", "rules"])
        return CoreModel(
            name: try fields.required("name").string(),
            version: try fields.required("version").integer(1...9999),
            sources: try fields.required("sources").strings(),
            table: .cortexM(
                CycleTable(
                    prices: try facts(fields.required("classes").named("`classes`")),
                    rules: try facts(fields.required("rules").named("`rules`")))))
    }

    private static func facts<Name: RawRepresentable<String> & CaseIterable & Hashable>(
        _ value: Value
    ) throws(TargetError) -> [Name: CycleTable.Fact] {
        let fields = try value.fields(Name.allCases.map(\.rawValue))
        var facts: [Name: CycleTable.Fact] = [:]
        for name in Name.allCases {
            let fact = try fields.required(name.rawValue).fields(["cycles", "source"])
            facts[name] = CycleTable.Fact(
                cycles: try fact.required("cycles").integer(0...255), source: try fact.required("source").string())
        }
        return facts
    }
}
