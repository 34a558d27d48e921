import Bits
import Machine

/// The AES accelerator of the K210 (`aes.h` and `aes.c` of Kendryte's standalone SDK): ECB, CBC and GCM with keys of
/// 128, 192 and 256 bits.
///
/// Keys and initialisation vectors are stored with the last word first, as the driver writes them. One round per cycle
/// of its clock is assumed; the real rate is not published.
public final class AESAccelerator: RegisterMap {
    public enum Register: RawRepresentable {
        case aes_key(Int), encrypt_sel, mode_ctl, aes_iv(Int), aes_endian, aes_finish, dma_sel, gb_aad_num, gb_pc_num
        case aes_text_data, aes_aad_data, tag_chk, data_in_flag, gcm_in_tag(Int), aes_out_data, gb_aes_en
        case data_out_flag, tag_in_flag, tag_clear, gcm_out_tag(Int), aes_key_ext(Int)

        public init?(rawValue: UInt32) {
            let index = Int(rawValue & 0xF) / 4
            switch rawValue {
            case 0x00...0x0C: self = .aes_key(index)
            case 0x10: self = .encrypt_sel
            case 0x14: self = .mode_ctl
            case 0x18...0x24: self = .aes_iv(Int(rawValue - 0x18) / 4)
            case 0x28: self = .aes_endian
            case 0x2C: self = .aes_finish
            case 0x30: self = .dma_sel
            case 0x34: self = .gb_aad_num
            case 0x3C: self = .gb_pc_num
            case 0x40: self = .aes_text_data
            case 0x44: self = .aes_aad_data
            case 0x48: self = .tag_chk
            case 0x4C: self = .data_in_flag
            case 0x50...0x5C: self = .gcm_in_tag(index)
            case 0x60: self = .aes_out_data
            case 0x64: self = .gb_aes_en
            case 0x68: self = .data_out_flag
            case 0x6C: self = .tag_in_flag
            case 0x70: self = .tag_clear
            case 0x74...0x80: self = .gcm_out_tag(Int(rawValue - 0x74) / 4)
            case 0x84...0x90: self = .aes_key_ext(Int(rawValue - 0x84) / 4)
            default: return nil
            }
        }

        public var rawValue: UInt32 {
            switch self {
            case .aes_key(let index): 4 * UInt32(index)
            case .encrypt_sel: 0x10
            case .mode_ctl: 0x14
            case .aes_iv(let index): 0x18 + 4 * UInt32(index)
            case .aes_endian: 0x28
            case .aes_finish: 0x2C
            case .dma_sel: 0x30
            case .gb_aad_num: 0x34
            case .gb_pc_num: 0x3C
            case .aes_text_data: 0x40
            case .aes_aad_data: 0x44
            case .tag_chk: 0x48
            case .data_in_flag: 0x4C
            case .gcm_in_tag(let index): 0x50 + 4 * UInt32(index)
            case .aes_out_data: 0x60
            case .gb_aes_en: 0x64
            case .data_out_flag: 0x68
            case .tag_in_flag: 0x6C
            case .tag_clear: 0x70
            case .gcm_out_tag(let index): 0x74 + 4 * UInt32(index)
            case .aes_key_ext(let index): 0x84 + 4 * UInt32(index)
            }
        }
    }

    /// Words on the way through, input and output together, from which on `data_in_flag` is 0. The driver puts in 20
    /// (80 bytes) before it takes any out.
    private static let depth = 32
    /// Words of output that are kept for firmware that goes on writing nevertheless.
    private static let limit = 1 << 16

    public let name: String
    public let notices: Notices
    /// Asserted while `dma_sel` is set and there is output.
    public let request = DMARequest("AES_RX")

    private let chip: Chip
    private let clock: () -> Double
    /// Key words 0 to 7, of which `aes_key_ext` are the last four.
    private var key = [UInt32](repeating: 0, count: 8)
    private var IV = [UInt32](repeating: 0, count: 4)
    private var tagIn = [UInt32](repeating: 0, count: 4)
    private var (encrypt_sel, mode_ctl, dma_sel, gb_aad_num, gb_pc_num): (UInt32, UInt32, UInt32, UInt32, UInt32) =
        (0, 0, 0, 0, 0)
    private var isLittleEndian = false
    private var isEnabled = false
    private var tag_chk: UInt32 = 0
    /// Made when the first data comes in.
    private var stream: AESStream?
    private var output: [UInt32] = []
    /// Output that is worked on, and the cycle at which it is ready.
    private var pending: [(words: [UInt32], ready: Cycles)] = []
    private var pendingWords = 0
    private var freeAt: Cycles = 0
    private var event: EventQueue.Event?

    /// - Parameter clock: the frequency of APB1 in Hz.
    public init(name: String = "AES", chip: Chip, clock: @escaping () -> Double) {
        self.name = name
        self.chip = chip
        self.clock = clock
        notices = chip.notices
    }

    // MARK: Registers

    public func reset() {
        key = Array(repeating: 0, count: 8)
        IV = Array(repeating: 0, count: 4)
        (encrypt_sel, mode_ctl, dma_sel, gb_aad_num, gb_pc_num, tag_chk) = (0, 0, 0, 0, 0, 0)
        (isLittleEndian, isEnabled) = (false, false)
        restart()
        update()
    }

