import CSandbox
import Foundation

/// The confinement of a rendering process, in addition to its resource limits.
///
/// If a malicious upload takes over the decoder, the process can only use its open files, which are the
/// upload and the renditions. It cannot open other files, use the network or start a process. The system call
/// filter ensures this by itself, and no photo is read without it. Landlock and namespaces are additional
/// layers, used if the kernel supports and allows them. Containers often do not allow them.
package struct Confinement: Sendable, Equatable, Codable {
    /// Whether system calls are filtered. Always true on Linux when photos are read.
    package let filtersSystemCalls: Bool
    /// The version of Landlock that restricts files and sockets, or 0 if Landlock is not available.
    package let landlockVersion: Int
    /// Whether the process has separate user, network and IPC namespaces.
    package let hasOwnNamespaces: Bool
    /// Whether the root of the process is its own folder, so that it sees nothing else of the file system.
    package let hasOwnRoot: Bool

    /// The layers of confinement. Tests use them one by one.
    package struct Layers: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let filter = Layers(rawValue: 1)
        package static let landlock = Layers(rawValue: 2)
        package static let namespaces = Layers(rawValue: 4)
        package static let all: Layers = [.filter, .landlock, .namespaces]
    }

    /// Confines this process until it ends.
    ///
    /// Landlock and namespaces apply to the calling thread and the threads that it starts, so call this while
    /// the process has a single thread. The filter applies to every thread.
    /// - Parameter folder: The folder that becomes the root of the process.
    /// - Throws: ``RenderFailure`` if the kernel cannot filter system calls.
    package static func enter(in folder: String, layers: Layers = .all) throws(RenderFailure) -> Confinement {
        #if os(Linux)
            guard csandbox_forbid_new_privileges() == 0 else {
                throw RenderFailure("cannot forbid new privileges")
            }
            let hasOwnNamespaces = layers.contains(.namespaces) && csandbox_enter_namespaces() == 0
            let hasOwnRoot = layers.contains(.namespaces) && chroot(folder) == 0 && chdir("/") == 0
            var version = layers.contains(.landlock) ? csandbox_landlock_version() : 0
            if version > 0, csandbox_landlock_forbid_all(version) != 0 { version = 0 }
            guard csandbox_drop_capabilities() == 0 else { throw RenderFailure("cannot drop capabilities") }
            if layers.contains(.filter) { try SystemCallFilter.rendering.load() }
            return Confinement(
                filtersSystemCalls: layers.contains(.filter), landlockVersion: Int(version),
                hasOwnNamespaces: hasOwnNamespaces, hasOwnRoot: hasOwnRoot)
        #else
            // Other systems are only for development. There is no confinement on them.
            return Confinement(
                filtersSystemCalls: false, landlockVersion: 0, hasOwnNamespaces: false, hasOwnRoot: false)
        #endif
    }
}

extension Confinement: CustomStringConvertible {
    /// Which layers are active and which are not, for the administrator.
    package var description: String {
        let layers = [
            filtersSystemCalls ? "system calls are filtered" : "system calls are not filtered on this system",
            landlockVersion > 0
                ? "Landlock (version \(landlockVersion)) restricts file access" : "Landlock is not available",
            hasOwnNamespaces ? "separate namespaces are used" : "separate namespaces are not allowed",
            hasOwnRoot ? "the root directory is changed" : "changing the root directory is not allowed",
        ]
        return layers.joined(separator: ", ")
    }
}
