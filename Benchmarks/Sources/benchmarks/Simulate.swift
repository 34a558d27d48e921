import Foundation

/// The engines of this simulator.
enum Engine: String, CaseIterable, Codable { case translator, interpreter }

/// This simulator.
enum Simulate {
    static let program = ".build/release/simulate"

    /// Exact cycles and all of the profile, which is the output.
    ///
    /// - Parameter cycles: where to stop; the exit code is then 124.
    static func command(
        _ elf: String, _ target: Target, _ engine: Engine, maxCycles cycles: Int? = nil, program: String = program
    ) -> Command {
        let limit = cycles.map { ["--max-cycles", "\($0)"] } ?? []
        return Command(
            words: [
                program, "profile", elf, "--target", target.rawValue, "--engine", engine.rawValue, "--format", "json",
            ] + limit)
    }

    /// How many guest instructions a run executed, by its profile.
    ///
    /// - Throws: `BenchmarkError.unreadable`.
    static func instructions(_ answer: Answer) throws -> Int {
        struct Profile: Decodable {
            struct Totals: Decodable { let instructions: Int }
            let totals: Totals
        }
        guard let start = answer.output.firstIndex(of: "{"),
            let profile = try? JSONDecoder().decode(Profile.self, from: Data(answer.output[start...].utf8))
        else { throw BenchmarkError.unreadable("a profile") }
        return profile.totals.instructions
    }
}
