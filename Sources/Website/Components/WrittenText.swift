import Core
import HTML
import Web

// Text that people wrote, in any script. `DirectionTests` finds such text that a page shows without these
// functions.

/// Text that a person wrote, within a line of ours: its direction is its own, and ends with it.
func written(_ text: some StringProtocol) -> HTML { "<bdi>\(text.directionallyClosed)</bdi>" }

/// The beginning of prose that a person wrote, within a line of ours. Its mentions, tags and addresses
/// are no links, but stand apart from text from right to left as links do: `@` stays before the name.
func writtenExcerpt(_ text: some StringProtocol) -> HTML {
    let spans = RichText(text.directionallyClosed).spans.map { span -> HTML in
        switch span {
        case .text(let text): "\(text)"
        case .mention(let text, _), .tag(let text, _), .link(let text, _): "<bdi>\(text)</bdi>"
        }
    }
    return "<bdi>\(spans)</bdi>"
}

/// Prose that a person wrote, after a name, with its mentions and tags as links.
func writtenProse(_ text: String) -> HTML {
    #"<span dir="auto">\#(linkified(text.directionallyClosed))</span>"#
}

/// Prose that a person wrote, as a paragraph of its own.
func writtenParagraph(_ text: String, style: String) -> HTML {
    #"<p class="\#(style)" dir="auto">\#(linkified(text.directionallyClosed))</p>"#
}

/// A username that links to the profile.
func profileLink(_ username: String, style: String = "name") -> HTML {
    #"<a class="\#(style)" href="\#(url: Site.profile(username))">\#(written(username))</a>"#
}

/// A date in UTC with the exact time as its title. `Assets/times.js` shows the local date and hour.
/// - Parameter time: milliseconds since 1970.
func timeElement(_ time: Int64, style: String = "") -> HTML {
    let time = Timestamp(time)
    return """
        <time\(when: !style.isEmpty, #" class="\#(style)""#) datetime="\(time.rfc3339)" \
        title="\(time.exactText)">\(time.dateText)</time>
        """
}
