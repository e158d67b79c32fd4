/// A date and time in UTC, from milliseconds since 1970. It is faster than a formatter.
package struct Timestamp {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    /// The milliseconds since midnight.
    private let milliseconds: Int

    private static let dayLength = 86_400_000

    /// Computes the date in the Gregorian calendar with the algorithm “civil_from_days” of
    /// http://howardhinnant.github.io/date_algorithms.html.
    package init(_ time: Int64) {
        let dayLength = Int64(Self.dayLength)
        milliseconds = Int((time % dayLength + dayLength) % dayLength)
        let days = (Int(time) - milliseconds) / Self.dayLength + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Returns the first millisecond of a day, or nil if the calendar has no such day, such as 29 February
    /// 2027. It uses the algorithm “days_from_civil” of the same source.
    package static func startOfDay(year: Int, month: Int, day: Int) -> Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let start = Int64(era * 146_097 + dayOfEra - 719_468) * Int64(dayLength)
        // A day that does not exist, such as 31 April, is counted as one of the next month.
        let found = Timestamp(start)
        return found.month == month && found.day == day ? start : nil
    }

    /// The time for programs (RFC 3339): `2026-11-24T08:09:00.000Z`.
    package var rfc3339: String {
        let seconds = milliseconds / 1000
        return String(unsafeUninitializedCapacity: 24) { bytes in
            var end = 0
            func write(_ number: Int, digits: Int, then mark: Unicode.Scalar) {
                var rest = number
                for place in (end..<end + digits).reversed() {
                    bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                bytes[end + digits] = UInt8(ascii: mark)
                end += digits + 1
            }
            write(year, digits: 4, then: "-")
            write(month, digits: 2, then: "-")
            write(day, digits: 2, then: "T")
            write(seconds / 3600, digits: 2, then: ":")
            write(seconds / 60 % 60, digits: 2, then: ":")
            write(seconds % 60, digits: 2, then: ".")
            write(milliseconds % 1000, digits: 3, then: "Z")
            return end
        }
    }

    /// The date for people: `24 November 2026`.
    package var dateText: String { "\(day) \(Self.months[month - 1]) \(year)" }

    /// The exact time for people: `24 November 2026, 08:09 UTC`.
    package var exactText: String {
        let (hour, minute) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60)
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        return "\(dateText), \(padded(hour)):\(padded(minute)) UTC"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
}
