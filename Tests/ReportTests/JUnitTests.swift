import Testing

@testable import Report

@Suite("The JUnit report")
struct JUnitTests {
    @Test("A suite counts its tests and names what failed")
    func suite() {
        let tests = [
            JUnit.Test(name: "kws", verdict: .passed, seconds: 0.25),
            JUnit.Test(name: "digits", verdict: .failed, message: "slower: conv\nfaster: pool", seconds: 1),
            JUnit.Test(name: "vww", verdict: .error, message: "no golden file", seconds: 0),
            JUnit.Test(name: "sine", verdict: .skipped, message: "k210 only", seconds: 0),
            JUnit.Test(name: "resnet8", verdict: .passed, message: "faster", seconds: 0.000_000_4),
        ]
        #expect(
            JUnit.encode(tests, suite: "firmware on stm32f4") == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites>
                  <testsuite name="firmware on stm32f4" tests="5" failures="1" errors="1" skipped="1" time="1.250000">
                    <testcase classname="firmware on stm32f4" name="kws" time="0.250000"/>
                    <testcase classname="firmware on stm32f4" name="digits" time="1.000000">
                      <failure message="slower: conv">slower: conv
                faster: pool</failure>
                    </testcase>
                    <testcase classname="firmware on stm32f4" name="vww" time="0.000000">
                      <error message="no golden file">no golden file</error>
                    </testcase>
                    <testcase classname="firmware on stm32f4" name="sine" time="0.000000">
                      <skipped message="k210 only"/>
                    </testcase>
                    <testcase classname="firmware on stm32f4" name="resnet8" time="0.000000">
                      <system-out>faster</system-out>
                    </testcase>
                  </testsuite>
                </testsuites>

                """)
    }

    @Test("Text and attributes are escaped; what XML 1.0 forbids is replaced")
    func escaping() {
        #expect(JUnit.text("a<b>&\"]]>\r") == "a&lt;b&gt;&amp;\"]]&gt;&#13;")
        #expect(JUnit.attribute("a<b>&\"\t\n") == "a&lt;b&gt;&amp;&quot;&#9;&#10;")
        #expect(JUnit.text("\u{0}\u{1B}\u{FFFE}") == "\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test("A time that is no number is written as 0")
    func time() {
        let text = JUnit.encode([.init(name: "a", verdict: .passed, seconds: .nan)], suite: "s")
        #expect(text.contains("name=\"a\" time=\"0\"/>"))
    }
}
