import CSandbox
import Foundation

/// What holds a rendering process in, besides the kernel's limits of what it may take.
///
/// A decoder that an upload took over is left with the files that are open, which are the upload and what is
/// made of it: it opens no other, sees no network and starts no process. The filter of system calls is enough
/// for that, and no photo is read without it. Landlock and namespaces are further walls behind it, where the
/// kernel has them and allows them: a container often does not.
package struct Confinement: Sendable, Equatable, Codable {
    /// Whether system calls are filtered; never false where photos are read on Linux.
    package let filtersSystemCalls: Bool
    /// The version of Landlock that forbids files and sockets; 0 where there is none.
    package let landlockVersion: Int
    /// Whether it is in user, network and IPC namespaces of its own.
    package let hasOwnNamespaces: Bool
    /// Whether its own folder is all that it sees of the file system.
    package let hasOwnRoot: Bool

    /// The walls, for tests of each by itself.
    package struct Walls: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let filter = Walls(rawValue: 1)
        package static let landlock = Walls(rawValue: 2)
        package static let namespaces = Walls(rawValue: 4)
        package static let all: Walls = [.filter, .landlock, .namespaces]
    }

    /// Confines this process for the rest of its life.
    ///
    /// Landlock and namespaces hold the calling thread and those that it starts, so this comes before there
    /// are others; the filter holds every thread.
    /// - Parameter folder: The folder that becomes its root.
    /// - Throws: ``RenderFailure`` where the kernel does not filter system calls.
    package static func enter(in folder: String, walls: Walls = .all) throws(RenderFailure) -> Confinement {
        #if os(Linux)
            guard csandbox_forbid_new_privileges() == 0 else {
                throw RenderFailure("cannot forbid new privileges")
            }
            let hasOwnNamespaces = walls.contains(.namespaces) && csandbox_enter_namespaces() == 0
            let hasOwnRoot = walls.contains(.namespaces) && chroot(folder) == 0 && chdir("/") == 0
            var version = walls.contains(.landlock) ? csandbox_landlock_version() : 0
            if version > 0, csandbox_landlock_forbid_all(version) != 0 { version = 0 }
            guard csandbox_drop_capabilities() == 0 else { throw RenderFailure("cannot drop capabilities") }
            if walls.contains(.filter) { try SystemCallFilter.rendering.load() }
            return Confinement(
                filtersSystemCalls: walls.contains(.filter), landlockVersion: Int(version),
                hasOwnNamespaces: hasOwnNamespaces, hasOwnRoot: hasOwnRoot)
        #else
            // Elsewhere the program is for trying it out, and the limits of the process must do.
            return Confinement(
                filtersSystemCalls: false, landlockVersion: 0, hasOwnNamespaces: false, hasOwnRoot: false)
        #endif
    }
}

extension Confinement: CustomStringConvertible {
    /// What holds and what does not, for the operator.
    package var description: String {
        let walls = [
            filtersSystemCalls ? "system calls are filtered" : "system calls are not filtered on this system",
            landlockVersion > 0
                ? "Landlock (version \(landlockVersion)) forbids files" : "Landlock is not available",
            hasOwnNamespaces ? "namespaces are its own" : "namespaces of its own are not allowed",
            hasOwnRoot ? "its root is its own folder" : "a root of its own is not allowed",
        ]
        return walls.joined(separator: ", ")
    }
}
