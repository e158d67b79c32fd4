import Storage

/// How the clock of this machine compares with the newest id in the database when a process starts.
///
/// Ids contain their time and must increase, so they continue after the newest one even if the clock is
/// behind it. That is harmless for hours. But if an earlier run had a clock that was years ahead, all ids
/// would stay in that time. A community may be idle for any time, so a clock that is ahead of the newest id
/// proves nothing.
package struct ClockCheck: Sendable, Equatable {
    /// Up to this lead, clocks of several instances may differ, in milliseconds.
    static let tolerance: Int64 = 5_000
    /// The greatest lead with which the server starts, in milliseconds.
    static let maxLead: Int64 = 24 * 60 * 60 * 1000

    /// The time of the newest id, in milliseconds since 1970.
    package let newest: Int64
    /// The time of the clock.
    package let now: Int64

    package init(newest: Int64, now: Int64) {
        self.newest = newest
        self.now = now
    }

    /// How far the newest id is ahead of the clock.
    private var lead: Int64 { newest - now }

    /// Whether the server starts only if the administrator insists.
    package var isRefused: Bool { lead > Self.maxLead }

    /// A sentence about the difference; nil if the clock is not behind.
    package var warning: String? {
        guard lead > Self.tolerance else { return nil }
        return """
            The clock of this machine is \(Self.text(lead)) behind the newest data \
            (\(Timestamp(now).rfc3339), newest \(Timestamp(newest).rfc3339)).
            """
    }

    /// What a response to a health check says about ids that are ahead of the clock; nil if they are not.
    package static func note(lead: Int64) -> String? {
        lead > tolerance ? "The clock is \(text(lead)) behind the newest data." : nil
    }

    /// A duration in words, rounded down: “3 hours”.
    private static func text(_ duration: Int64) -> String {
        let units: [(name: String, length: Int64)] = [
            ("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000),
        ]
        let unit = units.first { duration >= $0.length } ?? ("second", 1000)
        let count = duration / unit.length
        return "\(count) \(unit.name)\(count == 1 ? "" : "s")"
    }
}

extension Community {
    /// Makes new ids greater than all ids in the database, and compares the clock with them. Called when a
    /// process opens the database.
    package func continueIDs() async throws -> ClockCheck {
        let newest = try await storage.read { connection in
            try CopiedTable.all.compactMap { try $0.newestID(in: connection) }.max() ?? 0
        }
        ids.continueAfter(newest)
        return ClockCheck(newest: IDSequence.time(of: newest), now: clock.now())
    }
}
