import Imaging
import MediaStorage
import Storage

/// The rules of photos that go straight to where photos are kept, and are developed when they are posted.
///
/// Whoever holds an offer may bring one photo of just that size, for five minutes; it is set aside there and never
/// served. With the post it becomes a photo like any other, under the id that the offer had.
package struct DirectUploads: Sendable {
    /// An offer is good for so long, in milliseconds.
    static let offerLifetime: Int64 = 5 * 60 * 1000
    /// How many photos of one account may be on their way: only offers that are still good count.
    package static let limit = 20
    /// How many of one account are kept until they are posted: the oldest gives way to the next. So what is
    /// set aside has a bound, and nobody is locked out by it.
    package static let mostKept = 2 * limit

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos
    let uploads: UploadFolder
    let ids: IDSequence
    let clock: WallClock

    /// Where a photo may be brought, and until when.
    package struct Offer: Sendable {
        package let id: ID<Photo>
        /// What it is set aside as.
        package let name: UploadName
        /// Where it is sent; nil for the site itself.
        package let form: DirectUploadForm?
        /// Milliseconds since 1970.
        package let expiresAt: Int64
    }

    /// Offers a place for one photo.
    package func offer(_ wish: UploadRequest, to viewer: Viewer) async throws -> Offer {
        let wish = try wish.checked(atMost: photos.processor.limits.bytes)
        try await photos.notePlace()
        let now = clock.now()
        let name = UploadName.random()
        let id = ids.next(Photo.self)
        try await storage.write { [photos] connection in
            try Accounts.refuseDemo(viewer, in: connection)
            let good = try DirectUploadRecords.offers(
                to: viewer.id, after: now - Self.offerLifetime, now: now, in: connection)
            guard good.count < Self.limit else {
                let end = (good.first ?? now) + Self.offerLifetime
                throw Problem(
                    .tooMany(retryAfter: Int((end - now + 999) / 1000)),
                    "\(Self.limit) of your photos are on their way already: post them first, or wait.")
            }
            let kept = try DirectUploadRecords.all(of: viewer.id, in: connection)
                .sorted { $0.createdAt < $1.createdAt }
            // Never one that is still good: there are fewer of these than may be kept.
            let leaving = kept.prefix(max(0, kept.count + 1 - Self.mostKept))
            for record in leaving { _ = try DirectUploadRecords.delete(record.id, in: connection) }
            try photos.discard(Array(leaving), in: connection)
            try DirectUploadRecords.insert(id, of: viewer.id, name, wish, at: now, in: connection)
        }
        photos.jobs.wake()
        let end = now + Self.offerLifetime
        let form = try await media.directUpload(
            DirectUpload(name: name, contentType: wish.contentType, byteCount: wish.byteCount, expiresAt: end)
        )
        return Offer(id: id, name: name, form: form, expiresAt: end)
    }

    /// How many bytes the photo has that an address takes. To be asked before any of it is read.
    /// - Throws: ``Problem`` of kind `notFound` where the address takes none, or not any more.
    package func expectedBytes(of name: UploadName) async throws -> Int {
        let now = clock.now()
        let found = try await storage.read { try DirectUploadRecords.find(name, in: $0) }
        guard let found, now < found.createdAt + Self.offerLifetime else {
            throw Problem(.notFound, "This address takes no photo, or not any more: ask for a new one.")
        }
        return Int(found.byteCount)
    }

    /// Sets aside a photo that came to the site itself.
    /// - Parameter path: the file, which is moved away.
    package func receive(_ path: String, byteCount: Int, as name: UploadName) async throws {
        // Asked again, as the photo may have taken its time.
        let expected = try await expectedBytes(of: name)
        guard byteCount == expected else {
            throw Problem(
                .invalid, field: "file",
                "The photo has \(byteCount) bytes; the address was given for \(expected).")
        }
        try await media.setAside(path, as: name)
    }

    /// Makes photos that wait to be posted out of those of `ids` that were brought; the others are none of its business.
    func develop(_ ids: [ID<Photo>], by viewer: Viewer) async throws {
        let found = try await storage.read { try DirectUploadRecords.find(ids, of: viewer.id, in: $0) }
        guard !found.isEmpty else { return }
        // In the order of the post, so that a refusal names the photo's place in it.
        let order = Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
        try await photos.withPlace(for: viewer, photos: found.count) { turn in
            for record in found.sorted(by: { order[$0.id, default: 0] < order[$1.id, default: 0] }) {
                // A folder for each: of a post, no more than one original lies on the disk at a time.
                try await uploads.withFolder { folder in
                    let place = order[record.id, default: 0]
                    try await develop(record, in: turn, place: place, by: viewer, from: folder)
                }
            }
        }
    }

    private func develop(
        _ record: DirectUploadRecords.Record, in turn: PhotoProcessor.Place, place: Int, by viewer: Viewer,
        from folder: String
    ) async throws {
        let path = "\(folder)/\(record.name)"
        guard try await media.fetch(record.name, to: path, atMost: Int64(photos.processor.limits.bytes))
        else {
            throw Problem(
                .invalid, field: "mediaIds",
                "Photo \(place + 1) has not arrived: send it to the address that was given for it, or ask for a new one."
            )
        }
        let time = clock.now()
        let upload = PhotoUpload(path: path, altText: record.altText, id: record.id, place: place)
        do {
            try await photos.keeping([upload], in: turn) { [photos] kept, connection in
                // Of two posts with the same photo, one has it.
                guard try DirectUploadRecords.delete(record.id, in: connection) else {
                    throw Problem.notWaiting(record.id)
                }
                try photos.jobs.enqueue(DiscardUploads(names: [record.name.description]), in: connection)
                for photo in kept { try PhotoRecords.insert(photo, of: viewer.id, at: time, in: connection) }
            }
        } catch let problem as Problem where problem.isRefusedPhoto {
            try await storage.write { [photos] connection in
                guard try DirectUploadRecords.delete(record.id, in: connection) else { return }
                try photos.jobs.enqueue(DiscardUploads(names: [record.name.description]), in: connection)
            }
            photos.jobs.wake()
            throw problem
        }
        photos.jobs.wake()
    }

    /// Forgets offers that nobody posted in time, and has what came for them removed; how many those are. What was set
    /// aside for none that is known goes after a day.
    func removeLeft(before time: Int64) async throws -> Int {
        // Listed first: whatever is set aside then has a record already, or none any more.
        let aside = try await media.uploads()
        let now = clock.now()
        let count = try await storage.write { [photos] connection in
            let over = try DirectUploadRecords.take(before: time, in: connection)
            if !over.isEmpty { try photos.deletions.note(in: connection) }
            try photos.discard(over, in: connection)
            let known = try DirectUploadRecords.names(in: connection).union(over.map(\.name.description))
            for name in aside where !known.contains(name.description) {
                try photos.jobs.enqueue(
                    DiscardUnknownUpload(name: name.description), key: "upload/\(name)",
                    at: now + Maintenance.waitingPhotoLifetime, in: connection)
            }
            return over.count
        }
        photos.jobs.wake()
        return count
    }
}

