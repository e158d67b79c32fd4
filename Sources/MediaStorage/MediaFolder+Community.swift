import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whose photos a folder holds: a file `.community` at its root says so.
extension MediaFolder {
    private var markerPath: String { root + "/.community" }

    package func marker() async throws -> String? {
        try await threads.runIfActive { [self] in
            guard let count = Files.byteCount(markerPath) else { return nil }
            return String(buffer: try OpenFile(markerPath).read(Int(count), at: 0)).firstLine
        }
    }

    package func mark(_ community: String) async throws { try await write(community, at: markerPath) }

    package func others() async throws -> [String] {
        let beginning = ".community-"
        return try await threads.runIfActive { [self] in
            try Files.names(in: root).filter { $0.hasPrefix(beginning) }.map {
                String($0.dropFirst(beginning.count))
            }
        }
    }

    package func noteOther(_ community: String) async throws {
        try await write(community, at: "\(markerPath)-\(community)")
    }

    private func write(_ community: String, at path: String) async throws {
        try await threads.runIfActive { [self] in
            let new = "\(staging)/community-\(UploadName.random())"
            try NewFile(new).write(.init(string: community + "\n"))
            defer { unlink(new) }
            try Files.sync(new)
            // A link replaces nothing, and is there whole or not at all.
            guard link(new, path) == 0 || errno == EEXIST else { throw Files.failure("make", path) }
            try Files.sync(root)
        }
    }
}

/// Photos that nothing names: in `.strays`, in a folder for each time that some were moved.
extension MediaFolder {
    private var straysFolder: String { root + "/.strays" }

    package func moveAside(_ prefixes: [MediaPrefix], at time: Int64) async throws {
        try await threads.runIfActive { [self] in
            let folder = "\(straysFolder)/\(time)"
            try Files.makeFolder(folder)
            for prefix in prefixes where access("\(root)/\(prefix)", F_OK) == 0 {
                try Files.move("\(root)/\(prefix)", to: "\(folder)/\(prefix.digits)")
            }
            try Files.sync(folder)
            try Files.sync(straysFolder)
        }
    }

    package func strays() async throws -> [StrayPhoto] {
        try await threads.runIfActive { [self] in
            guard access(straysFolder, F_OK) == 0 else { return [] }
            return try Files.names(in: straysFolder).flatMap { time -> [StrayPhoto] in
                guard let since = Int64(time) else { return [] }
                return try Files.names(in: "\(straysFolder)/\(time)").compactMap { name in
                    MediaPrefix(digits: name).map { StrayPhoto(prefix: $0, since: since) }
                }
            }
        }
    }

    package func moveBack(_ strays: [StrayPhoto]) async throws {
        try await threads.runIfActive { [self] in
            for stray in strays {
                let (aside, place) = (path(of: stray), "\(root)/\(stray.prefix)")
                guard try Files.isThere(aside) else { continue }
                try Files.makeFolder("\(root)/\(stray.prefix.folder)")
                if try Files.isThere(place) {
                    try merge(aside, into: place)
                } else {
                    try Files.move(aside, to: place)
                }
                try Files.sync("\(root)/\(stray.prefix.folder)")
            }
            tidyUp(strays)
        }
    }

    /// Moves the files of a photo to where some of them may be again. What is there in part, as after a copy by hand
    /// that was broken off, must not replace the whole.
    private func merge(_ aside: String, into place: String) throws {
        for name in try Files.names(in: aside) {
            let (kept, known) = (Files.byteCount("\(aside)/\(name)"), Files.byteCount("\(place)/\(name)"))
            if let kept, kept > known ?? -1 { try Files.move("\(aside)/\(name)", to: "\(place)/\(name)") }
        }
        try Files.sync(place)
        try Files.remove(aside)
    }

    package func removeStrays(_ strays: [StrayPhoto]) async throws {
        try await threads.runIfActive { [self] in
            for stray in strays { try Files.remove(path(of: stray)) }
            tidyUp(strays)
        }
    }

    /// Removes the folders that are empty now.
    private func tidyUp(_ strays: [StrayPhoto]) {
        for since in Set(strays.map(\.since)) { rmdir("\(straysFolder)/\(since)") }
    }

    private func path(of stray: StrayPhoto) -> String {
        "\(straysFolder)/\(stray.since)/\(stray.prefix.digits)"
    }
}

extension String {
    /// What stands before the first line break; nil where that is nothing.
    var firstLine: String? { split(whereSeparator: \.isNewline).first.map(String.init) }
}
