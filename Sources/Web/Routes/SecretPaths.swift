import Foundation
import Hummingbird

/// What paths that match no route must not tell a log: a photo's address that was asked for by the wrong method,
/// or with something after it, is still a photo's address.
struct SecretPaths: Sendable {
    /// The fixed segments that secret paths begin with.
    private let beginnings: [[String]]

    init(of routes: [Route]) {
        beginnings = routes.filter(\.hasSecretPath).map { route in
            route.path.map(\.description).prefix { !$0.contains("{") }.map { $0 }
        }
    }

    /// The path, or as much of it as may be written down.
    func hiding(_ path: String) -> String {
        // As others than this router may spell it.
        let segments = path.split(separator: "/").map {
            ($0.removingPercentEncoding ?? String($0)).lowercased()
        }
        guard let beginning = beginnings.first(where: { segments.starts(with: $0) }) else { return path }
        return "/" + (beginning + ["…"]).joined(separator: "/")
    }
}
