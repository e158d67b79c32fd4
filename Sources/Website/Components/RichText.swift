import Core
import HTML
import Web

/// The text that a person wrote, with its mentions, tags and web addresses as links.
func linkified(_ text: String) -> HTML {
    let spans = RichText(text).spans
    // Most texts consist of one plain span.
    return spans.count == 1 ? linkified(spans[0]) : "\(spans.map(linkified))"
}

private func linkified(_ span: RichText.Span) -> HTML {
    switch span {
    case .text(let text): "\(text)"
    case .mention(let written, let username):
        #"<a class="link" href="\#(url: Site.profile(username))">\#(written)</a>"#
    case .tag(let written, let tag): #"<a class="link" href="\#(url: Site.tag(tag))">\#(written)</a>"#
    case .link(let written, let url):
        #"<a class="link" rel="nofollow noopener ugc" href="\#(url: url)">\#(shortened(written))</a>"#
    }
}

/// A web address as people read it: without its scheme and “www.”, and cut if it is long.
private func shortened(_ address: String) -> String {
    let limit = 40
    var rest = Substring(address)
    for prefix in ["https://", "http://", "www."] where rest.lowercased().hasPrefix(prefix) {
        rest = rest.dropFirst(prefix.count)
    }
    if rest.hasSuffix("/"), rest.firstIndex(of: "/") == rest.index(before: rest.endIndex) {
        rest.removeLast()
    }
    return rest.count > limit ? rest.prefix(limit - 1) + "…" : String(rest)
}
