import Core
import HTML
import Web

/// The frame around every page: head, navigation, footer.
struct Layout {
    let visit: Visit
    let title: String
    let head: HTML
    let content: HTML

    var html: HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
        <meta name="color-scheme" content="light dark">
        <title>\(title) · Isntgram</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml">
        <link rel="manifest" href="/manifest.webmanifest">
        <link rel="stylesheet" href="\(url: Assets.stylesheet.path)">
        \(head)
        </head>
        <body\(when: visit.viewer != nil, " class=\"member\"")>
        <a class="skip" href="#content">Skip to content</a>
        <header class="bar"><div class="bar-inner">
        <a class="logo" href="/">Isntgram</a>
        <nav aria-label="Main">\(navigation)</nav>
        </div></header>
        <main id="content" tabindex="-1">
        \(content)
        </main>
        <footer class="foot"><a href="/about">About</a></footer>
        </body>
        </html>

        """
    }

    private var unreadBadge: HTML {
        let shown = visit.unreadCount >= 100 ? "99+" : String(visit.unreadCount)
        return "<span class=\"badge\">\(shown)<span class=\"visually-hidden\"> unread</span></span>"
    }

    private var navigation: HTML {
        guard let viewer = visit.viewer else {
            return """
                <a href="/explore">Explore</a> <a href="/login">Sign in</a> <a class="button" href="/register">Register</a>
                """
        }
        return """
            <a href="/">Home</a> <a href="/explore">Explore</a> <a href="/create">Create</a>
            <a href="/notifications">News\(when: visit.unreadCount > 0, unreadBadge)</a>
            <a href="\(url: Site.profile(viewer.username))">Profile</a>
            """
    }
}
