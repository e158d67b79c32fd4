import Core
import HTML
import Hummingbird
import Web

/// The frame of every settings page: its tabs, what is wrong, what was done.
struct SettingsFrame {
    let visit: PageContext
    let current: String
    var problem: Problem?
    /// What was done, from the address that a finished form leads to.
    var isSaved = false

    private static let pages = [
        ("profile", "Profile"), ("account", "Account"), ("privacy", "Privacy"), ("sessions", "Sessions"),
        ("tokens", "Tokens"),
    ]

    func page(_ content: HTML) -> Response {
        let tabs = Self.pages.map { name, label -> HTML in
            "<li><a href=\"/settings/\(name)\"\(when: name == current, " aria-current=\"page\"")>\(label)</a></li>"
        }
        let title = Self.pages.first { $0.0 == current }?.1 ?? "Settings"
        return visit.page(
            title, status: problem.status, retryAfter: problem?.retryAfter,
            """
            <div class="narrow"><h1>Settings</h1><nav aria-label="Settings"><ul class="tabs">\(tabs)</ul></nav>
            \(alert(problem))\(when: isSaved, "<p class=\"done\" role=\"status\">Saved.</p>")\(content)</div>
            """)
    }
}
