import Storage

/// The part of an account that is shown with a post or a comment, and in lists.
package struct AccountSummary: Sendable, Equatable {
    package let id: ID<Account>
    package let username: String
    package let fullName: String
    /// The key prefix of the profile picture; nil without a picture.
    package let picture: String?

    package init(id: ID<Account>, username: String, fullName: String, picture: String?) {
        self.id = id
        self.username = username
        self.fullName = fullName
        self.picture = picture
    }

    /// The key of the profile picture, a square with sides of 320 pixels.
    package var pictureKey: String? { picture.map { "\($0)/thumb.jpg" } }
    /// The key of the small profile picture for lists, with sides of 96 pixels.
    package var smallPictureKey: String? { picture.map { "\($0)/96.jpg" } }
}

extension AccountSummary: RowReadable {
    package static let columns: SQL = "a.id, a.username, a.full_name, a.picture"

    package init(_ row: inout RowReader) {
        id = row.id()
        username = row.text()
        fullName = row.text()
        let picture = row.text()
        self.picture = picture.isEmpty ? nil : picture
    }
}
