/// A date and a time of the Gregorian calendar, as the RTC of the K210 counts them. Values that are out of range, which
/// firmware can write, count on from where they are.
struct CalendarTime: Equatable, Sendable {
    /// 0 to 31 and 0 to 99.
    var century = 20
    var year = 0
    /// 1 to 12.
    var month = 1
    /// 1 to 31.
    var day = 1
    /// 0 is Sunday.
    var week = 6
    var hour = 0
    var minute = 0
    var second = 0

    var isLeapYear: Bool {
        let year = 100 * century + year
        return year % 4 == 0 && year % 100 != 0 || year % 400 == 0
    }

    private var daysOfMonth: Int {
        switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Adds seconds, zero or more.
    mutating func advance(by seconds: Int) {
        let total = 3600 * hour + 60 * minute + second + seconds
        let time = total % 86_400
        (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60)
        let days = total / 86_400
        // The calendar repeats itself after 400 years, weeks included.
        for _ in 0..<days % 146_097 { nextDay() }
    }

    private mutating func nextDay() {
        week = (week + 1) % 7
        day += 1
        guard day > daysOfMonth else { return }
        day = 1
        month += 1
        guard month > 12 else { return }
        month = 1
        year += 1
        guard year > 99 else { return }
        year = 0
        century = (century + 1) % 32
    }
}
