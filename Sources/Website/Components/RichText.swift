import Core
import HTML
import Web

/// The text that a person wrote, with its mentions and tags as links.
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
    }
}
