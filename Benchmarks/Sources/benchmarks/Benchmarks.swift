import Foundation

/// Measures the simulator's own speed. Runs in the root of the repository, where `.build/release/simulate` is.
///
///     benchmarks speed             beside QEMU
///     benchmarks count [--accept]  host instructions, against Benchmarks/golden.json
@main
struct Benchmarks {
    static func main() {
        do {
            switch CommandLine.arguments.dropFirst() {
            case ["speed"]: try Speed.run(writing: URL(fileURLWithPath: ".build/speed.json"))
            case ["count"]: try Count.run(golden: golden, accepting: false)
            case ["count", "--accept"]: try Count.run(golden: golden, accepting: true)
            default: throw BenchmarkError.usage
            }
        } catch {
            FileHandle.standardError.write(Data("benchmarks: \(error)\n".utf8))
            exit(1)
        }
    }

    private static var golden: URL { URL(fileURLWithPath: "Benchmarks/golden.json") }
}
