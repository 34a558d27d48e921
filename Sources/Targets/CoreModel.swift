import CortexM

/// A core's cycle table with its identity: a file in `targets/cores/`.
public struct CoreModel: Equatable, Sendable {
    public var name: String
    /// Rises with every change of a number.
    public var version: Int
    public var sources: [String]
    public var table: CycleTable

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
            table: CycleTable(
                prices: try facts(fields.required("classes").named("`classes`")),
                rules: try facts(fields.required("rules").named("`rules`"))))
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
