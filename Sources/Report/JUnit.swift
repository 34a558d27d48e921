import Profile

/// Verdicts over tests as the XML that continuous integration reads, in the form of the Apache Ant task.
public enum JUnit {
    public enum Verdict: Equatable, Sendable {
        case passed
        case failed
        /// The test could not be judged.
        case error
        case skipped
    }

    public struct Test: Equatable, Sendable {
        public var name: String
        public var verdict: Verdict
        /// What there is to say, also of a test that passed; its first line becomes the failure's headline.
        public var message: String
        /// Simulated time, never that of the host.
        public var seconds: Double

        public init(name: String, verdict: Verdict, message: String = "", seconds: Double) {
            self.name = name
            self.verdict = verdict
            self.message = message
            self.seconds = seconds
        }
    }

    /// One suite with all tests in their order.
    public static func encode(_ tests: [Test], suite: String) -> String {
        func count(_ verdict: Verdict) -> Int { tests.filter { $0.verdict == verdict }.count }
        let counts =
            "tests=\"\(tests.count)\" failures=\"\(count(.failed))\" errors=\"\(count(.error))\""
            + " skipped=\"\(count(.skipped))\" time=\"\(time(tests.map(\.seconds).reduce(0, +)))\""
        let name = attribute(suite)
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites>
              <testsuite name="\(name)" \(counts)>
            \(tests.map { element($0, className: name) }.joined())  </testsuite>
            </testsuites>

            """
    }

    private static func element(_ test: Test, className: String) -> String {
        let open =
            "    <testcase classname=\"\(className)\" name=\"\(attribute(test.name))\""
            + " time=\"\(time(test.seconds))\""
        let headline = attribute(test.message.split(whereSeparator: \.isNewline).first.map(String.init) ?? "")
        let body = text(test.message)
        return switch test.verdict {
        case .passed:
            test.message.isEmpty
                ? "\(open)/>\n"
                : "\(open)>\n      <system-out>\(body)</system-out>\n    </testcase>\n"
        case .failed:
            "\(open)>\n      <failure message=\"\(headline)\">\(body)</failure>\n    </testcase>\n"
        case .error:
            "\(open)>\n      <error message=\"\(headline)\">\(body)</error>\n    </testcase>\n"
        case .skipped:
            "\(open)>\n      <skipped message=\"\(headline)\"/>\n    </testcase>\n"
        }
    }

    /// Seconds to the microsecond, without separators.
    private static func time(_ seconds: Double) -> String {
        let text = Numeral.fixed(seconds, places: 6)
        return text == Numeral.unknown ? "0" : text.filter { $0 != "," }
    }

    static func text(_ string: String) -> String {
        escaped(string) { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            // A bare CR would be read back as LF (XML 1.0, section 2.11).
            case "\r": "&#13;"
            default: nil
            }
        }
    }

    static func attribute(_ string: String) -> String {
        escaped(string) { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            // White space in attributes is read back as spaces otherwise (XML 1.0, section 3.3.3).
            case "\t": "&#9;"
            case "\n": "&#10;"
            case "\r": "&#13;"
            default: nil
            }
        }
    }

    private static func escaped(_ string: String, _ replacement: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        for scalar in string.unicodeScalars {
            if let replacement = replacement(scalar) {
                result += replacement
            } else {
                result.unicodeScalars.append(isCharacter(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return result
    }

    /// `Char` of XML 1.0, section 2.2; no escape makes the others legal.
    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
