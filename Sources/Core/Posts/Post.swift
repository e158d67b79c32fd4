import Storage

/// One to ten photos with a caption, as a viewer meets it.
package struct Post: Sendable {
    package let id: ID<Post>
    package let author: AccountSummary
    package let caption: String
    package let location: String
    /// In the author's order; never empty.
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
    /// The columns of a post as `viewer` meets it; needs `posts p` and `accounts a` for its author.
    ///
    /// The counts are those of the lists that the viewer is shown: the counters that are kept, without what
    /// people did who are hidden from them. Only what these did is looked up, so that it costs nothing where
    /// nobody is hidden.
    static func columns(for viewer: ID<Account>?) -> SQL {
        """
        p.id, \(AccountSummary.columns), p.caption, p.location, \
        p.likes_count - (SELECT count(*) FROM likes h WHERE h.post_id = p.id \
        AND h.account_id IN (\(Visibility.hidden(from: viewer)))), \
        p.comments_count - (SELECT count(*) FROM comments h WHERE h.post_id = p.id \
        AND h.author_id IN (\(Visibility.hidden(from: viewer)))), \
        EXISTS (SELECT 1 FROM likes l WHERE l.post_id = p.id AND l.account_id = \(viewer)), \
        EXISTS (SELECT 1 FROM saves k WHERE k.post_id = p.id AND k.account_id = \(viewer)), p.created_at, p.updated_at
        """
    }

    /// Reads what ``columns(for:)`` select. The photos are read for all posts of a page at once; see
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

/// The posts of the same author before and after one.
package struct Neighbours: Sendable, Equatable {
    package let newer: ID<Post>?
    package let older: ID<Post>?
}

/// What the author changes about a post; nil leaves a thing as it is.
package struct PostEdit: Sendable {
    package var caption: String?
    package var location: String?
    /// The texts of some of its photos.
    package var altTexts: [ID<Photo>: String]

    package init(caption: String? = nil, location: String? = nil, altTexts: [ID<Photo>: String] = [:]) {
        self.caption = caption
        self.location = location
        self.altTexts = altTexts
    }

    func checked() throws(Problem) -> PostEdit {
        let edit = PostEdit(
            caption: caption?.unixLines.trimmed, location: location?.trimmed,
            altTexts: altTexts.mapValues(\.unixLines.trimmed))
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
                    in: text, named: "An alternative text", atMost: PhotoUpload.altTextLimit, as: .prose))
        }
        try check.done()
        return edit
    }
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
        check.add(
            "caption",
            TextLimit.fault(in: draft.caption, named: "A caption", atMost: Self.captionLimit, as: .prose))
        check.add(
            "location",
            TextLimit.fault(in: draft.location, named: "A location", atMost: Self.locationLimit, as: .line))
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
