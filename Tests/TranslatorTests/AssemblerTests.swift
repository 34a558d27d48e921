#if arch(x86_64)
import Foundation
import Testing

@testable import Translator

/// The encoder against GNU objdump.
struct AssemblerTests {
    private typealias Register = Assembler.Register

    private static func name(_ register: Register, _ size: Assembler.Size = .doubleword) -> String {
        let number = Int(register.rawValue)
        let letters = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"]
        guard number < 8 else {
            let suffix =
                switch size {
                case .byte: "b"
                case .halfword: "w"
                case .word: "d"
                case .doubleword: ""
                }
            return "r\(number)\(suffix)"
        }
        return switch size {
        case .byte: number < 4 ? "\(letters[number].prefix(1))l" : letters[number] + "l"
        case .halfword: letters[number]
        case .word: "e" + letters[number]
        case .doubleword: "r" + letters[number]
        }
    }

    private static func name(_ memory: Assembler.Memory) -> String {
        var text = "[\(name(memory.base))"
        if let index = memory.index { text += "+\(name(index))*\(memory.scale)" }
        let displacement = memory.displacement
        let base = memory.base.rawValue & 7
        if displacement != 0 || base == 5 {
            text += displacement < 0 ? "-" : "+"
            text += "0x" + String(displacement.magnitude, radix: 16)
        }
        return text + "]"
    }

    private static let memories: [Assembler.Memory] = {
        var all: [Assembler.Memory] = []
        for base in Register.allCases {
            for displacement: Int32 in [0, 1, -128, 127, 128, -576, .max] { all.append(.init(base, displacement)) }
            for index in Register.allCases where index != .rsp {
                for scale in [1, 2, 4, 8] { all.append(.init(base, index: index, scale: scale, 0x12345)) }
            }
        }
        return all
    }()

