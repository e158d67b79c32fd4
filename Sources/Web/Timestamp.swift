/// A date and time in UTC, from milliseconds since 1970. It is faster than a formatter.
package struct Timestamp {
    private let year: Int
    private let month: Int
    private let day: Int
    private let milliseconds: Int

    /// Computes the date in the Gregorian calendar with the algorithm “civil_from_days” of
    /// http://howardhinnant.github.io/date_algorithms.html.
    package init(_ time: Int64) {
        let dayLength = 86_400_000
        milliseconds = Int((time % Int64(dayLength) + Int64(dayLength)) % Int64(dayLength))
        let days = (Int(time) - milliseconds) / dayLength + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
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

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
}
