import Core
import DemoPhotos
import Foundation
import Imaging
import Logging
import Subprocess
import Synchronization

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A community of twelve people and sixty posts, for visitors who try the site. It is created through the
/// same code as real accounts and posts, and is the same every time, except for ids and dates.
struct DemoCommunity {
    private static let postCount = 60
    /// How long ago the community began, in milliseconds.
    private static let age: Int64 = 28 * 24 * 60 * 60 * 1000

    private let services: Services
    private let clock: DemoClock
    private let community: Community
    private var random = SplitMix64(state: 2026)

    private struct Member {
        let viewer: Viewer
        let person: DemoScript.Person
    }

    /// An image file to post, and the name of the photo that it is a part of.
    private struct Picture {
        let path: String
        let photo: String
    }

    /// Creates the demo community if there are no accounts yet.
    /// - Returns: whether it was created.
    static func create(in services: Services) async throws -> Bool {
        guard try await services.community.accounts.all().isEmpty else { return false }
        var demo = DemoCommunity(services)
        try await demo.create()
        return true
    }

    private init(_ services: Services) {
        self.services = services
        clock = DemoClock(WallClock.system.now() - Self.age)
        community = services.community(clock: clock.wallClock)
    }

    private mutating func create() async throws {
        let folder = services.uploads.newPath()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let pictures = try await pictures(in: folder)
        var members: [Member] = []
        for person in DemoScript.people {
            members.append(try await register(person, pictures[members.count + Self.postCount]))
        }
        for member in members { try await followSome(member, members) }
        let step = Self.age / Int64(Self.postCount + 1)
        var usedCaptions: [String: Int] = [:]
        for number in 0..<Self.postCount {
            // The visitor's account, which is the first, does not post.
            let author = members[1 + number % (members.count - 1)]
            let post = try await publish(
                pictures[number], by: author, number: &usedCaptions[pictures[number].photo, default: 0])
            try await react(to: post, by: author, members)
            clock.advance(to: WallClock.system.now() - Self.age + step * Int64(number + 1))
        }
        try await notifyVisitor(from: members)
        try FileManager.default.removeItem(atPath: folder)
        await community.close()
    }

    private mutating func register(_ person: DemoScript.Person, _ picture: Picture) async throws -> Member {
        let account = try await community.accounts.createDemo(
            Registration(
                email: "\(person.username)@demo.invalid", fullName: person.fullName,
                username: person.username, password: ""),
            isDemo: person.username == DemoScript.visitor)
        let issued = try await community.credentials.issue(.session, to: account, scopes: .all, name: "Demo")
        guard let viewer = try await community.credentials.viewer(issued.secret, kind: .session) else {
            throw Problem.signInRequired
        }
        if person.username != DemoScript.visitor {
            _ = try await community.accounts.edit(
                ProfileEdit(bio: person.bio, pronouns: person.pronouns), by: viewer)
            _ = try await community.accounts.setPicture(
                PhotoUpload(path: picture.path, altText: ""), by: viewer)
        }
        return Member(viewer: viewer, person: person)
    }

    private mutating func followSome(_ member: Member, _ members: [Member]) async throws {
        let count = member.person.username == DemoScript.visitor ? 7 : 5
        for other in members.shuffled(using: &random).prefix(count) where other.viewer.id != member.viewer.id
        {
            guard other.person.username != DemoScript.visitor || Bool.random(using: &random) else { continue }
            try await community.follows.follow(other.person.username, by: member.viewer)
        }
    }

    private mutating func publish(_ picture: Picture, by author: Member, number: inout Int) async throws
        -> Post
    {
        let captions = DemoScript.captions[picture.photo] ?? []
        let caption = captions.isEmpty ? "" : captions[number % captions.count]
        number += 1
        let place = DemoScript.places.randomElement(using: &random) ?? ""
        let altText = "Part of a photo: \(picture.photo)"
        return try await community.posts.publish(
            PostDraft(
                caption: caption, location: place,
                photos: .uploads([PhotoUpload(path: picture.path, altText: altText)])),
            by: author.viewer)
    }

