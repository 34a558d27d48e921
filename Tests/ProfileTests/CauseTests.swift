import Foundation
import Profile
import Testing

@Suite("Causes of cycles")
struct CauseTests {
    @Test("The index of a cause is its position among all, and count is how many there are")
    func indexIsDense() {
        #expect(Cause.allCases.map(\.index) == Array(0..<Cause.count))
    }

    @Test("Names in saved profiles are those of the schema")
    func names() {
        #expect(
            Cause.allCases.map(\.rawValue) == [
                "issue", "refill", "loadUse", "fetchAlign", "flashWait", "dataWait", "instructionCache", "dataCache",
                "uncached", "unaligned", "busSlave", "multiplier", "divider", "fp", "contention", "exception", "sleep",
                "spin",
            ])
    }

    @Test("A column heading is at most seven characters")
    func shortLabels() {
        #expect(Cause.allCases.allSatisfy { $0.shortLabel.count <= 7 })
        #expect(Set(Cause.allCases.map(\.shortLabel)).count == Cause.count)
    }

    @Test("Every cause has a count of its own", arguments: Cause.allCases)
    func subscripts(cause: Cause) {
        var vector = CauseVector()
        vector[cause] = 7
        #expect(vector.total == 7)
        #expect(Cause.allCases.filter { vector[$0] != 0 } == [cause])
        #expect(CauseVector { $0 == cause ? 7 : 0 } == vector)
    }

    @Test("Adding and subtracting go cause by cause")
    func arithmetic() {
        let indices = CauseVector { $0.index }
        #expect(indices.total == 153)  // 0 + 1 + ... + 17
        #expect((indices + indices) == CauseVector { 2 * $0.index })
        #expect((indices - indices) == CauseVector())
        var sum = indices
        sum += indices
        sum -= indices
        #expect(sum == indices)
    }

    @Test("Adding never traps, whatever the counts are")
    func overflow() {
        let most = CauseVector { _ in .max }
        #expect((most + most).issue == -2)
        #expect((CauseVector() - CauseVector { _ in .min }).issue == .min)
    }

    @Test("A vector is saved as the causes that have cycles")
    func coding() throws {
        var vector = CauseVector()
        vector.refill = 3
        vector.issue = 10
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(vector), as: UTF8.self) == #"{"issue":10,"refill":3}"#)
        let decoded = try JSONDecoder().decode(CauseVector.self, from: Data(#"{"sleep":5}"#.utf8))
        #expect(decoded.sleep == 5 && decoded.total == 5)
    }
}
