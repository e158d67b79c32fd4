import MediaStorage
import Synchronization

/// How much of the disk uploads may take that are not kept yet, with the requests that bring them.
package struct UploadLimits: Sendable {
    /// Bytes of all of them.
    package var bytes = 3_000_000_000
    package var files = 1_000
    /// Bytes of one account: ten photos of the largest size at once, and some more.
    package var bytesOfOne = 300_000_000
    package var filesOfOne = 40

    package init() {}
}

/// Who brings an upload.
package enum UploadSender: Sendable, Hashable {
    case account(ID<Account>)
    /// Whoever holds an address for one photo; one at a time.
    case address(UploadName)
}

/// Counts what the uploads in progress take of the disk, so that nobody fills it by many requests, or by slow
/// ones.
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
    /// A lock, because requests on every thread ask, for well under a microsecond.
    private let state = Mutex(State())

    init(limits: UploadLimits) { self.limits = limits }

    /// Reserves room for a file, or for more bytes of one.
    /// - Throws: ``Problem``: `tooMany` where the sender has no more, `unavailable` where nobody has.
    package func reserve(bytes: Int = 0, files: Int = 0, for sender: UploadSender) throws(Problem) {
        let more = Usage(bytes: bytes, files: files)
        let problem = state.withLock { state -> Problem? in
            let own = state.senders[sender, default: Usage()].adding(more)
            let all = state.all.adding(more)
            if case .address = sender, own.files > 1 {
                return Problem(
                    .tooMany(retryAfter: 10),
                    "Another upload to this address is in progress; wait for its end.")
            }
            guard own.bytes <= limits.bytesOfOne, own.files <= limits.filesOfOne else {
                return Problem(
                    .tooMany(retryAfter: 10),
                    "Too many of your uploads are in progress. Wait for their end, and try again.")
            }
            guard all.bytes <= limits.bytes, all.files <= limits.files else {
                return Problem(
                    .unavailable(retryAfter: 30),
                    "The server takes as many uploads as it can already. Try again soon.")
            }
            state.senders[sender] = own
            state.all = all
            return nil
        }
        if let problem { throw problem }
    }

    /// Gives back what was reserved, once the files are gone.
    package func release(bytes: Int, files: Int, for sender: UploadSender) {
        let less = Usage(bytes: -bytes, files: -files)
        state.withLock { state in
            state.all = state.all.adding(less)
            let own = state.senders[sender, default: Usage()].adding(less)
            state.senders[sender] = own.bytes > 0 || own.files > 0 ? own : nil
        }
    }
}
