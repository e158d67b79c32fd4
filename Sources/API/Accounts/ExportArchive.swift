import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// A ZIP file with all data of a member, written while it is sent: JSON files in the shapes of the API, and
/// the widest rendition of each photo. At most one page of a list is in memory at a time.
struct ExportArchive: Sendable {
    let export: Export
    let viewer: Viewer
    let account: Account
    let email: String
    let site: Site
    let context: WebContext

    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/zip", .cacheControl: "no-store",
                .contentDisposition: #"attachment; filename="isntgram-\#(account.username).zip""#,
            ],
            body: ResponseBody { writer in
                var file = ZipWriter(zip: ZipArchive(), body: writer, context: context)
                try await writeDocuments(to: &file)
                try await export.each(export.posts, of: viewer) { posts in
                    for (name, photo) in photos(of: posts) {
                        // A photo that was deleted in the meantime is left out.
                        guard let opened = try await export.open(photo) else { continue }
                        try await file.begin(name)
                        for try await chunk in opened.pieces { try await file.add(chunk) }
                        try await file.end()
                    }
                }
                try await file.finish()
            })
    }

    private func writeDocuments(to file: inout ZipWriter) async throws {
        var json = JSONText()
        UserBody(account: account, site: site, email: email).write(to: &json)
        try await file.begin("account.json")
        try await file.add(ByteBuffer(bytes: json.bytes))
        try await file.end()
        let person = { @Sendable (account: AccountSummary) in SummaryBody(account: account, site: site) }
        try await write("posts.json", export.posts, to: &file) { PostBody(post: $0, site: site) }
        try await write("comments.json", export.comments, to: &file) { CommentBody(comment: $0, site: site) }
        try await write("likes.json", export.liked, to: &file) { JSONNode.text($0.description) }
        try await write("saved.json", export.saved, to: &file) { JSONNode.text($0.description) }
        try await write("following.json", export.following, to: &file, person)
        try await write("followers.json", export.followers, to: &file, person)
        try await write("blocked.json", export.blocked, to: &file, person)
        try await write("muted.json", export.muted, to: &file, person)
    }

    /// Writes a list as a JSON object with `items`, page by page.
    private func write<Item>(
        _ name: String, _ list: Export.List<Item>, to file: inout ZipWriter,
        _ body: (Item) -> some JSONWritable
    ) async throws {
        try await file.begin(name)
        var separator = #"{"items":["#
        try await export.each(list, of: viewer) { items in
            var json = JSONText()
            json.array { json in for item in items { json.item(body(item)) } }
            var chunk = ByteBuffer(string: separator)
            // Without the brackets of the page's own array.
            chunk.writeBytes(json.bytes.dropFirst().dropLast())
            try await file.add(chunk)
            separator = ","
        }
        try await file.add(ByteBuffer(string: separator == "," ? "]}" : separator + "]}"))
        try await file.end()
    }

    private func photos(of posts: [Post]) -> [(String, Photo)] {
        posts.flatMap { post in
            post.photos.enumerated().map { index, photo in
                ("photos/\(post.id.code)-\(index + 1).\(photo.fileType)", photo)
            }
        }
    }
}

/// Writes a ZIP file to a response body.
private struct ZipWriter {
    var zip: ZipArchive
    var body: any ResponseBodyWriter
    let context: WebContext

    mutating func begin(_ name: String) async throws { try await body.write(zip.begin(name)) }
    mutating func end() async throws { try await body.write(zip.end()) }

    mutating func add(_ chunk: ByteBuffer) async throws {
        try await body.write(zip.add(chunk))
        try await context.waitForWrites()
    }

    mutating func finish() async throws {
        try await body.write(zip.finish())
        try await body.finish(nil)
    }
}
