/// Whose photos the two places of a copy hold. A copy must neither give a place to a community whose it is not, nor move
/// another community's photos aside.
extension MediaCopy {
    struct Owners: Sendable {
        /// What the source is marked with; nil where it is not.
        let here: String?
        let there: String?
        /// Whether other communities keep photos at the source too, so that nobody knows which are whose.
        let isShared: Bool
    }

    /// - Throws: ``MediaError`` where the target is marked as another's, or others keep photos there too.
    func owners() async throws -> Owners {
        let (here, there) = (try await source.marker(), try await target.marker())
        let others = try await target.others().filter { $0 != here }
        guard others.isEmpty else {
            throw MediaError(
                """
                Other communities keep photos at the target too (\(others.map { ".community-\($0)" }.joined(separator: ", "))): \
                choose an empty place.
                """)
        }
        guard there == nil || there == here else {
            throw MediaError(
                """
                The target holds the photos of another community than the source: choose an empty place, or remove \
                .community there if they are the same.
                """)
        }
        return Owners(here: here, there: there, isShared: try await source.others().contains { $0 != here })
    }

    /// Marks the target as the source is marked.
    /// - Parameter count: how many photos the target has and the source has not.
    /// - Throws: ``MediaError`` where these may be another community's, as after its marker was lost.
    func mark(unknown count: Int) async throws {
        let owners = try await owners()
        guard owners.there == nil, let here = owners.here, !owners.isShared else { return }
        guard count == 0 else {
            throw MediaError(
                """
                The target has \(count) photos that the source does not have, and no .community that says whose they \
                are: choose an empty place.
                """)
        }
        try await target.mark(here)
        // Of two that come at once, one has it.
        _ = try await self.owners()
    }

    /// Photos that an earlier run copied and that were deleted at the source since must not come back by moving. But
    /// many at once are no such: the source is the wrong one, or an old one. They are left to the maintenance, which
    /// knows the records.
    func mayMoveAside(_ count: Int, of total: Int) async throws -> Bool {
        let owners = try await owners()
        return owners.here != nil && owners.here == owners.there && !owners.isShared
            && StrayPhoto.areFew(count, of: total)
    }
}
