import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The community that owns the photos of a folder. Its id is in the file `.community` at the root.
extension MediaFolder {
    private var markerPath: String { root + "/.community" }

    package func marker() async throws -> String? {
        try await threads.runIfActive { [self] in
            guard let count = Files.byteCount(markerPath) else { return nil }
            return String(buffer: try OpenFile(markerPath).read(Int(count), at: 0)).firstLine
        }
    }

    package func writeMarker(_ community: String) async throws { try await write(community, at: markerPath) }

    package func otherCommunities() async throws -> [String] {
        let filePrefix = ".community-"
        return try await threads.runIfActive { [self] in
            try Files.names(in: root).filter { $0.hasPrefix(filePrefix) }.map {
                String($0.dropFirst(filePrefix.count))
            }
        }
    }

    package func addOtherCommunity(_ community: String) async throws {
        try await write(community, at: "\(markerPath)-\(community)")
    }

    private func write(_ community: String, at path: String) async throws {
        try await threads.runIfActive { [self] in
            let staged = "\(staging)/community-\(UploadName.random())"
            try NewFile(staged).write(.init(string: community + "\n"))
            defer { unlink(staged) }
            try Files.sync(staged)
            // Linking is atomic and never replaces an existing file.
            guard link(staged, path) == 0 || errno == EEXIST else { throw Files.failure("create", path) }
            try Files.sync(root)
        }
    }
}

/// Stray photos. They are in `.strays`, in one folder for each time when photos were moved aside.
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
                let (source, target) = (path(of: stray), "\(root)/\(stray.prefix)")
                guard try Files.exists(source) else { continue }
                try Files.makeFolder("\(root)/\(stray.prefix.folder)")
                if try Files.exists(target) {
                    try merge(source, into: target)
                } else {
                    try Files.move(source, to: target)
                }
                try Files.sync("\(root)/\(stray.prefix.folder)")
            }
            removeEmptyFolders(of: strays)
        }
    }

    /// Moves the files of a photo into a folder that may already have some of them. An incomplete file, for
    /// example of an interrupted manual copy, must not replace a complete one.
    private func merge(_ source: String, into target: String) throws {
        for name in try Files.names(in: source) {
            let newSize = Files.byteCount("\(source)/\(name)")
            let existingSize = Files.byteCount("\(target)/\(name)")
            if let newSize, newSize > existingSize ?? -1 {
                try Files.move("\(source)/\(name)", to: "\(target)/\(name)")
            }
        }
        try Files.sync(target)
        try Files.remove(source)
    }

    package func removeStrays(_ strays: [StrayPhoto]) async throws {
        try await threads.runIfActive { [self] in
            for stray in strays { try Files.remove(path(of: stray)) }
            removeEmptyFolders(of: strays)
        }
    }

    /// Removes the folders of these strays that are empty.
    private func removeEmptyFolders(of strays: [StrayPhoto]) {
        for since in Set(strays.map(\.since)) { rmdir("\(straysFolder)/\(since)") }
    }

    private func path(of stray: StrayPhoto) -> String {
        "\(straysFolder)/\(stray.since)/\(stray.prefix.digits)"
    }
}

extension String {
    /// The first line that is not empty, or nil if there is none.
    var firstLine: String? { split(whereSeparator: \.isNewline).first.map(String.init) }
}
