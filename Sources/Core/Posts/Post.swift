/// One to ten photos with a caption, as a viewer meets it.
package struct Post: Sendable {
    package let id: ID<Post>
    package let author: AccountSummary
    package let caption: String
    package let location: String
    /// In the author's order; never empty.
    package let photos: [Photo]
    package let likesCount: Int
    package let commentsCount: Int
    package let likedByViewer: Bool
    /// Milliseconds since 1970.
    package let createdAt: Int64
    package let updatedAt: Int64
}

/// What somebody wants to post.
package struct PostDraft: Sendable {
    package static let photosLimit = 10
    package static let captionLimit = 2200
    package static let locationLimit = 100

    /// The photos, in their order.
    package enum Photos: Sendable {
        /// Uploaded with the post.
        case uploads([PhotoUpload])
        /// Added before.
        case added([ID<Photo>])

        var count: Int {
            switch self {
            case .uploads(let uploads): uploads.count
            case .added(let ids): ids.count
            }
        }
    }

    package var caption: String
    package var location: String
    package var photos: Photos

    package init(caption: String, location: String = "", photos: Photos) {
        self.caption = caption
        self.location = location
        self.photos = photos
    }

    func checked() throws(Problem) -> PostDraft {
        let draft = PostDraft(caption: caption.unixLines.trimmed, location: location.trimmed, photos: photos)
        var check = FieldCheck()
        check.add("caption", TextLimit.fault(in: draft.caption, named: "A caption", atMost: Self.captionLimit))
        check.add("location", TextLimit.fault(in: draft.location, named: "A location", atMost: Self.locationLimit))
        check.require(draft.photos.count > 0, "image", "Choose at least one photo.")
        check.require(
            draft.photos.count <= Self.photosLimit, "image",
            "A post has at most \(Self.photosLimit) photos; this one has \(draft.photos.count).")
        if case .added(let ids) = draft.photos {
            check.require(Set(ids).count == ids.count, "mediaIds", "A photo stands only once in a post.")
        }
        try check.done()
        return draft
    }
}
