import Testing

@testable import KPU

struct ActivationRoundingTests {
    /// By hand: 10/4 = 2.5, 14/4 = 3.5, 9/4 = 2.25, 11/4 = 2.75.
    @Test func tiesGoToTheEvenNeighbourOrUp() {
        #expect([10, 14, 9, 11].map { ActivationRounding.halfToEven.shift($0, by: 2) } == [2, 4, 2, 3])
        #expect([10, 14, 9, 11].map { ActivationRounding.halfUp.shift($0, by: 2) } == [3, 4, 2, 3])
    }

    /// By hand, as both simulators of the vendor compute it: -11/4 is -3 and a quarter up; the fraction 0.25 makes no
    /// step. -9/4 is -3 and three quarters: a step, and away from zero. -10/4 is -3 and a half: odd, a step.
    @Test func aNegativeProductStepsAwayFromZero() {
        #expect([-11, -9, -10].map { ActivationRounding.halfToEven.shift($0, by: 2) } == [-3, -4, -4])
        #expect([-11, -9, -10].map { ActivationRounding.halfUp.shift($0, by: 2) } == [-3, -4, -4])
    }

    @Test func noShiftChangesNothingAndAHugeOneLeavesNothing() {
        for rounding in ActivationRounding.allCases {
            #expect(rounding.shift(-7, by: 0) == -7)
            #expect(rounding.shift(.max / 2, by: 255) == 0)
        }
    }
}