    private mutating func react(to post: Post, by author: Member, _ members: [Member]) async throws {
        let others = members.filter {
            $0.viewer.id != author.viewer.id && $0.person.username != DemoScript.visitor
        }
        for other in others.shuffled(using: &random).prefix(Int.random(in: 1...9, using: &random)) {
            try await community.likes.like(post.id, by: other.viewer)
        }
        for other in others.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)) {
            let text = DemoScript.comments.randomElement(using: &random) ?? "Wow."
            let comment = try await community.comments.add(text, to: post.id, by: other.viewer)
            guard Bool.random(using: &random) else { continue }
            try await community.likes.like(comment.id, by: author.viewer)
            let reply = DemoScript.replies.randomElement(using: &random) ?? "Thank you!"
            _ = try await community.comments.add(reply, to: post.id, replyTo: comment.id, by: author.viewer)
        }
    }

    /// Creates notifications for the visitor's account: new followers, and comments that mention it.
    private mutating func notifyVisitor(from members: [Member]) async throws {
        for member in members.dropFirst().prefix(4) {
            try await community.follows.follow(DemoScript.visitor, by: member.viewer)
        }
        let newest = try await community.explore.recent(for: nil, page: PageRequest(limit: 3)).items
        for (member, post) in zip(members.dropFirst(2), newest) {
            _ = try await community.comments.add(
                "@\(DemoScript.visitor) have you seen this one?", to: post.id, by: member.viewer)
        }
    }

    // MARK: - Pictures

    /// Creates the images: parts of the photos with changed colours, one for each post and then one for each
    /// profile picture. One child process creates all of them.
    private mutating func pictures(in folder: String) async throws -> [Picture] {
        for photo in DemoPhotos.all {
            try Data(photo.bytes).write(to: URL(fileURLWithPath: "\(folder)/\(photo.name).jpg"))
        }
        let count = Self.postCount + DemoScript.people.count
        let variants = (0..<count).map { number -> (PhotoVariant, String) in
            let photo = DemoPhotos.all[number % DemoPhotos.all.count].name
            let width = Double.random(in: 0.45...0.85, using: &random)
            let height = Double.random(in: 0.45...0.85, using: &random)
            let variant = PhotoVariant(
                input: "\(folder)/\(photo).jpg", output: "\(folder)/\(number).jpg",
                left: Double.random(in: 0...(1 - width), using: &random),
                top: Double.random(in: 0...(1 - height), using: &random),
                width: width, height: height, isMirrored: Bool.random(using: &random),
                gains: (0..<3).map { _ in Double.random(in: 0.75...1.2, using: &random) })
            return (variant, photo)
        }
        let list = "\(folder)/variants.json"
        try JSONEncoder().encode(variants.map(\.0)).write(to: URL(fileURLWithPath: list))
        let child = try await Subprocess.run(
            .path(FilePath(try Services.executable())), arguments: [MakeVariants.name, list],
            output: .discarded,
            error: .string(limit: 4096))
        guard child.terminationStatus.isSuccess else {
            throw CommandError("The demo photos could not be created: \(child.standardError)")
        }
        return variants.map { Picture(path: $0.0.output, photo: $0.1) }
    }
}

/// A clock that is set by hand, so that the demo community has a past. It has a lock because it is shared by
/// tasks.
private final class DemoClock: Sendable {
    private let now: Mutex<Int64>
    init(_ start: Int64) { now = Mutex(start) }
    /// The clock for the community. It advances by 7 ms each time it is read.
    var wallClock: WallClock {
        WallClock {
            self.now.withLock { now in
                now += 7
                return now
            }
        }
    }
    func advance(to time: Int64) { now.withLock { $0 = max($0, time) } }
}

/// A generator of the same random numbers every time (Steele, Lea, Flood: “Fast splittable pseudorandom
/// number generators”, 2014).
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
