import Storage

/// A post of one to ten photos with a caption, as a viewer sees it.
package struct Post: Sendable {
    package let id: ID<Post>
    package let author: AccountSummary
    package let caption: String
    package let location: String
    /// The photos in the author's order; never empty.
    package internal(set) var photos: [Photo]
    package let likesCount: Int
    package let commentsCount: Int
    package let likedByViewer: Bool
    package let savedByViewer: Bool
    /// Milliseconds since 1970.
    package let createdAt: Int64
    package let updatedAt: Int64
}

extension Post {
    /// The columns of a post as `viewer` sees it. The query must have `posts p`, and `accounts a` for the
    /// author.
    ///
    /// The counts match the lists that the viewer sees: they are the stored counters minus the likes and
    /// comments of people who are hidden from the viewer, or whom the author of the post blocks.
    static func columns(for viewer: ID<Account>?) -> SQL {
        """
        p.id, \(AccountSummary.columns), p.caption, p.location, \
        p.likes_count - \(Visibility.hiddenReactions(in: "likes", by: "account_id", from: viewer)), \
        p.comments_count - \(Visibility.hiddenReactions(in: "comments", by: "author_id", from: viewer)), \
        EXISTS (SELECT 1 FROM likes l WHERE l.post_id = p.id AND l.account_id = \(viewer)), \
        EXISTS (SELECT 1 FROM saves k WHERE k.post_id = p.id AND k.account_id = \(viewer)), \
        p.created_at, p.updated_at
        """
    }

    /// Reads the columns of ``columns(for:)``. The photos are read for all posts of a page at once; see
    /// ``PostRecords``.
    init(_ row: inout RowReader) {
        id = row.id()
        author = row.value()
        caption = row.text()
        location = row.text()
        photos = []
        likesCount = row.count()
        commentsCount = row.count()
        likedByViewer = row.bool()
        savedByViewer = row.bool()
        createdAt = row.int()
        updatedAt = row.int()
    }
}

/// The next newer and the next older post by the same author.
package struct AdjacentPosts: Sendable, Equatable {
    package let newer: ID<Post>?
    package let older: ID<Post>?
}

/// Changes to a post by its author. Nil leaves a value unchanged.
package struct PostEdit: Sendable {
    package var caption: String?
    package var location: String?
    /// New alt texts for some of the photos.
    package var altTexts: [ID<Photo>: String]

    package init(caption: String? = nil, location: String? = nil, altTexts: [ID<Photo>: String] = [:]) {
        self.caption = caption
        self.location = location
        self.altTexts = altTexts
    }

    func checked() throws(Problem) -> PostEdit {
        let edit = PostEdit(
            caption: caption?.prose, location: location?.trimmed,
            altTexts: altTexts.mapValues(\.prose))
        var check = FieldCheck()
        check.add(
            "caption",
            edit.caption.flatMap {
                TextLimit.fault(in: $0, named: "A caption", atMost: PostDraft.captionLimit, as: .prose)
            })
        check.add(
            "location",
            edit.location.flatMap {
                TextLimit.fault(in: $0, named: "A location", atMost: PostDraft.locationLimit, as: .line)
            })
        for text in edit.altTexts.values {
            check.add(
                "altText",
                TextLimit.fault(
                    in: text, named: "Alt text", atMost: PhotoUpload.altTextLimit, as: .prose))
        }
        try check.finish()
        return edit
    }
}

/// A post before it is published.
package struct PostDraft: Sendable {
    package static let photosLimit = 10
    package static let captionLimit = 2200
    package static let locationLimit = 100

    /// The photos, in their order.
    package enum Photos: Sendable {
        /// Photos that are uploaded together with the post.
        case uploads([PhotoUpload])
        /// Photos that were added before.
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

    /// What distinguishes the draft from others with the same request key.
    var contents: [String] {
        switch photos {
        case .uploads(let uploads): [caption, location, "\(uploads.count)"] + uploads.flatMap(\.contents)
        case .added(let ids): [caption, location] + ids.map(\.description)
        }
    }

    func checked() throws(Problem) -> PostDraft {
        let draft = PostDraft(caption: caption.prose, location: location.trimmed, photos: photos)
        var check = FieldCheck()
        check.add(
            "caption",
            TextLimit.fault(in: draft.caption, named: "A caption", atMost: Self.captionLimit, as: .prose))
        check.add(
            "location",
            TextLimit.fault(in: draft.location, named: "A location", atMost: Self.locationLimit, as: .line))
        check.require(draft.photos.count > 0, "image", "Choose at least one photo.")
        check.require(
            draft.photos.count <= Self.photosLimit, "image",
            "A post must have at most \(Self.photosLimit) photos; you chose \(draft.photos.count).")
        if case .added(let ids) = draft.photos {
            check.require(
                Set(ids).count == ids.count, "mediaIds", "A post cannot contain the same photo twice.")
        }
        try check.finish()
        return draft
    }
}
