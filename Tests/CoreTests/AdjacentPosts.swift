import Core
import Foundation
import SQLiteStorage
import Storage
import TestSupport
import Testing

@testable import Core
@testable import MediaStorage

// Helpers of tests with several communities at the same photo location.

func photos(_ media: any MediaStorage) async throws -> Set<MediaPrefix> {
    var found: Set<MediaPrefix> = []
    for folder in try await media.folders() { found.formUnion(try await media.prefixes(in: folder)) }
    return found
}

/// Runs `body` with another community, which has its own database and uses the same photo location.
func withOther(_ test: TestCommunity, _ body: (Community, any Storage) async throws -> Void) async throws {
    let storage = try SQLiteStorage()
    try await Community.migrate(storage)
    let other = test.community(over: storage)
    try await body(other, storage)
    await other.close()
    try await storage.close()
}

func register(_ name: String, in community: Community) async throws -> Viewer {
    let account = try await community.accounts.register(
        Registration(
            email: "\(name)@example.org", fullName: name, username: name, password: TestCommunity.password))
    let issued = try await community.credentials.issue(.token, to: account, scopes: .all, name: "test")
    return try #require(try await community.credentials.viewer(issued.secret, kind: .token))
}

@discardableResult
func post(in community: Community, _ test: TestCommunity, by viewer: Viewer) async throws -> Post {
    try await community.posts.publish(
        PostDraft(caption: "", photos: .uploads([try test.upload()])), by: viewer)
}

/// Removes the marker, as in a community from a version without markers.
func unmark(_ test: TestCommunity) async throws {
    switch test.community.media {
    case let bucket as S3Media: try await bucket.remove([".community"])
    default: try FileManager.default.removeItem(atPath: test.folder + "/media/.community")
    }
    #expect(try await test.community.media.marker() == nil)
}
