import Core
import Web

/// A post in JSON.
struct PostBody: Encodable, Sendable {
    let id: ID<Post>
    let code: String
    let url: String
    let authorId: ID<Account>
    let author: UserSummaryBody
    let caption: String
    let location: String
    let imageUrl: String
    let media: [PhotoBody]
    let likesCount: Int
    let commentsCount: Int
    let likedByMe: Bool
    let savedByMe = false
    let createdAt: String
    let updatedAt: String

    init(_ post: Post, at site: Site) {
        id = post.id
        code = post.id.code
        url = site.absolute(Site.post(post.id))
        authorId = post.author.id
        author = UserSummaryBody(post.author)
        caption = post.caption
        location = post.location
        media = post.photos.map { PhotoBody($0, at: site) }
        imageUrl = media.first?.url ?? ""
        likesCount = post.likesCount
        commentsCount = post.commentsCount
        likedByMe = post.likedByViewer
        createdAt = Timestamp(post.createdAt).rfc3339
        updatedAt = Timestamp(post.updatedAt).rfc3339
    }
}