    private func restart() {
        event?.cancel()
        (stream, freeAt) = (nil, 0)
        (output, pending, pendingWords, tagIn) = ([], [], 0, Array(repeating: 0, count: 4))
        tag_chk = 0
    }

    public func read(_ register: Register) -> UInt32 {
        switch register {
        // Keys do not come out again.
        case .aes_key, .aes_key_ext, .aes_text_data, .aes_aad_data, .tag_clear: return 0
        case .encrypt_sel: return encrypt_sel
        case .mode_ctl: return mode_ctl
        case .aes_iv(let index): return IV[index]
        case .aes_endian: return isLittleEndian ? 1 : 0
        case .aes_finish: return isFinished ? 1 : 0
        case .dma_sel: return dma_sel
        case .gb_aad_num: return gb_aad_num
        case .gb_pc_num: return gb_pc_num
        case .tag_chk: return tag_chk
        case .data_in_flag: return isEnabled && output.count + pendingWords < AESAccelerator.depth ? 1 : 0
        case .gcm_in_tag(let index): return tagIn[index]
        case .aes_out_data:
            defer { update() }
            return output.isEmpty ? 0 : output.removeFirst()
        case .gb_aes_en: return isEnabled ? 1 : 0
        case .data_out_flag: return output.isEmpty ? 0 : 1
        case .tag_in_flag: return isFinished ? 1 : 0
        case .gcm_out_tag(let index): return isFinished ? tagWord(index) : 0
        }
    }

    private var isFinished: Bool { isEnabled && pending.isEmpty && currentStream.isComplete }

    /// Word 3 holds the first four bytes of the tag, the first one on top.
    private func tagWord(_ index: Int) -> UInt32 {
        let tag = currentStream.tag
        return (0..<4).reduce(0) { $0 << 8 | UInt32(tag[4 * (3 - index) + $1]) }
    }

    public func write(_ register: Register, _ value: UInt32, lanes: UInt32) {
        switch register {
        case .aes_key(let index): key[index] = key[index].merging(value, lanes: lanes)
        case .aes_key_ext(let index): key[4 + index] = key[4 + index].merging(value, lanes: lanes)
        case .aes_iv(let index): IV[index] = IV[index].merging(value, lanes: lanes)
        case .encrypt_sel: encrypt_sel = encrypt_sel.merging(value, lanes: lanes) & 1
        case .mode_ctl:
            mode_ctl = mode_ctl.merging(value, lanes: lanes) & 0x7FF
            if mode_ctl.bits(10, 5) != 0 { notices.unmodelled("\(name)_mode_ctl: order of key, input or output") }
        case .aes_endian: if lanes.bit(0) { isLittleEndian = value.bit(0) }
        case .dma_sel: dma_sel = dma_sel.merging(value, lanes: lanes) & 1
        case .gb_aad_num: gb_aad_num = gb_aad_num.merging(value, lanes: lanes)
        case .gb_pc_num: gb_pc_num = gb_pc_num.merging(value, lanes: lanes)
        case .aes_text_data: take(value, isText: true)
        case .aes_aad_data: take(value, isText: false)
        case .gcm_in_tag(let index):
            tagIn[index] = value
            if index == 3 { checkTag() }
        case .gb_aes_en: if lanes.bit(0) { enable(value.bit(0)) }
        case .tag_clear: tag_chk = 0
        case .aes_finish, .tag_chk, .data_in_flag, .aes_out_data, .data_out_flag, .tag_in_flag, .gcm_out_tag:
            notices.misuse("\(name)_\(register) written, which is read-only")
        }
        update()
    }

    private func enable(_ wanted: Bool) {
        isEnabled = wanted
        restart()
    }

    /// 2 for a tag that agrees, 1 for one that does not. The words come with the last one first, each in the order of
    /// bytes that input data has.
    private func checkTag() {
        guard isFinished else { return notices.misuse("\(name)_gcm_in_tag written before tag_in_flag is 1") }
        let agrees = (0..<4).allSatisfy { (isLittleEndian ? tagIn[$0].byteSwapped : tagIn[$0]) == tagWord($0) }
        tag_chk = agrees ? 2 : 1
    }

    // MARK: Data

    private var currentStream: AESStream {
        if let stream { return stream }
        let length = [16, 24, 32, 32][Int(mode_ctl.bits(4, 3))]
        let words = mode_ctl.bits(2, 0) == 2 ? 3 : 4
        // A length of zero is written as -1.
        let new = AESStream(
            mode: AESStream.Mode(rawValue: mode_ctl.bits(2, 0)), decrypts: encrypt_sel == 1,
            key: AESAccelerator.bytes(key.prefix(length / 4)), IV: AESAccelerator.bytes(IV.prefix(words)),
            associatedLength: Int(gb_aad_num &+ 1), textLength: Int(gb_pc_num &+ 1))
        stream = new
        return new
    }

    /// The bytes of words that stand with the last one first, each as it lies in memory.
    private static func bytes(_ words: ArraySlice<UInt32>) -> [UInt8] {
        words.reversed().flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
    }

