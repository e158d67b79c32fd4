import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The community that owns the photos of a bucket and prefix. Its id is in the object `.community`.
extension S3Media {
    private static let markerName = ".community"

    package func marker() async throws -> String? {
        let response = try await client.expect([200, 404], .GET, client.key(Self.markerName))
        guard response.status == .ok else { return nil }
        return String(buffer: try await response.body.collect(upTo: 1024)).firstLine
    }

    package func writeMarker(_ community: String) async throws {
        // Servers without conditional writes respond with 501 or ignore the condition. Then the last of two
        // concurrent writers wins, and the other one notices before it removes anything.
        let name = Self.markerName
        let status = try await put(community, at: name, ["if-none-match": "*"], [200, 409, 412, 501])
        if status == .notImplemented { _ = try await put(community, at: name, [:], [200]) }
    }

    package func otherCommunities() async throws -> [String] {
        let namePrefix = "\(Self.markerName)-"
        return try await list(namePrefix, isDeep: false).objects.map {
            String($0.name.dropFirst(namePrefix.count))
        }
    }

    package func addOtherCommunity(_ community: String) async throws {
        _ = try await put(community, at: "\(Self.markerName)-\(community)", [:], [200])
    }

    private func put(
        _ community: String, at name: String, _ headers: [String: String], _ codes: Set<UInt>
    ) async throws -> HTTPResponseStatus {
        try await client.expect(
            codes, .PUT, client.key(name),
            headers: headers.merging(["content-type": "text/plain"]) { $1 },
            body: .bytes(Array((community + "\n").utf8))
        ).status
    }
}

/// Stray photos. They are under `strays/` and the time when they were moved. S3 copies them on the server
/// side.
extension S3Media {
    private static let straysFolder = "strays/"

    package func moveAside(_ prefixes: [MediaPrefix], at time: Int64) async throws {
        for prefix in prefixes {
            try await move("\(prefix)/", to: folder(of: StrayPhoto(prefix: prefix, since: time)))
        }
    }

    package func strays() async throws -> [StrayPhoto] {
        let found = try await list(Self.straysFolder).objects.compactMap { object -> StrayPhoto? in
            let parts = object.name.split(separator: "/")
            guard parts.count == 4, let since = Int64(parts[1]), let prefix = MediaPrefix(digits: parts[2])
            else { return nil }
            return StrayPhoto(prefix: prefix, since: since)
        }
        return Array(Set(found))
    }

    package func moveBack(_ strays: [StrayPhoto]) async throws {
        for stray in strays {
            let existing = try await sizes(below: "\(stray.prefix)/")
            try await move(folder(of: stray), to: "\(stray.prefix)/") { $1 > existing[$0] ?? -1 }
        }
    }

    package func removeStrays(_ strays: [StrayPhoto]) async throws {
        for stray in strays { try await remove(list(folder(of: stray)).objects.map(\.name)) }
    }

    private func folder(of stray: StrayPhoto) -> String {
        "\(Self.straysFolder)\(stray.since)/\(stray.prefix.digits)/"
    }

    /// Returns the sizes of the objects of a folder, by their names in the folder.
    private func sizes(below folder: String) async throws -> [String: Int64] {
        try await list(folder).objects.reduce(into: [:]) {
            $0[String($1.name.dropFirst(folder.count))] = $1.byteCount
        }
    }

    /// Moves the objects of a folder. Copies all of them before removing any, so that an interruption loses
    /// none.
    /// - Parameter isWanted: Whether to copy the object with this name and size. Other objects are only
    ///   removed.
    private func move(
        _ folder: String, to target: String, where isWanted: (String, Int64) -> Bool = { _, _ in true }
    ) async throws {
        var moved: [String] = []
        for (name, size) in try await sizes(below: folder) {
            if !isWanted(name, size) {
                moved.append(folder + name)
            } else if try await copy(folder + name, to: target + name) {
                moved.append(folder + name)
            }
        }
        try await remove(moved)
    }
}
