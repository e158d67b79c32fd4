import Imaging
import MediaStorage
import Storage

/// The rules of direct uploads: photos that clients send directly to the media storage, and that are
/// processed when they are posted.
///
/// An offer allows the upload of one photo of an exact size within five minutes. The media storage keeps the
/// upload apart from the photos and never serves it. When the member posts it, it becomes a normal photo with
/// the id of the offer.
package struct DirectUploads: Sendable {
    /// The lifetime of an offer, in milliseconds.
    static let offerLifetime: Int64 = 5 * 60 * 1000
    /// The number of active offers of one account; expired offers do not count.
    package static let limit = 20
    /// The number of direct uploads of one account that are kept until they are posted. A new one replaces
    /// the oldest. So the disk space is bounded, and no member is locked out.
    package static let keptLimit = 2 * limit

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos
    let uploads: UploadFolder
    let ids: IDSequence
    let clock: WallClock

    /// The permission to upload one photo.
    package struct Offer: Sendable {
        package let id: ID<Photo>
        /// The name of the upload in the media storage.
        package let name: UploadName
        /// The form to send the photo with; nil if the client sends it to the site itself.
        package let form: DirectUploadForm?
        /// Milliseconds since 1970.
        package let expiresAt: Int64
    }

    /// Makes an offer for one photo. With a key that was used before, it returns the offer that was made
    /// then.
    package func offer(
        _ request: UploadRequest, to viewer: Viewer, key: RequestKey? = nil
    ) async throws -> Offer {
        let request = try request.checked(atMost: photos.processor.limits.bytes)
        try await photos.checkPhotoLocation()
        let now = clock.now()
        let keyed = KeyedRequest(
            key, by: viewer, to: "upload",
            contents: [request.contentType, "\(request.byteCount)", request.altText])
        let (id, name, createdAt) = try await keyed.once(at: now, in: storage) { id, connection in
            let record = try DirectUploadRecords.find([ID(id)], of: viewer.id, in: connection).first
            guard let record, now < record.createdAt + Self.offerLifetime else {
                throw Problem(
                    .conflict, field: "Idempotency-Key",
                    "This upload URL is no longer valid: request another one with a new key.")
            }
            return (record.id, record.name, record.createdAt)
        } make: {
            try await insertOffer(request, to: viewer, at: now, keyed)
        }
        photos.jobs.wake()
        let end = createdAt + Self.offerLifetime
        let form = try await media.directUpload(
            DirectUpload(
                name: name, contentType: request.contentType, byteCount: request.byteCount, expiresAt: end))
        return Offer(id: id, name: name, form: form, expiresAt: end)
    }

    private func insertOffer(
        _ request: UploadRequest, to viewer: Viewer, at now: Int64, _ keyed: KeyedRequest?
    ) async throws -> (ID<Photo>, UploadName, Int64) {
        let name = UploadName.random()
        let id = ids.next(Photo.self)
        return try await storage.write { [photos] connection in
            try Accounts.rejectDemoAccount(viewer, in: connection)
            let active = try DirectUploadRecords.offers(
                to: viewer.id, after: now - Self.offerLifetime, now: now, in: connection)
            guard active.count < Self.limit else {
                let end = (active.first ?? now) + Self.offerLifetime
                throw Problem(
                    .tooMany(retryAfter: Int((end - now + 999) / 1000)),
                    "You already have \(Self.limit) uploads in progress: post them, or wait.")
            }
            let kept = try DirectUploadRecords.all(of: viewer.id, in: connection)
                .sorted { $0.createdAt < $1.createdAt }
            // None of these offers is active, because `limit` is lower than `keptLimit`.
            let replaced = kept.prefix(max(0, kept.count + 1 - Self.keptLimit))
            for record in replaced { _ = try DirectUploadRecords.delete(record.id, in: connection) }
            try photos.discard(Array(replaced), in: connection)
            try keyed?.record(id.value, at: now, in: connection)
            try DirectUploadRecords.insert(id, of: viewer.id, name, request, at: now, in: connection)
            return (id, name, now)
        }
    }

    /// Returns the size of the photo that an upload URL accepts, in bytes. Call this before reading the
    /// request body.
    /// - Throws: ``Problem`` of kind `notFound` if the URL is unknown or has expired.
    package func expectedBytes(of name: UploadName) async throws -> Int {
        let now = clock.now()
        let found = try await storage.read { try DirectUploadRecords.find(name, in: $0) }
        guard let found, now < found.createdAt + Self.offerLifetime else {
            throw Problem(.notFound, "This upload URL is not valid or has expired: request a new one.")
        }
        return Int(found.byteCount)
    }

    /// Stores a photo that a client uploaded to the site itself.
    /// - Parameter path: the uploaded file, which is moved to the media storage.
    package func receive(_ path: String, byteCount: Int, as name: UploadName) async throws {
        // Checked again, because the offer may have expired during the upload.
        let expected = try await expectedBytes(of: name)
        guard byteCount == expected else {
            throw Problem(
                .invalid, field: "file",
                "The photo has \(byteCount) bytes; the upload URL is for \(expected).")
        }
        try await media.storeUpload(path, as: name)
    }

    /// Processes the direct uploads among `ids` into photos that are ready to be posted. Ignores all other
    /// ids.
    func processUploads(_ ids: [ID<Photo>], by viewer: Viewer) async throws {
        let found = try await storage.read { try DirectUploadRecords.find(ids, of: viewer.id, in: $0) }
        guard !found.isEmpty else { return }
        // In the order of the post, so that an error names the position of the photo in it.
        let positions = Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
        try await photos.withPlace(for: viewer, photos: found.count) { turn in
            for record in found.sorted(by: { positions[$0.id, default: 0] < positions[$1.id, default: 0] }) {
                // One folder for each photo, so that only one original of a post is on the disk at a time.
                try await uploads.withFolder { folder in
                    let position = positions[record.id, default: 0]
                    try await process(record, in: turn, position: position, by: viewer, from: folder)
                }
            }
        }
    }

    private func process(
        _ record: DirectUploadRecords.Record, in turn: PhotoProcessor.Place, position: Int,
        by viewer: Viewer, from folder: String
    ) async throws {
        let path = "\(folder)/\(record.name)"
        guard
            try await media.fetchUpload(record.name, to: path, maxSize: Int64(photos.processor.limits.bytes))
        else {
            throw Problem(
                .invalid, field: "mediaIds",
                """
                Photo \(position + 1) has not been uploaded: send it to its upload URL, or request a new URL.
                """
            )
        }
        let time = clock.now()
        let upload = PhotoUpload(path: path, altText: record.altText, id: record.id, place: position)
        do {
            try await photos.store([upload], in: turn) { [photos] stored, connection in
                // If two posts contain the same photo, only one of them gets it.
                guard try DirectUploadRecords.delete(record.id, in: connection) else {
                    throw Problem.notUnposted(record.id)
                }
                try photos.jobs.enqueue(DiscardUploads(names: [record.name.description]), in: connection)
                for photo in stored {
                    try PhotoRecords.insert(photo, of: viewer.id, at: time, in: connection)
                }
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

    /// Deletes the offers from before `time`, and removes their uploads. Returns the number of offers.
    /// Uploads that belong to no known offer are removed after a day.
    func removeExpired(before time: Int64) async throws -> Int {
        // Listed before the records are read, because the record of an upload always exists before the
        // upload.
        let uploads = try await media.uploads()
        let now = clock.now()
        let count = try await storage.write { [photos] connection in
            let expired = try DirectUploadRecords.deleteAll(before: time, in: connection)
            if !expired.isEmpty { try photos.deletions.schedule(in: connection) }
            try photos.discard(expired, in: connection)
            let known = try DirectUploadRecords.names(in: connection).union(expired.map(\.name.description))
            for name in uploads where !known.contains(name.description) {
                try photos.jobs.enqueue(
                    DiscardUnknownUpload(name: name.description), key: "upload/\(name)",
                    at: now + Maintenance.waitingPhotoLifetime, in: connection)
            }
            return expired.count
        }
        photos.jobs.wake()
        return count
    }
}

/// A client's request for a direct upload.
package struct UploadRequest: Sendable {
    package let contentType: String
    package let byteCount: Int64
    package let altText: String

    package init(contentType: String, byteCount: Int64, altText: String) {
        self.contentType = contentType
        self.byteCount = byteCount
        self.altText = altText
    }

    /// The types that a photo may have. Some programs use other names, or none for a type that they do not
    /// know. The content of the file decides its format, so the type only has to be possible.
    package static let contentTypes =
        photoTypes + [
            "image/jpg", "image/heic-sequence", "image/heif-sequence", "image/avif-sequence",
            unknownType,
        ]

    /// The type of a file of which nothing is known.
    package static let unknownType = "application/octet-stream"

    private static let photoTypes = ["jpeg", "png", "webp", "gif", "heic", "heif", "avif"].map {
        "image/\($0)"
    }

    fileprivate func checked(atMost limit: Int) throws(Problem) -> Self {
        var check = FieldCheck()
        let type = contentType.lowercased()
        check.require(
            Self.contentTypes.contains(type), "contentType",
            """
            A photo must be \(Self.photoTypes.dropLast().joined(separator: ", ")) \
            or \(Self.photoTypes.last ?? "").
            """
        )
        check.require(
            (1...Int64(limit)).contains(byteCount), "byteCount",
            "A photo must have 1 to \(limit) bytes, not \(byteCount).")
        let altText = altText.prose
        check.add(
            "altText",
            TextLimit.fault(
                in: altText, named: "Alt text", atMost: PhotoUpload.altTextLimit, as: .prose))
        try check.finish()
        return Self(contentType: type, byteCount: byteCount, altText: altText)
    }
}

extension Problem {
    /// Whether the photo itself was rejected, so that a retry with the same photo would fail again.
    fileprivate var isRefusedPhoto: Bool {
        switch kind {
        case .unsupported, .tooLarge, .invalid: !fields.isEmpty && fields.allSatisfy { $0.field == "image" }
        default: false
        }
    }

    /// The problem with a photo that is not ready to be posted by the viewer.
    static func notUnposted(_ photo: ID<Photo>) -> Problem {
        Problem(
            .invalid, field: "mediaIds",
            "Photo \(photo) is not one of your unposted photos; upload it again.")
    }
}
