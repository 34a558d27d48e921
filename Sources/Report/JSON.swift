import FoundationEssentials
import Profile

/// A profile as JSON: the schema is in Documentation/ProfileSchema.md. Keys are sorted, so that the same profile gives
/// the same bytes.
public enum JSON {
    /// Why something is not a profile that can be read, or written.
    public enum Failure: Error, Equatable, Sendable {
        /// Not JSON at all, or cut off, or not an object.
        case notJSON
        /// JSON of some other kind; `schema` is what it calls itself.
        case foreign(schema: String?)
        /// Written by a newer version.
        case newer(version: Int)
        /// A version that never was.
        case unknownVersion(Int)
        /// A key that is missing, or a value of the wrong type or out of range; `key` is like `layers[3].cycles`.
        case malformed(key: String, problem: String)
        /// Every value can be read but they cannot all be true.
        case contradictory(String)
        /// The profile holds a number that JSON cannot hold.
        case notRepresentable
    }

    /// - Throws: `.notRepresentable` if a number is infinite or not a number.
    public static func encode(_ profile: RunProfile) throws(Failure) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(profile), as: UTF8.self) + "\n"
        } catch {
            throw .notRepresentable
        }
    }

    public static func decode(_ bytes: some Sequence<UInt8>) throws(Failure) -> RunProfile {
        let data = Data(bytes)
        try checkSchema(data)
        let profile: RunProfile
        do {
            profile = try JSONDecoder().decode(RunProfile.self, from: data)
        } catch let error as DecodingError {
            throw failure(error)
        } catch {
            throw .notJSON
        }
        if let contradiction = profile.contradictions().first {
            throw .contradictory(contradiction)
        }
        return profile
    }

    private struct Header: Decodable {
        var schema: Schema?

        struct Schema: Decodable {
            var name: String
            var version: Int
        }
    }

    private static func checkSchema(_ data: Data) throws(Failure) {
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: data)
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            throw .notJSON
        } catch DecodingError.typeMismatch(_, let context) where context.codingPath.isEmpty {
            throw .notJSON
        } catch {
            throw .foreign(schema: nil)
        }
        let current = RunProfile.Schema.current
        guard let schema = header.schema, schema.name == current.name else {
            throw .foreign(schema: header.schema?.name)
        }
        if schema.version > current.version { throw .newer(version: schema.version) }
        if schema.version < 1 { throw .unknownVersion(schema.version) }
    }

    private static func failure(_ error: DecodingError) -> Failure {
        switch error {
        case .keyNotFound: .malformed(key: error.keyPath, problem: "is missing")
        case .valueNotFound: .malformed(key: error.keyPath, problem: "is null")
        case .typeMismatch: .malformed(key: error.keyPath, problem: "has the wrong type")
        // The decoder does not say where a number is that no `Int` or `Double` can hold.
        case .dataCorrupted where error.keyPath.isEmpty: .malformed(key: "a number", problem: "cannot be read")
        case .dataCorrupted: .malformed(key: error.keyPath, problem: "has a value that it cannot have")
        @unknown default: .notJSON
        }
    }
}

extension JSON.Failure: CustomStringConvertible {
    /// One sentence, to follow the name of the file and a colon.
    public var description: String {
        switch self {
        case .notJSON:
            "this is not a profile: it is no JSON object, or it was cut off"
        case .foreign(nil):
            "this is not a profile: no \"schema\" says that it is one"
        case .foreign(let name?):
            "this is not a profile: its schema is \"\(name.printable.shortened(to: 60))\""
        case .newer(let version):
            "this profile has schema version \(version), newer than the version "
                + "\(RunProfile.Schema.current.version) that this simulator reads"
        case .unknownVersion(let version):
            "this profile has schema version \(version), which does not exist"
        case .malformed(let key, let problem):
            "this profile is damaged: \(key.printable.shortened(to: 80)) \(problem)"
        case .contradictory(let contradiction):
            "this profile is damaged: \(contradiction.printable.shortened(to: 200))"
        case .notRepresentable:
            "the profile holds a number that is infinite or no number"
        }
    }
}
