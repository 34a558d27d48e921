/// The targets that are at hand: the texts of `targets/*.yaml` and `targets/cores/*.yaml`, by file name. It opens no
/// files itself.
public struct TargetLibrary: Sendable {
    private let targets: [String: String]
    private let cores: [String: String]

    /// - Parameters:
    ///   - targets: contents by file name, such as `stm32f4.yaml`.
    ///   - cores: contents by file name, such as `cortex-m4.yaml`.
    public init(targets: [String: String], cores: [String: String]) {
        self.targets = targets
        self.cores = cores
    }

    /// All targets that can be read, by name.
    public var descriptions: [TargetDescription] {
        targets.sorted { $0.key < $1.key }.compactMap { try? TargetDescription.parse($0.value, fileName: $0.key) }
    }

    /// The target with a name or an alias, whatever its case.
    ///
    /// - Throws: `noTarget` with the nearest names, or what is wrong with the file of that name.
    public func description(named name: String) throws(TargetError) -> TargetDescription {
        let wanted = name.lowercased()
        let file = "\(wanted).yaml"
        if let text = targets[file] { return try TargetDescription.parse(text, fileName: file) }
        let all = descriptions
        for description in all {
            if ([description.name] + description.aliases).contains(where: { $0.lowercased() == wanted }) {
                return description
            }
        }
        let known = all.flatMap { [$0.name] + $0.aliases }
        throw TargetError(
            file: "", line: nil,
            problem: .noTarget(name, nearest: Spelling.nearest(to: wanted, of: known), known: all.map(\.name)))
    }

    /// The cycle table of a target's core.
    public func coreModel(for description: TargetDescription) throws(TargetError) -> CoreModel {
        let name = description.core.type.table
        var model = try CoreModel.parse(
            try table(name, for: description), fileName: "\(name).yaml", family: description.core.type.family)
        if description.peripherals.contains(where: { $0.kind == .kpu }) {
            model.accelerator = try AcceleratorModel.parse(try table("kpu", for: description), fileName: "kpu.yaml")
        }
        return model
    }

    private func table(_ name: String, for description: TargetDescription) throws(TargetError) -> String {
        guard let text = cores["\(name).yaml"] else {
            throw TargetError(
                file: description.file, line: nil,
                problem: .unknownName(name, what: "cycle table", known: cores.keys.sorted()))
        }
        return text
    }
}
