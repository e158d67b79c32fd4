import Testing

@testable import Core

struct TimestampTests {
    @Test func `a timestamp has a format for programs and a format for people`() {
        #expect(Timestamp(0).rfc3339 == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp(1_709_210_096_007).rfc3339 == "2024-02-29T12:34:56.007Z")
        #expect(Timestamp(1_795_507_740_089).rfc3339 == "2026-11-24T08:09:00.089Z")
        #expect(Timestamp(-1).rfc3339 == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(1_795_507_740_000).dateText == "24 November 2026")
        #expect(Timestamp(1_795_507_740_000).exactText == "24 November 2026, 08:09 UTC")
        #expect(Timestamp(-1).exactText == "31 December 1969, 23:59 UTC")
        #expect(Timestamp(1_709_164_800_000).exactText == "29 February 2024, 00:00 UTC")
    }

    @Test func `the first millisecond of each day of eight hundred years is the one after the day before`()
        throws
    {
        var expected = try #require(Timestamp.startOfDay(year: 1600, month: 1, day: 1))
        #expect(Timestamp(expected).rfc3339 == "1600-01-01T00:00:00.000Z")
        var days = 0
        for year in 1600..<2400 {
            for month in 1...12 {
                for day in 1...31 {
                    guard let start = Timestamp.startOfDay(year: year, month: month, day: day) else {
                        continue
                    }
                    #expect(start == expected)
                    let timestamp = Timestamp(start)
                    #expect((timestamp.year, timestamp.month, timestamp.day) == (year, month, day))
                    expected += 86_400_000
                    days += 1
                }
            }
        }
        #expect(days == 2 * 146_097, "four hundred years of the Gregorian calendar have 146,097 days")
    }

    @Test func `days that the calendar does not have are nil`() {
        for (year, month, day) in [
            (2027, 2, 29), (1900, 2, 29), (2028, 2, 30), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1),
            (2026, 1, 0), (2026, 1, 32), (0, 1, 1), (10_000, 1, 1),
        ] {
            #expect(Timestamp.startOfDay(year: year, month: month, day: day) == nil)
        }
    }
}
