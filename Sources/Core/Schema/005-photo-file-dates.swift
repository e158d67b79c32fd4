import Storage

extension Schema {
    /// The time when a photo got its current file names. The names, and so the URLs, change when a right to
    /// see the photo ends.
    static let photoFileDates = Migration(number: 5, name: "addresses of photos") { dialect in
        let integer = dialect.integer
        return "ALTER TABLE photos ADD COLUMN files_since \(integer) NOT NULL DEFAULT 0;"
    }
}
