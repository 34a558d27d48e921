import Foundation

/// Measures the simulator's own speed. Runs in the root of the repository, where `.build/release/simulate` is.
///
///     benchmarks speed             beside QEMU; writes .build/speed.json
///     benchmarks count [--accept]  host instructions, against Benchmarks/golden.json
@main
struct Benchmarks {
    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            switch options.task {
            case .speed: try Speed.run(options, writing: URL(fileURLWithPath: ".build/speed.json"))
            case .count: try Count.run(options, golden: URL(fileURLWithPath: "Benchmarks/golden.json"))
            }
        } catch {
            FileHandle.standardError.write(Data("benchmarks: \(error)\n".utf8))
            exit(1)
        }
    }
}
