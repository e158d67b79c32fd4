/// The communities that own the photos of the source and the target. A copy must neither mark a storage of
/// another community nor move photos of another community aside.
extension MediaCopy {
    struct Owners: Sendable {
        /// The marker of the source, or nil if there is none.
        let source: String?
        /// The marker of the target, or nil if there is none.
        let target: String?
        /// Whether other communities store photos at the source too, so that the owner of a photo is unknown.
        let isSourceShared: Bool
    }

    /// - Throws: ``MediaError`` if the target is marked for another community, or other communities store
    ///   photos there too.
    func owners() async throws -> Owners {
        let (sourceMarker, targetMarker) = (try await source.marker(), try await target.marker())
        let others = try await target.otherCommunities().filter { $0 != sourceMarker }
        guard others.isEmpty else {
            let names = others.map { ".community-\($0)" }.joined(separator: ", ")
            throw MediaError(
                "The target also contains photos of other communities (\(names)). Choose an empty location.")
        }
        guard targetMarker == nil || targetMarker == sourceMarker else {
            throw MediaError(
                """
                The target contains the photos of a different community than the source. Choose an empty \
                location, or remove the file .community there if it is the same community.
                """)
        }
        let isSourceShared = try await source.otherCommunities().contains { $0 != sourceMarker }
        return Owners(source: sourceMarker, target: targetMarker, isSourceShared: isSourceShared)
    }

    /// Marks the target with the marker of the source.
    /// - Parameter count: The number of photos that the target has and the source does not have.
    /// - Throws: ``MediaError`` if these may belong to another community, for example because its marker was
    ///   lost.
    func markTarget(unknownCount count: Int) async throws {
        let owners = try await owners()
        guard owners.target == nil, let marker = owners.source, !owners.isSourceShared else { return }
        guard count == 0 else {
            throw MediaError(
                """
                The target contains \(count) photos that the source does not have, and no file .community \
                that says which community they belong to. Choose an empty location.
                """)
        }
        try await target.writeMarker(marker)
        // If two communities mark the target at once, only one succeeds. The other one throws here.
        _ = try await self.owners()
    }

    /// Whether photos that the source no longer has may be moved aside at the target.
    ///
    /// A few of them are photos that an earlier run copied and that were deleted since, and they must not
    /// reappear. A large number means that the source is wrong or outdated. The maintenance handles these,
    /// because it can read the database.
    func mayMoveAside(_ count: Int, of total: Int) async throws -> Bool {
        let owners = try await owners()
        return owners.source != nil && owners.source == owners.target && !owners.isSourceShared
            && StrayPhoto.isSmallNumber(count, of: total)
    }
}
