import HTTPTypes
import Hummingbird

/// The colour theme that a person chose in this browser. It is in a cookie, so that the first paint is right
/// without a script.
package enum Theme: String, Sendable, CaseIterable {
    case system, light, dark

    private static let cookie = "theme"

    init(of request: Request) {
        self = request.cookies[Self.cookie].flatMap { Theme(rawValue: $0.value) } ?? .system
    }

    package func set(on response: inout Response) {
        let seconds = self == .system ? 0 : 365 * 24 * 60 * 60
        response.headers.append(
            HTTPField(
                name: .setCookie,
                value: "\(Self.cookie)=\(rawValue); Path=/; Max-Age=\(seconds); SameSite=Lax"))
    }
}
