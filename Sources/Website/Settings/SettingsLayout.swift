import Core
import HTML
import Hummingbird
import Web

/// The layout of every settings page: the tabs, a problem or confirmation, and the content.
struct SettingsLayout {
    let pageContext: PageContext
    let current: String
    var problem: Problem?
    /// Whether the page confirms a change: a successful form redirects to the page with the query `saved`.
    var isSaved = false

    private static let pages = [
        ("profile", "Profile"), ("account", "Account"), ("security", "Security"), ("privacy", "Privacy"),
        ("sessions", "Sessions"),
        ("tokens", "Tokens"),
    ]

    func page(_ content: HTML) -> Response {
        let tabs = Self.pages.map { name, label -> HTML in
            """
            <li><a href="/settings/\(name)"\(when: name == current, #" aria-current="page""#)>\
            \(label)</a></li>
            """
        }
        let title = Self.pages.first { $0.0 == current }?.1 ?? "Settings"
        return pageContext.page(
            title, status: problem.status, retryAfter: problem?.retryAfter,
            """
            <div class="narrow"><h1>Settings</h1><nav aria-label="Settings"><ul class="tabs">\
            \(tabs)</ul></nav>
            \(alert(problem))\(when: isSaved, #"<p class="done" role="status">\#(confirmation)</p>"#)\
            \(content)</div>
            """)
    }

    /// On the pages of sessions and tokens, ending one is the only change that is confirmed.
    private var confirmation: String {
        switch current {
        case "sessions": "Signed out."
        case "tokens": "Token revoked."
        default: "Changes saved."
        }
    }
}
