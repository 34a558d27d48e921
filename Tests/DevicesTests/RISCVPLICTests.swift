import Machine
import Testing

@testable import Devices

/// RISC-V PLIC specification 1.0.0; the contexts of the K210 are hart 0 M, hart 0 S, hart 1 M, hart 1 S.
@Suite struct RISCVPLICTests {
    let chip = makeChip()
    let contexts = [Watched(), Watched(), Watched(), Watched()]

    func make() -> PLIC { PLIC(chip: chip, sources: 65, contexts: contexts.map(\.line)) }

    /// A PLIC in which hart 0 takes these sources at these priorities.
    func make(_ priorities: [Int: UInt32]) -> PLIC {
        let plic = make()
        for (source, priority) in priorities {
            plic[.priority(source: source)] = priority
            plic[.enable(context: 0, word: source / 32)] |= 1 << UInt32(source % 32)
        }
        return plic
    }

    @Test func registersAreWhereTheSDKHasThem() {
        #expect(PLIC.Register(rawValue: 4 * 25).map { $0.rawValue } == 100)
        // Hart 1's M context: enables at 0x2100, threshold and claim at 0x202000.
        #expect(PLIC.Register.enable(context: 2, word: 1).rawValue == 0x2104)
        #expect(PLIC.Register.threshold(context: 2).rawValue == 0x20_2000)
        #expect(PLIC.Register.claim(context: 2).rawValue == 0x20_2004)
        for offset in stride(from: UInt32(0), to: 0x4000, by: 4) {
            if let register = PLIC.Register(rawValue: offset) { #expect(register.rawValue == offset) }
        }
    }

    @Test func aSourceIsClaimedAndCompleted() {
        let plic = make([25: 1])
        let line = plic.line(25)
        line.set(true)
        #expect(contexts[0].level)
        #expect(plic[.pending(word: 0)] == 1 << 25)
        #expect(plic[.claim(context: 0)] == 25)
        // Claimed: no longer pending, and shut although the level is still high.
        #expect(plic[.pending(word: 0)] == 0)
        #expect(!contexts[0].level)
        #expect(plic[.claim(context: 0)] == 0)
        line.set(false)
        line.set(true)
        #expect(!contexts[0].level)
        plic[.claim(context: 0)] = 25
        #expect(contexts[0].level)
    }

    @Test func aLevelThatIsGoneAtCompletionIsOver() {
        let plic = make([33: 1])
        plic.line(33).set(true)
        #expect(plic[.claim(context: 0)] == 33)
        plic.line(33).set(false)
        plic[.claim(context: 0)] = 33
        #expect(!contexts[0].level)
        #expect(plic[.pending(word: 1)] == 0)
    }

    @Test func whatIsPendingOutlivesItsLevel() {
        let plic = make([20: 3])
        plic.line(20).set(true)
        plic.line(20).set(false)
        #expect(contexts[0].level)
        #expect(plic[.claim(context: 0)] == 20)
    }

    @Test func theHighestPriorityComesFirstAndOfTiesTheLowestNumber() {
        let plic = make([5: 2, 34: 2, 65: 7, 9: 1])
        for source in [9, 34, 65, 5] { plic.line(source).set(true) }
        #expect((0..<5).map { _ in plic[.claim(context: 0)] } == [65, 5, 34, 9, 0])
    }

    @Test func aPriorityOfZeroNeverInterrupts() {
        let plic = make([25: 0])
        plic.line(25).set(true)
        #expect(!contexts[0].level)
        #expect(plic[.claim(context: 0)] == 0)
        plic[.priority(source: 25)] = 1
        #expect(contexts[0].level)
    }

    @Test func theThresholdMasksUpToItselfButNotAClaim() {
        let plic = make([25: 3])
        plic[.threshold(context: 0)] = 3
        plic.line(25).set(true)
        #expect(!contexts[0].level)
        plic[.threshold(context: 0)] = 2
        #expect(contexts[0].level)
        plic[.threshold(context: 0)] = 7
        #expect(plic[.claim(context: 0)] == 25)
    }

    @Test func everyContextHasItsOwnEnables() {
        let plic = make([25: 1])
        plic[.enable(context: 2, word: 0)] = 1 << 25 | 1 << 11
        plic[.priority(source: 11)] = 1
        plic.line(11).set(true)
        #expect(contexts.map(\.level) == [false, false, true, false])
        plic.line(25).set(true)
        #expect(contexts.map(\.level) == [true, false, true, false])
        // Whoever claims first has it.
        #expect(plic[.claim(context: 0)] == 25)
        #expect(plic[.claim(context: 2)] == 11)
        #expect(plic[.claim(context: 2)] == 0)
    }

    @Test func completingASourceThatIsNotEnabledIsIgnored() {
        let plic = make([25: 1])
        plic.line(25).set(true)
        #expect(plic[.claim(context: 0)] == 25)
        plic[.claim(context: 2)] = 25
        plic[.claim(context: 0)] = 0
        plic[.claim(context: 0)] = 0xFFFF_FFFF
        #expect(!contexts[0].level)
        plic[.claim(context: 0)] = 25
        #expect(contexts[0].level)
    }

    @Test func onlyExistingBitsAreKept() {
        let plic = make()
        plic[.enable(context: 0, word: 0)] = .max
        plic[.enable(context: 0, word: 2)] = .max
        plic[.enable(context: 0, word: 3)] = .max
        plic[.priority(source: 0)] = 7
        plic[.priority(source: 65)] = 0xFF
        plic[.priority(source: 66)] = 7
        plic[.threshold(context: 9)] = 7
        #expect(plic[.enable(context: 0, word: 0)] == 0xFFFF_FFFE)
        #expect(plic[.enable(context: 0, word: 2)] == 3)
        #expect(plic[.enable(context: 0, word: 3)] == 0)
        #expect(plic[.priority(source: 0)] == 0)
        #expect(plic[.priority(source: 65)] == 7)
        #expect(plic[.priority(source: 66)] == 0)
        #expect(plic[.threshold(context: 9)] == 0)
    }

    @Test func aResetForgetsButSeesLevels() {
        let plic = make([25: 1])
        plic.line(25).set(true)
        _ = plic[.claim(context: 0)]
        plic.reset()
        #expect(plic[.pending(word: 0)] == 1 << 25)
        #expect(!contexts[0].level)
    }
}