    private func take(_ word: UInt32, isText: Bool) {
        guard isEnabled else { return notices.misuse("\(name): data written while gb_aes_en is 0: lost") }
        let current = currentStream
        if current.mode == nil {
            return notices.misuse("\(name)_mode_ctl: cipher_mode \(mode_ctl.bits(2, 0)) is reserved")
        }
        let ordered = isLittleEndian ? word : word.byteSwapped
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: ordered >> UInt32(8 * $0)) }
        var made = isText ? current.addText(bytes) : current.addAssociated(bytes)
        guard !made.isEmpty, output.count + pendingWords < AESAccelerator.limit else { return }
        made += Array(repeating: 0, count: -made.count & 3)
        let words = stride(from: 0, to: made.count, by: 4).map { place in
            let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(made[place + $1]) << UInt32(8 * $1) }
            return isLittleEndian ? word : word.byteSwapped
        }
        let hertz = clock()
        let time = hertz > 0 ? chip.clock.cycles(in: Double(current.rounds + 1) / hertz) : 0
        freeAt = max(freeAt, chip.clock.now) + time
        pending.append((words, freeAt))
        pendingWords += words.count
        schedule()
    }

    private func schedule() {
        guard let first = pending.first, event?.isPending != true else { return }
        event = chip.events.schedule(at: first.ready) { [weak self] _ in
            guard let self, !pending.isEmpty else { return }
            let words = pending.removeFirst().words
            pendingWords -= words.count
            output += words
            schedule()
            update()
        }
    }

    private func update() {
        request.set(dma_sel == 1 && !output.isEmpty)
    }
}

/// One message on its way through the accelerator.
final class AESStream {
    enum Mode: UInt32 {
        case ECB = 0, CBC, GCM
    }

    /// `nil` for a mode that does not exist.
    let mode: Mode?
    var rounds: Int { cipher.rounds }

    private let cipher: AESCipher
    private let decrypts: Bool
    private let associatedLength: Int
    private let textLength: Int
    private var associatedCount = 0
    private var textCount = 0
    /// Bytes of a block that is not complete.
    private var partial: [UInt8] = []
    /// CBC: the last block of cipher text. GCM: the counter block.
    private var chain: [UInt8]
    private var firstCounter: [UInt8] = []
    private var hash: GHASH

    init(
        mode: Mode?, decrypts: Bool, key: [UInt8], IV: [UInt8], associatedLength: Int, textLength: Int
    ) {
        self.mode = mode
        self.decrypts = decrypts
        self.associatedLength = associatedLength
        self.textLength = textLength
        cipher = AESCipher(key: key)
        hash = GHASH(key: cipher.encrypt(Array(repeating: 0, count: 16)))
        chain = IV
        if mode == .GCM {
            chain = Array(IV.prefix(12)) + [0, 0, 0, 1]
            firstCounter = chain
        }
    }

    /// Whether all data that was announced has come.
    var isComplete: Bool { associatedCount >= associatedLength && textCount >= textLength }

    /// Additional authenticated data, in words; what is beyond the announced length is padding.
    func addAssociated(_ bytes: [UInt8]) -> [UInt8] {
        for byte in bytes where associatedCount < associatedLength {
            partial.append(byte)
            associatedCount += 1
            if partial.count == 16 || associatedCount == associatedLength {
                hash.add(partial)
                partial = []
            }
        }
        return []
    }

    /// - Returns: what is ready by it.
    func addText(_ bytes: [UInt8]) -> [UInt8] {
        var made: [UInt8] = []
        for byte in bytes where textCount < textLength {
            partial.append(byte)
            textCount += 1
            guard partial.count == 16 || (mode == .GCM && textCount == textLength) else { continue }
            made += process(partial)
            partial = []
        }
        return made
    }

    private func process(_ block: [UInt8]) -> [UInt8] {
        switch mode {
        case .ECB: return decrypts ? cipher.decrypt(block) : cipher.encrypt(block)
        case .CBC:
            guard decrypts else {
                chain = cipher.encrypt(zip(block, chain).map { $0 ^ $1 })
                return chain
            }
            defer { chain = block }
            return zip(cipher.decrypt(block), chain).map { $0 ^ $1 }
        case .GCM:
            let counter = chain[12...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &+ 1
            for index in 0..<4 { chain[12 + index] = UInt8(truncatingIfNeeded: counter >> UInt32(24 - 8 * index)) }
            let result = zip(block, cipher.encrypt(chain)).map { $0 ^ $1 }
            hash.add(decrypts ? block : result)
            return result
        case nil: return []
        }
    }

    /// The authentication tag, 16 bytes (SP 800-38D, 7.1 steps 5 and 6).
    var tag: [UInt8] {
        guard mode == .GCM else { return Array(repeating: 0, count: 16) }
        var final = hash
        final.add(GHASH.bytes(UInt128(associatedLength * 8) << 64 | UInt128(textLength * 8)))
        return zip(GHASH.bytes(final.value), cipher.encrypt(firstCounter)).map { $0 ^ $1 }
    }
}