    @Test("Every instruction that the emitter uses is what objdump reads") func everyInstruction() throws {
        var assembler = Assembler()
        var expected: [Int: String] = [:]
        func write(_ text: String, _ body: (inout Assembler) -> Void) {
            expected[assembler.bytes.count] = text
            body(&assembler)
        }
        typealias T = AssemblerTests
        for (number, memory) in T.memories.enumerated() {
            let d = Register.allCases[number % 16]
            let m = T.name(memory)
            write("mov \(T.name(d)),QWORD PTR \(m)") { $0.load(.int64, d, .memory(memory)) }
            write("movzx \(T.name(d, .word)),BYTE PTR \(m)") { $0.load(.uint8, d, .memory(memory)) }
            write("movsx \(T.name(d)),WORD PTR \(m)") { $0.load(.int16, d, .memory(memory)) }
            write("movsxd \(T.name(d)),DWORD PTR \(m)") { $0.load(.int32, d, .memory(memory)) }
            write("mov BYTE PTR \(m),\(T.name(d, .byte))") { $0.store(.byte, d, memory) }
            write("mov WORD PTR \(m),\(T.name(d, .halfword))") { $0.store(.halfword, d, memory) }
            write("mov QWORD PTR \(m),\(T.name(d))") { $0.store(.doubleword, d, memory) }
            write("mov WORD PTR \(m),0x1234") { $0.store(.halfword, constant: 0x1234, memory) }
            write("lea \(T.name(d)),\(m)") { $0.lea(d, memory) }
            write("add \(T.name(d)),QWORD PTR \(m)") { $0.arithmetic(.add, d, .memory(memory)) }
            write("cmp QWORD PTR \(m),\(T.name(d))") { $0.arithmetic(.cmp, memory, d) }
            write("test BYTE PTR \(m),0x2") { $0.testByte(memory, constant: 2) }
            write("cmp BYTE PTR \(m),0x2") { $0.compareByte(memory, constant: 2) }
            write("bsr \(T.name(d)),QWORD PTR \(m)") { $0.highestBit(d, .memory(memory)) }
            write("jmp QWORD PTR \(m)") { $0.jump(.memory(memory)) }
            if memory.index == nil {
                write("movss xmm3,DWORD PTR \(m)") { $0.loadFloat(3, memory, wide: false) }
                write("mulsd xmm3,QWORD PTR \(m)") { $0.float(.multiply, 3, memory, wide: true) }
                write("ucomisd xmm3,QWORD PTR \(m)") { $0.compareFloat(3, memory, wide: true) }
                write("cvttss2si \(T.name(d)),DWORD PTR \(m)") { $0.convert(d, memory, wide: false, truncates: true) }
                write("vfnmadd213ss xmm0,xmm1,DWORD PTR \(m)") {
                    $0.fused(0, 1, memory, wide: false, negatesProduct: true, negatesSum: false)
                }
                write("vfmsub213sd xmm0,xmm1,QWORD PTR \(m)") {
                    $0.fused(0, 1, memory, wide: true, negatesProduct: false, negatesSum: true)
                }
            }
        }
        for d in Register.allCases {
            for s in Register.allCases {
                let (dn, sn) = (T.name(d), T.name(s))
                write("mov \(dn),\(sn)") { $0.mov(d, s) }
                write("movzx \(T.name(d, .word)),\(T.name(s, .byte))") { $0.load(.uint8, d, .register(s)) }
                write("movsxd \(dn),\(T.name(s, .word))") { $0.load(.int32, d, .register(s)) }
                write("sub \(T.name(d, .word)),\(T.name(s, .word))") {
                    $0.arithmetic(.sub, d, .register(s), wide: false)
                }
                write("imul \(dn),\(sn)") { $0.multiply(d, .register(s)) }
                write("test \(dn),\(sn)") { $0.test(d, s) }
                write("test \(T.name(d, .byte)),\(T.name(s, .byte))") { $0.testLowByte(d, s) }
            }
            let dn = T.name(d)
            write("movabs \(dn),0x123456789abcdef0") { $0.mov(d, constant: 0x1234_5678_9ABC_DEF0) }
            write("mov \(T.name(d, .word)),0x89abcdef") { $0.mov(d, constant: 0x89AB_CDEF) }
            write("mov \(dn),0xfffffffffffffffe") { $0.mov(d, constant: -2) }
            write("xor \(T.name(d, .word)),\(T.name(d, .word))") { $0.mov(d, constant: 0) }
            write("and \(dn),0xfffffffffffffffe") { $0.arithmetic(.and, .register(d), constant: -2) }
            write("sbb \(dn),0x0") { $0.arithmetic(.sbb, .register(d), constant: 0) }
            for shift in Assembler.Shift.allCases {
                write("\(shift) \(dn),0x3") { $0.shift(shift, d, by: 3) }
                write("\(shift) \(T.name(d, .word)),cl") { $0.shift(shift, d, wide: false) }
            }
            write("setae \(T.name(d, .byte))") { $0.set(.aboveOrEqual, d) }
            write("div \(dn)") { $0.divide(.register(d)) }
            write("div \(T.name(d, .word))") { $0.divide(.register(d), wide: false) }
            write("bsr \(dn),\(dn)") { $0.highestBit(d, .register(d)) }
            write("imul \(dn)") { $0.multiplyFull(isSigned: true, .register(d)) }
            write("push \(dn)") { $0.push(d) }
            write("pop \(dn)") { $0.pop(d) }
            write("call \(dn)") { $0.call(.register(d)) }
            write("movd \(T.name(d, .word)),xmm1") { $0.moveBits(d, 1, wide: false) }
            write("movq \(dn),xmm1") { $0.moveBits(d, 1, wide: true) }
            write("cvtsi2sd xmm1,\(dn)") { $0.convert(1, d, wide: true, from: true) }
            write("cvtsi2ss xmm1,\(T.name(d, .word))") { $0.convert(1, d, wide: false, from: false) }
        }
        T.singles { text, body in write(text, body) }
        let theirs = try T.objdump(assembler.bytes)
        var failures = 0
        for (place, text) in expected.sorted(by: { $0.key < $1.key }) where failures < 10 {
            let other = theirs[place] ?? "nothing"
            if other != text {
                failures += 1
                Issue.record("\(text): objdump says \(other)")
            }
        }
    }

