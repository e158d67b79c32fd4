import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// Everything a member made, as a ZIP file that is written while it is sent: JSON in the shapes of the API, and each photo
/// in its widest rendition.
struct ExportArchive: Sendable {
    let contents: Export.Contents
    let site: Site
    let export: Export

    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/zip", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"isntgram-\(contents.account.username).zip\"",
            ],
            body: ResponseBody { writer in
                var zip = ZipArchive()
                for (name, bytes) in documents {
                    try await writer.write(zip.begin(name))
                    try await writer.write(zip.add(ByteBuffer(bytes: bytes)))
                    try await writer.write(zip.end())
                }
                for (name, photo) in photos {
                    // A photo that goes meanwhile is left out.
                    guard let file = try await export.open(photo) else { continue }
                    try await writer.write(zip.begin(name))
                    for try await piece in file.pieces { try await writer.write(zip.add(piece)) }
                    try await writer.write(zip.end())
                }
                try await writer.write(zip.finish())
                try await writer.finish(nil)
            })
    }

    private var documents: [(String, [UInt8])] {
        let people = { (list: [AccountSummary]) in list.map { SummaryBody(account: $0, site: site) } }
        return [
            ("account.json", bytes(UserBody(account: contents.account, site: site, email: contents.email))),
            ("posts.json", list(contents.posts.map { PostBody(post: $0, site: site) })),
            ("comments.json", list(contents.comments.map { CommentBody(comment: $0, site: site) })),
            ("likes.json", ids(contents.liked)), ("saved.json", ids(contents.saved)),
            ("following.json", list(people(contents.following))), ("followers.json", list(people(contents.followers))),
            ("blocked.json", list(people(contents.blocked))), ("muted.json", list(people(contents.muted))),
        ]
    }

    private var photos: [(String, Photo)] {
        contents.posts.flatMap { post in
            post.photos.enumerated().map { place, photo in
                ("photos/\(post.id.code)-\(place + 1).\(photo.fileType)", photo)
            }
        }
    }

    private func bytes(_ value: some JSONWritable) -> [UInt8] {
        var json = JSONText()
        value.write(to: &json)
        return json.bytes
    }

    private func list(_ items: [some JSONWritable]) -> [UInt8] {
        var json = JSONText()
        json.object { $0.field("items", items) }
        return json.bytes
    }

    private func ids(_ posts: [ID<Post>]) -> [UInt8] {
        var json = JSONText()
        json.object { $0.field("items", posts.map(\.description)) }
        return json.bytes
    }
}
