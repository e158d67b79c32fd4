import Storage

extension Schema {
    /// Indexes for lists that are read only in part: the newest notifications of each kind for an account,
    /// the comments of one author on a post, and the newest comments of an author.
    static let boundedLists = Migration(number: 6, name: "indexes of bounded lists") { _ in
        """
        CREATE INDEX notifications_of_kind ON notifications (account_id, kind, id);
        CREATE INDEX comments_of_post_author ON comments (post_id, author_id);
        CREATE INDEX comments_by_author ON comments (author_id, id);
        DROP INDEX comments_of_author;
        """
    }
}
