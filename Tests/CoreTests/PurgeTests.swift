import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import Core

/// Tests that deleted text is removed from search indexes and logs.
struct PurgeTests {
    private func purge(_ test: TestCommunity) async throws -> WaitingJob? {
        try await test.community.jobs.all().first { $0.kind == PurgeDeletedText.kind }
    }

    /// Whether `action` schedules a purge.
    private func schedulesPurge(_ test: TestCommunity, _ action: () async throws -> Void) async throws -> Bool
    {
        if let job = try await purge(test) { try await test.community.jobs.drop(job.id) }
        try await action()
        return try await purge(test) != nil
    }

    @Test func `only changes that delete or replace text schedule a purge`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let post = try await test.post(by: ada, "words")
            let accounts = community.accounts
            #expect(try await !schedulesPurge(test) { _ = try await test.post(by: ada, "more words") })
            #expect(try await !schedulesPurge(test) { try await community.likes.like(post.id, by: ben) })
            #expect(
                try await schedulesPurge(test) {
                    _ = try await community.posts.edit(post.id, PostEdit(caption: "new"), by: ada)
                })
            #expect(
                try await !schedulesPurge(test) {
                    _ = try await community.posts.edit(post.id, PostEdit(caption: "new"), by: ada)
                })
            let photo = post.photos[0].id
            #expect(
                try await schedulesPurge(test) {
                    _ = try await community.posts.edit(post.id, PostEdit(altTexts: [photo: "a cat"]), by: ada)
                })
            #expect(
                try await schedulesPurge(test) {
                    _ = try await accounts.edit(ProfileEdit(bio: "hi"), by: ada)
                })
            #expect(
                try await !schedulesPurge(test) {
                    _ = try await accounts.edit(ProfileEdit(bio: "hi"), by: ada)
                })
            #expect(
                try await !schedulesPurge(test) {
                    _ = try await accounts.edit(ProfileEdit(isPrivate: true), by: ada)
                })
            #expect(
                try await schedulesPurge(test) {
                    _ = try await accounts.edit(ProfileEdit(fullName: "Ada L."), by: ada)
                }
            )
            #expect(
                try await schedulesPurge(test) { _ = try await accounts.setUsername("countess", by: ada) })
            #expect(
                try await !schedulesPurge(test) {
                    _ = await problem { try await community.comments.delete(ID(5), by: ada) }
                })
        }
    }

    @Test func `deleting comments, posts and accounts schedules a purge`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let post = try await test.post(by: ada, "words")
            let comment = try await community.comments.add("words", to: post.id, by: ben)
            let eve = try await test.member("eve")
            #expect(
                try await !schedulesPurge(test) {
                    _ = await problem { try await community.comments.delete(comment.id, by: eve) }
                })
            #expect(
                try await schedulesPurge(test) {
                    _ = try await community.comments.delete(comment.id, by: ben)
                })
            #expect(try await schedulesPurge(test) { try await community.posts.delete(post.id, by: ada) })
            #expect(try await schedulesPurge(test) { try await community.accounts.delete(ben.summary) })
            let photo = try await community.photos.add(try test.upload(altText: "words"), by: ada)
            #expect(
                try await schedulesPurge(test) {
                    try await community.photos.deleteUnposted(photo.id, by: ada)
                })
            _ = try await community.photos.add(try test.upload(altText: "words"), by: ada)
            test.time.advance(by: Maintenance.waitingPhotoLifetime + 1)
            #expect(try await schedulesPurge(test) { _ = try await community.maintenance.run() })
        }
    }

    @Test func `a purge runs about half a minute after a deletion, and at most every three minutes`()
        async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            func edit() async throws {
                _ = try await test.community.accounts.edit(ProfileEdit(bio: UUID().uuidString), by: ada)
            }
            try await edit()
            let first = try #require(try await purge(test)).runAt - test.time.clock.now()
            #expect((20_000...30_000).contains(first))
            test.time.advance(by: 10_000)
            try await edit()
            test.time.advance(by: first - 10_000)
            try await test.settle()
            #expect(try await purge(test) == nil)
            try await edit()
            #expect(try await purge(test)?.runAt == test.time.clock.now() + PurgeScheduler.interval)
            test.time.advance(by: PurgeScheduler.interval)
            try await test.settle()
            test.time.advance(by: 3600_000)
            try await edit()
            #expect(try await purge(test)?.runAt == test.time.clock.now() + PurgeScheduler.delay)
        }
    }

    @Test func `a search does not find deleted words, and still finds others after the purge`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let (gone, kept) = (
                try await test.post(by: ada, "zanzibar"), try await test.post(by: ada, "turin")
            )
            try await test.community.posts.delete(gone.id, by: ada)
            test.time.advance(by: PurgeScheduler.delay)
            try await test.settle()
            #expect(try await purge(test) == nil)
            let search = test.community.search
            #expect(try await search.posts(try SearchQuery("zanzibar"), for: nil, page: .first).items.isEmpty)
            #expect(
                try await search.posts(try SearchQuery("turin"), for: nil, page: .first).items.map(\.id) == [
                    kept.id
                ])
        }
    }
}
