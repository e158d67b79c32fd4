import MediaStorage
import Synchronization

/// How much disk space uploads in progress may take, until their photos are stored.
package struct UploadLimits: Sendable {
    /// The limit for all uploads together.
    package var bytes = 3_000_000_000
    package var files = 1_000
    /// The limit for one sender: enough for ten photos of the largest size at the same time.
    package var bytesPerSender = 300_000_000
    package var filesPerSender = 40

    package init() {}
}

/// The sender of an upload.
package enum UploadSender: Sendable, Hashable {
    case account(ID<Account>)
    /// A client that uses a direct upload URL, which accepts one file at a time.
    case uploadURL(UploadName)
}

/// Counts the disk space of uploads in progress, so that no client can fill the disk with many or slow
/// requests.
package final class UploadSpace: Sendable {
    private struct Usage {
        var bytes = 0
        var files = 0

        func adding(_ other: Usage) -> Usage { Usage(bytes: bytes + other.bytes, files: files + other.files) }
    }

    private struct State {
        var all = Usage()
        var senders: [UploadSender: Usage] = [:]
    }

    private let limits: UploadLimits
    /// A lock, because requests on every thread use it, each for well under a microsecond.
    private let state = Mutex(State())

    init(limits: UploadLimits) { self.limits = limits }

    /// Reserves space for files or bytes.
    /// - Throws: ``Problem``: `tooMany` if the sender has reached its limit, `unavailable` if all uploads
    ///   together have.
    package func reserve(bytes: Int = 0, files: Int = 0, for sender: UploadSender) throws(Problem) {
        let more = Usage(bytes: bytes, files: files)
        let problem = state.withLock { state -> Problem? in
            let own = state.senders[sender, default: Usage()].adding(more)
            let all = state.all.adding(more)
            if case .uploadURL = sender, own.files > 1 {
                return Problem(
                    .tooMany(retryAfter: 10),
                    "Another upload to this URL is in progress. Wait until it ends.")
            }
            guard own.bytes <= limits.bytesPerSender, own.files <= limits.filesPerSender else {
                return Problem(
                    .tooMany(retryAfter: 10),
                    "Too many of your uploads are in progress. Wait until they end and try again.")
            }
            guard all.bytes <= limits.bytes, all.files <= limits.files else {
                return Problem(
                    .unavailable(retryAfter: 30),
                    "The server is receiving too many uploads. Try again soon.")
            }
            state.senders[sender] = own
            state.all = all
            return nil
        }
        if let problem { throw problem }
    }

    /// Releases reserved space. Call this after the files were removed.
    package func release(bytes: Int, files: Int, for sender: UploadSender) {
        let less = Usage(bytes: -bytes, files: -files)
        state.withLock { state in
            state.all = state.all.adding(less)
            let own = state.senders[sender, default: Usage()].adding(less)
            state.senders[sender] = own.bytes > 0 || own.files > 0 ? own : nil
        }
    }
}
