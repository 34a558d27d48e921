import Foundation
import Profile
import Testing

@testable import Report

@Suite("The documented schema")
struct SchemaTests {
    private let document: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        document = try String(contentsOf: root.appending(path: "Documentation/ProfileSchema.md"), encoding: .utf8)
    }

    @Test("Every key that a profile can have is documented")
    func keys() throws {
        var profile = sample
        profile.functions[0].minCycles = 1
        profile.functions[0].maxCycles = 1
        profile.totals.causes = CauseVector { _ in 1 }
        let keys = Set(
            try (JSON.encode(profile) + JSON.encode(twoHarts)).matches(of: /"([A-Za-z0-9]+)" :/).map { String($0.1) })
        #expect(keys.count > 80)
        for key in keys {
            #expect(document.contains(try Regex("[`.]\(key)[`.]")), "\(key) is not in ProfileSchema.md")
        }
    }

    @Test("Every outcome, discovery, kind of memory and CSV table is documented")
    func values() {
        let values =
            Outcome.Kind.allCases.map(\.rawValue) + LayerProfile.Discovery.allCases.map(\.rawValue)
            + MemoryProfile.Kind.allCases.map(\.rawValue) + CSV.Table.allCases.map(\.rawValue)
        for value in values {
            #expect(document.contains("`\(value)`"), "\(value) is not in ProfileSchema.md")
        }
    }

    @Test("The documented version is the one that is written")
    func version() {
        #expect(document.contains("`\(RunProfile.Schema.current.name)`, version \(RunProfile.Schema.current.version)."))
    }
}
