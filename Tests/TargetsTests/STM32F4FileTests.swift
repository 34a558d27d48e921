import CortexM
import Devices
import Testing

@testable import Targets

/// `targets/stm32f4.yaml` against the reference manual RM0090.
@Suite struct STM32F4FileTests {
    let target: TargetDescription
    let model: CoreModel

    init() throws {
        let library = try Files.library()
        target = try library.description(named: "stm32f4")
        model = try library.coreModel(for: target)
    }

    @Test func theMemoriesAreThoseOfTheManual() {
        let expected: [(String, UInt32, Int)] = [
            ("FLASH", 0x0800_0000, 1 << 20), ("CCM", 0x1000_0000, 64 << 10), ("SRAM1", 0x2000_0000, 112 << 10),
            ("SRAM2", 0x2001_C000, 16 << 10), ("BKPSRAM", 0x4002_4000, 4 << 10), ("SYSTEM", 0x1FFF_0000, 30 << 10),
            ("OTP", 0x1FFF_7800, 528),
        ]
        #expect(target.memories.map(\.name) == expected.map(\.0))
        #expect(target.memories.map(\.base) == expected.map(\.1))
        #expect(target.memories.map(\.size) == expected.map(\.2))
        #expect(target.memories.first?.alias == 0)
        #expect(target.memories.filter { !$0.isExecutable }.map(\.name) == ["CCM", "BKPSRAM", "OTP"])
    }

    /// RM0090 table 62.
    @Test(arguments: [
        (16, "WWDG"), (16 + 28, "TIM2"), (16 + 38, "USART2"), (16 + 47, "DMA1_Stream7"), (16 + 71, "USART6"),
        (16 + 81, "FPU"), (15, "SysTick"), (3, "HardFault"),
    ]) func exceptionsHaveTheirNames(number: Int, name: String) {
        #expect(target.exceptionName(number) == name)
    }

    @Test(arguments: [0, 7, 13, 16 + 82, -1, .max]) func otherNumbersHaveNone(number: Int) {
        #expect(target.exceptionName(number) == nil)
    }

    @Test func theCoreIsAnM4WithFPUAnd82Interrupts() {
        #expect(target.features.hasFPU)
        #expect(target.features.interruptCount == 82)
        #expect(target.features.priorityBits == 4)
        #expect(target.features.cpuid == 0x410F_C241)
    }

    /// Each peripheral's interrupt has the peripheral's name, or begins with it, in the vector table.
    @Test func theInterruptsOfThePeripheralsAgreeWithTheVectorTable() {
        for peripheral in target.peripherals {
            for (interrupt, number) in peripheral.interrupts {
                let name = target.interruptNames[number]
                switch peripheral.kind {
                case .exti: #expect(name == interrupt)
                case .dma:
                    #expect(name == "\(peripheral.name)_S\(interrupt.dropFirst())")
                default: #expect(name.contains(peripheral.name))
                }
            }
        }
    }

    // MARK: The cycle table

    private func table() throws -> CycleTable { try #require(model.table.cortexM) }

    @Test func theTableHasASourceForEveryNumber() throws {
        let table = try table()
        #expect(table.prices.count == TimingClass.allCases.count)
        #expect(table.rules.count == CycleTable.Rule.allCases.count)
        let facts = Array(table.prices.values) + Array(table.rules.values)
        #expect(facts.allSatisfy { $0.source.count > 20 })
    }

    /// DDI 0439D table 3-1 and 7-1.
    @Test func theClassesHaveThePricesOfTheManual() throws {
        let table = try table()
        func price(_ timing: TimingClass) -> Int? { table.prices[timing]?.cycles }
        #expect(price(.alu) == 1)
        #expect(price(.loadDual) == 3)
        #expect(price(.loadMultiple) == 1)
        #expect(price(.fpMac) == 3)
        #expect(price(.fpDivide) == 14)
        #expect(price(.fpSqrt) == 14)
        #expect(price(.fpMoveCorePair) == 2)
    }

    /// Measured by pornin on an STM32F407: BL and BX LR take 5 cycles together.
    @Test func aCallAndItsReturnTakeFive() throws {
        let table = try table()
        let facts = [
            table.prices[.branchLink], table.rules[.refillImmediate], table.prices[.branchRegister],
            table.rules[.refillRegister],
        ]
        #expect(facts.compactMap { $0?.cycles }.reduce(0, +) == 5)
    }

    @Test func theOverviewTellsWhatIsGuessed() {
        let overview = target.overview(model)
        #expect(overview.modelled.contains("USART2"))
        #expect(overview.unmodelled.contains("ETH"))
        #expect(!overview.modelled.contains("ETH"))
        #expect(overview.assumed.count == model.table.assumed.count + target.model.assumed.count)
        #expect(overview.assumed.contains { $0.hasPrefix("systemBusFetch: 1 cycle (assumed") })
        #expect(overview.model.hasPrefix("cortex-m4 "))
        #expect(target.profileTarget(model).model.assumedConstants == overview.assumed.count)
        #expect(overview.core == "Cortex-M4F")
    }
}
