import Storage

/// The database schema, as a list of migrations.
package enum Schema {
    /// The migrations, in order. The SQL of a released migration must never change, because databases contain
    /// its checksum. A change to the schema is a new migration at the end.
    package static let migrations = [
        initial, product, directUploads, jobs, photoFileDates, boundedLists, formerUsernames,
        hiddenReactions, requestKeys, searchWords, secondFactors,
    ]
}
