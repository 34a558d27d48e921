import FoundationEssentials

/// Where golden numbers lie: `golden.<target>.json` beside a firmware that is alone in its folder, or there only with
/// itself built for other targets (`hello.stm32f4.elf`, `hello.k210.elf`); `<name>.golden.<target>.json` beside one of
/// several. The name is that of the ELF file without `.elf`, and without
/// the target where it ends with that.
enum GoldenFiles {
    struct Test {
        let file: String
        /// `nil` if there are no golden numbers to compare with.
        let target: String?
        let golden: String
        let exists: Bool
    }

    /// The targets that a firmware is tested on; one test without a target if there are none.
    ///
    /// - Parameters:
    ///   - target: the only one of interest.
    ///   - mayBeNew: golden numbers for it are to be written.
    static func tests(of file: String, on target: String?, mayBeNew: Bool) -> [Test] {
        let url = URL(fileURLWithPath: file)
        let folder = url.deletingLastPathComponent().path
        let name = url.pathExtension == "elf" ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let firmware = names.filter { $0.hasSuffix(".elf") }
        /// Whether it is the only firmware in the folder that a target's golden numbers could belong to.
        func isAlone(on target: String) -> Bool {
            guard firmware.count > 1 else { return true }
            guard name.hasSuffix("." + target) else { return false }
            // `hello.stm32f4.elf` beside `hello.k210.elf`: one program, built for two targets.
            let program = name.dropLast(target.count)
            return firmware.allSatisfy { $0.hasPrefix(program) }
        }
        var tests: [Test] = []
        for candidate in names.sorted() {
            guard let found = self.target(of: candidate, for: name, isAlone), target ?? found == found else { continue }
            tests.append(Test(file: file, target: found, golden: "\(folder)/\(candidate)", exists: true))
        }
        if tests.isEmpty, mayBeNew, let target {
            let short = name.hasSuffix("." + target) ? String(name.dropLast(target.count + 1)) : name
            let new = (isAlone(on: target) ? "" : short + ".") + "golden.\(target).json"
            tests.append(Test(file: file, target: target, golden: "\(folder)/\(new)", exists: false))
        }
        return tests.isEmpty ? [Test(file: file, target: nil, golden: "", exists: false)] : tests
    }

    /// The target that a file has golden numbers for, if it belongs to the firmware of that name.
    private static func target(
        of candidate: String, for name: String, _ isAlone: (_ target: String) -> Bool
    ) -> String? {
        guard candidate.hasSuffix(".json") else { return nil }
        let stem = candidate.dropLast(".json".count)
        if stem.hasPrefix("golden.") {
            let target = String(stem.dropFirst("golden.".count))
            return isAlone(target) ? target : nil
        }
        guard let middle = stem.ranges(of: ".golden.").last else { return nil }
        let owner = String(stem[..<middle.lowerBound])
        let target = String(stem[middle.upperBound...])
        return owner == name || "\(owner).\(target)" == name ? target : nil
    }
}
