import Core
import HTML
import Web

/// The layout of every page: head, navigation and footer.
///
/// The navigation is one list of links, which the stylesheet lays out: a rail with labels from 1264 px, a
/// rail of icons from 768 px, and below that a bar at the bottom with the logo at the top.
struct Layout {
    let pageContext: PageContext
    let title: String
    let head: HTML
    let content: HTML

    var html: HTML {
        """
        <!doctype html>
        <html lang="en"\(theme)>
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
        <meta name="color-scheme" content="light dark">
        <title>\(title) · Isntgram</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml">
        <link rel="apple-touch-icon" href="\(url: Assets.path("icon-192.png"))">
        <link rel="manifest" href="/manifest.webmanifest">
        <link rel="stylesheet" href="\(url: Assets.path("site.css"))">
        \(Self.modulePreloads)
        <script type="module" src="\(url: Assets.path("app.js"))"></script>
        \(head)
        </head>
        <body\(when: pageContext.viewer != nil, #" class="member""#)>
        \(Icon.sprite)
        <a class="skip" href="#content">Skip to content</a>
        \(pageContext.viewer.map { memberBar($0) } ?? visitorBar)
        <main id="content" tabindex="-1">
        \(content)
        </main>
        <footer class="foot"><a href="/about">About</a> <a href="/api/docs">API</a>\
        \(when: pageContext.viewer == nil, themeForm)</footer>
        <div class="toasts" role="status" aria-live="polite"></div>
        </body>
        </html>

        """
    }

    /// The modules that the script of every page imports, preloaded so that they load in parallel.
    private static let modulePreloads: HTML = {
        let names = [
            "enhance", "dialogs", "forms", "keys", "limits", "live", "pages", "photos", "scroll", "search",
            "share", "sign-out", "suggest", "times", "toast",
        ]
        return names.map { #"<link rel="modulepreload" href="\#(url: Assets.path("\($0).js"))">"# as HTML }
            .joined()
    }()

    private var theme: HTML {
        switch pageContext.theme {
        case .system: .nothing
        case .light: #" data-theme="light""#
        case .dark: #" data-theme="dark""#
        }
    }

    private var visitorBar: HTML {
        """
        <header class="bar"><a class="logo" href="/">Isntgram</a>
        <nav aria-label="Main"><a href="/explore">Explore</a> <a href="/login">Sign in</a> \
        <a class="button" href="/register">Register</a></nav>
        </header>
        """
    }

    private func memberBar(_ viewer: Viewer) -> HTML {
        let profile = Site.profile(viewer.username)
        return """
            <header class="rail"><a class="logo" href="/"><span>Isntgram</span></a>
            <a class="top-news" href="/notifications">\(Icon.heart.html)\
            <span class="visually-hidden">Notifications</span>\(unreadBadge)</a>
            <nav aria-label="Main"><ul>
            \(link("/", .home, "Home"))\(link("/search", .search, "Search", style: "wide-only"))\
            \(link("/explore", .explore, "Explore"))
            \(link("/notifications", .heart, "Notifications", badge: unreadBadge))\
            \(link("/create", .create, "Create"))
            \(link(profile, .person, "Profile"))</ul></nav>
            <details class="menu more"><summary>\(Icon.more.html)<span>More</span></summary><div>
            <a href="/saved">Saved</a> <a href="/settings/profile">Settings</a>\(themeForm)
            \(buttonForm(pageContext, action: "/logout", label: "Sign out"))</div></details>
            </header>
            """
    }

    private func link(
        _ path: String, _ icon: Icon, _ label: String, style: String = "", badge: HTML = .nothing
    ) -> HTML {
        """
        <li\(when: !style.isEmpty, #" class="\#(style)""#)>\
        <a href="\(url: path)"\(when: path == pageContext.path, #" aria-current="page""#)>\
        \(icon.html)<span>\(label)</span>\(badge)</a></li>
        """
    }

    private var unreadBadge: HTML {
        let text = pageContext.unreadCount >= 100 ? "99+" : String(pageContext.unreadCount)
        return """
            <b class="badge" data-unread="\(pageContext.unreadCount)"\
            \(when: pageContext.unreadCount == 0, " hidden")>\(text)\
            <span class="visually-hidden"> unread</span></b>
            """
    }

    private var themeForm: HTML {
        let choices = Theme.allCases.map { theme -> HTML in
            """
            <button class="plain" name="theme" value="\(theme.rawValue)" \
            aria-pressed="\(theme == pageContext.theme ? "true" : "false")">\
            \(theme.label)</button>
            """
        }
        return """
            <form class="theme" method="post" action="/settings/theme" aria-label="Theme">\
            \(pageContext.tokenField)\
            <input type="hidden" name="back" value="\(pageContext.path)">\(choices)</form>
            """
    }
}

extension Theme {
    var label: String {
        switch self {
        case .system: "System"
        case .light: "Light"
        case .dark: "Dark"
        }
    }
}