/// What somebody would like to bring.
package struct UploadRequest: Sendable {
    package let contentType: String
    package let byteCount: Int64
    package let altText: String

    package init(contentType: String, byteCount: Int64, altText: String) {
        self.contentType = contentType
        self.byteCount = byteCount
        self.altText = altText
    }

    private static let types = ["jpeg", "png", "webp", "gif", "heic", "heif", "avif"]

    fileprivate func checked(atMost limit: Int) throws(Problem) -> Self {
        var check = FieldCheck()
        let type = contentType.lowercased()
        check.require(
            Self.types.contains { "image/\($0)" == type }, "contentType",
            "A photo is image/\(Self.types.dropLast().joined(separator: ", image/")) or image/\(Self.types.last ?? "")."
        )
        check.require(
            (1...Int64(limit)).contains(byteCount), "byteCount",
            "A photo has 1 to \(limit) bytes, not \(byteCount).")
        let altText = altText.unixLines.trimmed
        check.add(
            "altText",
            TextLimit.fault(
                in: altText, named: "An alternative text", atMost: PhotoUpload.altTextLimit, as: .prose))
        try check.done()
        return Self(contentType: type, byteCount: byteCount, altText: altText)
    }
}

extension Problem {
    /// Whether the photo itself was refused, so that the same photo will be refused again.
    fileprivate var isRefusedPhoto: Bool {
        switch kind {
        case .unsupported, .tooLarge, .invalid: !fields.isEmpty && fields.allSatisfy { $0.field == "image" }
        default: false
        }
    }

    static func notWaiting(_ photo: ID<Photo>) -> Problem {
        Problem(
            .invalid, field: "mediaIds",
            "Photo \(photo) is not one of yours that waits to be posted; upload it again.")
    }
}
