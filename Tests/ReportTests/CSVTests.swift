import Profile
import Testing

@testable import Report

@Suite("The CSV report")
struct CSVTests {
    // The examples of RFC 4180, section 2, rules 5 to 7.
    @Test("Fields are quoted as RFC 4180 says")
    func quoting() {
        #expect(CSV.line(["aaa", "bbb", "ccc"]) == "aaa,bbb,ccc\r\n")
        #expect(CSV.line(["aaa", "b\r\nbb", "ccc"]) == "aaa,\"b\r\nbb\",ccc\r\n")
        #expect(CSV.line(["aaa", "b\"bb", "ccc"]) == "aaa,\"b\"\"bb\",ccc\r\n")
        #expect(CSV.line(["a,b", "", "\"\u{301}"]) == "\"a,b\",,\"\"\"\u{301}\"\r\n")
    }

    @Test("Every line of a table has as many fields as its header", arguments: CSV.Table.allCases)
    func rectangular(table: CSV.Table) {
        let columns = CSV.header(table).count
        let rows = CSV.rows(sample, table) + CSV.rows(twoHarts, table)
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy { $0.count == columns })
    }

    @Test("Layers: plain digits, empty where unknown, a column for every cause")
    func layers() {
        // 600,000 / 168 MHz as the shortest digits that give the same double: 1/280 = 0.0035714285714285713.
        #expect(
            CSV.encode(sample, .layers) == """
                index,name,invocations,discovery,cycles,interrupt_cycles,seconds,clock_hz,instructions,macs,\
                cycles_per_mac,ram_touched_bytes,flash_read_bytes,stack_peak_bytes,issue,refill,loadUse,fetchAlign,\
                flashWait,dataWait,instructionCache,dataCache,uncached,unaligned,busSlave,multiplier,divider,fp,\
                contention,exception,sleep,spin\r
                0,conv_1,1,marker,600000,1000,0.0035714285714285713,168000000,400000,480000,\
                1.25,12345,4096,256,450000,90000,60000,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\r
                1,softmax,2,kernelName,250000,0,0.001488095238095238,168000000,150000,,\
                ,,,,150000,60000,39000,0,0,0,0,0,0,0,0,0,0,1000,0,0,0,0\r

                """)
    }

    @Test("Causes: all of them, in the order of the schema, those without cycles too")
    func causes() {
        #expect(
            CSV.encode(sample, .causes) == "cause,cycles\r\nissue,700000\r\nrefill,150000\r\nloadUse,99900\r\n"
                + "fetchAlign,0\r\nflashWait,49000\r\ndataWait,0\r\ninstructionCache,0\r\n"
                + "dataCache,0\r\nuncached,0\r\nunaligned,0\r\nbusSlave,0\r\nmultiplier,0\r\n"
                + "divider,0\r\nfp,1000\r\ncontention,0\r\nexception,100\r\nsleep,0\r\nspin,0\r\n"
        )
    }
}