    /// Single precision in vector registers.
    private static func singles(_ write: (String, (inout Assembler) -> Void) -> Void) {
        let memory = Assembler.Memory(.rbx, -0x90)
        let places: [Assembler.Memory] = [
            memory, .init(.r13), .init(.rcx, index: .rax), .init(.rcx, index: .r9), .init(.r12, index: .rax, 0x12345),
        ]
        for d in Assembler.Vector(0)..<16 {
            for place in places {
                let text = name(place)
                write("movss DWORD PTR \(text),xmm\(d)") { $0.storeFloat(d, place) }
                write("sqrtss xmm\(d),DWORD PTR \(text)") { $0.single(.squareRoot, d, .memory(place)) }
                write("vdivss xmm\(d),xmm\(15 - d),DWORD PTR \(text)") { $0.single(.divide, d, 15 - d, .memory(place)) }
                write("ucomiss xmm\(d),DWORD PTR \(text)") { $0.compareSingle(d, .memory(place)) }
                write("cvtss2sd xmm\(d),DWORD PTR \(text)") { $0.widen(d, .memory(place)) }
                for fused in Assembler.Fused.allCases {
                    write("\(fused) xmm\(d),xmm\(15 - d),DWORD PTR \(text)") {
                        $0.fused(fused, d, 15 - d, .memory(place))
                    }
                }
            }
            for s in Assembler.Vector(0)..<16 {
                write("movaps xmm\(d),xmm\(s)") { $0.copy(d, s) }
                write("subss xmm\(d),xmm\(s)") { $0.single(.subtract, d, .vector(s)) }
                write("vmulss xmm\(d),xmm\(s),xmm\(15 - s)") { $0.single(.multiply, d, s, .vector(15 - s)) }
                write("ucomiss xmm\(d),xmm\(s)") { $0.compareSingle(d, .vector(s)) }
                for operation in Assembler.Bitwise.allCases {
                    write("\(operation) xmm\(d),xmm\(s)") { $0.bitwise(operation, d, s) }
                }
                for conversion in Assembler.LaneConversion.allCases {
                    write("\(conversion) xmm\(d),xmm\(s)") { $0.convertLanes(conversion, d, s) }
                }
                for fused in Assembler.Fused.allCases {
                    write("\(fused) xmm\(d),xmm\(15 - s),xmm\(s)") { $0.fused(fused, d, 15 - s, .vector(s)) }
                }
                let general = Register.allCases[Int(s)]
                write("movd xmm\(d),\(name(general, .word))") { $0.moveBits(d, from: general) }
                write("movd \(name(general, .word)),xmm\(d)") { $0.moveBits(general, d, wide: false) }
                write("cvttss2si \(name(general)),xmm\(d)") { $0.integer(general, .vector(d), truncates: true) }
            }
            write("pslld xmm\(d),0x1f") { $0.shiftLanes(left: true, d, by: 31) }
            write("psrld xmm\(d),0x1") { $0.shiftLanes(left: false, d, by: 1) }
        }
    }

    /// The lines of a flat binary by address.
    private static func objdump(_ code: [UInt8]) throws -> [Int: String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let binary = folder.appendingPathComponent("code.bin")
        try Data(code).write(to: binary)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "objdump", "-D", "-z", "-w", "-b", "binary", "-mi386:x86-64", "-Mintel", "--no-show-raw-insn", binary.path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        var lines: [Int: String] = [:]
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let columns = line.split(separator: "\t")
            guard columns.count == 2, let address = Int(columns[0].drop { $0 == " " }.prefix { $0 != ":" }, radix: 16)
            else { continue }
            lines[address] = columns[1].split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        return lines
    }
}
#endif
