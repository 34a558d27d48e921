import FoundationEssentials
import Targets

/// Where the target files are, and the one a user names.
enum TargetFiles {
    /// The library of all targets that were found.
    static func library() throws(Failure) -> TargetLibrary {
        guard let folder else {
            throw .badInput(
                "the folder with the targets was not found; set SIMULATE_TARGETS to the folder 'targets' of the "
                    + "source tree")
        }
        return TargetLibrary(targets: texts(in: folder), cores: texts(in: folder + "/cores"))
    }

    /// The description that a name, an alias or a path stands for, with the cycle table of its core.
    static func find(_ name: String) throws(Failure) -> (TargetDescription, CoreModel) {
        let library = try library()
        let isPath = name.hasSuffix(".yaml") || name.contains("/")
        let text = isPath ? String(decoding: try Files.read(name, what: "target file"), as: UTF8.self) : ""
        do throws(TargetError) {
            let description =
                isPath
                ? try TargetDescription.parse(text, fileName: name) : try library.description(named: name)
            return (description, try library.coreModel(for: description))
        } catch {
            throw .badInput("\(error)")
        }
    }

    /// The firmware that runs bare networks on the K210.
    static func runner() throws(Failure) -> String {
        let name = "firmware/kmodel/kmodel.k210.elf"
        let places = [folder.map { $0 + "/../" + name }, folder.map { $0 + "/kmodel.k210.elf" }].compactMap { $0 }
        guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw .badInput(
                "the runner of networks was not found; \(name) of the source tree belongs beside the folder 'targets'")
        }
        return found
    }

    /// SIMULATE_TARGETS, or beside the installed program, or in the source tree that it was built in.
    private static let folder: String? = {
        if let given = Environment["SIMULATE_TARGETS"] { return given }
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var candidates = [program.deletingLastPathComponent().appendingPathComponent("../share/simulate/targets")]
        var parent = program.deletingLastPathComponent()
        for _ in 0..<5 {
            candidates.append(parent.appendingPathComponent("targets"))
            parent.deleteLastPathComponent()
        }
        return candidates.map(\.standardizedFileURL.path).first {
            FileManager.default.fileExists(atPath: $0 + "/cores")
        }
    }()

    private static func texts(in folder: String) -> [String: String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var texts: [String: String] = [:]
        for name in names where name.hasSuffix(".yaml") {
            if let data = FileManager.default.contents(atPath: folder + "/" + name) {
                texts[name] = String(decoding: data, as: UTF8.self)
            }
        }
        return texts
    }
}
