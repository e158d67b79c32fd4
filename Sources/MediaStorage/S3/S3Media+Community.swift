import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Whose photos a bucket holds under a prefix: the object `.community` there says so.
extension S3Media {
    private static let markerName = ".community"

    package func marker() async throws -> String? {
        let response = try await client.expect([200, 404], .GET, client.key(Self.markerName))
        guard response.status == .ok else { return nil }
        return String(buffer: try await response.body.collect(upTo: 1024)).firstLine
    }

    package func mark(_ community: String) async throws {
        // Servers that know no conditions on writing answer 501, or pass over them: then the last of two who
        // come at once has it, and the other finds that out before it cleans up anything.
        let name = Self.markerName
        let status = try await put(community, at: name, ["if-none-match": "*"], [200, 409, 412, 501])
        if status == .notImplemented { _ = try await put(community, at: name, [:], [200]) }
    }

    package func others() async throws -> [String] {
        let beginning = "\(Self.markerName)-"
        return try await list(beginning, isDeep: false).objects.map {
            String($0.name.dropFirst(beginning.count))
        }
    }

    package func noteOther(_ community: String) async throws {
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

/// Photos that nothing names: under `strays/` and the time they were moved, copied by S3 itself.
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
            let known = try await sizes(below: "\(stray.prefix)/")
            try await move(folder(of: stray), to: "\(stray.prefix)/") { $1 > known[$0] ?? -1 }
        }
    }

    package func removeStrays(_ strays: [StrayPhoto]) async throws {
        for stray in strays { try await remove(list(folder(of: stray)).objects.map(\.name)) }
    }

    private func folder(of stray: StrayPhoto) -> String {
        "\(Self.straysFolder)\(stray.since)/\(stray.prefix.digits)/"
    }

    /// The objects of a folder by their names in it.
    private func sizes(below folder: String) async throws -> [String: Int64] {
        try await list(folder).objects.reduce(into: [:]) {
            $0[String($1.name.dropFirst(folder.count))] = $1.byteCount
        }
    }

    /// Copies all objects first: broken off at any moment, none is lost.
    /// - Parameter isWanted: by name and size; the others are removed and not copied.
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
