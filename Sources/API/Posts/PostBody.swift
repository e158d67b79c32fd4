import Core
import Web

/// The JSON form of a post.
struct PostBody: JSONWritable {
    let post: Post
    let site: Site

    func write(to json: inout JSONText) {
        let media = post.photos.map { PhotoBody(photo: $0, site: site) }
        json.object { json in
            json.field("id", post.id.description)
            json.field("code", post.id.code)
            json.field("url", site.absolute(Site.post(post.id)))
            json.field("authorId", post.author.id.description)
            json.field("author", SummaryBody(account: post.author, site: site))
            json.field("caption", post.caption)
            json.field("location", post.location)
            json.field("imageUrl", media.first?.url ?? "")
            json.field("media", media)
            json.field("likesCount", post.likesCount)
            json.field("commentsCount", post.commentsCount)
            json.field("likedByMe", post.likedByViewer)
            json.field("savedByMe", post.savedByViewer)
            json.field("createdAt", Timestamp(post.createdAt).rfc3339)
            json.field("updatedAt", Timestamp(post.updatedAt).rfc3339)
        }
    }
}
