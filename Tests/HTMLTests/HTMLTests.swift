import HTML
import TestSupport
import Testing

struct HTMLTests {
    private let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "&lt;", "a & b",
        "</p>",
        "<!--", "]]>", "\u{0}", "😀<b>ä</b>", "javascript:alert(1)", "{{7*7}}", "\u{202E}<a>",
    ]

    @Test func `interpolated text is escaped between tags and in attributes`() {
        for text in hostile {
            let html: HTML = #"<p title="\#(text)">\#(text)</p>"#
            #expect(MarkupChecker.faults(in: html.text, isFragment: true) == [])
            #expect(MarkupChecker.texts(in: html.text) == [text])
            #expect(!html.text.dropFirst(3).dropLast(4).contains("<img"))
        }
    }

    @Test func `random text is unchanged after it is escaped and parsed`() {
        var random = SeededRandom(seed: 7)
        let alphabet = Array("&<>\"' abcäöü€😀;#x/=\n-")
        for _ in 0..<2000 {
            let text = String(
                (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? "a"
                })
            let html: HTML = "<p>\(text)</p>"
            #expect(MarkupChecker.texts(in: html.text).joined() == text)
        }
    }

    @Test func `markup is inserted unchanged, and nil inserts nothing`() {
        let inner: HTML = "<b>\("<")</b>"
        let none: HTML? = nil
        let html: HTML = """
            \(inner)\(none)\(Optional(inner))\([inner, inner])\(when: false, inner)\
            \(when: true, "<i></i>")\(7)\("xy".prefix(1))
            """
        #expect(html.text == "<b>&lt;</b><b>&lt;</b><b>&lt;</b><b>&lt;</b><i></i>7x")
        #expect([inner, inner].joined().text == inner.text + inner.text)
        #expect(HTML.nothing.text.isEmpty)
    }

    @Test(arguments: [
        "/p/x", "p?a=b:c", "#top", "https://example.org/a?b=1", "HTTP://example.org", "mailto:a@b.org", "",
    ])
    func `safe URLs are kept`(_ url: String) {
        let html: HTML = "\(url: url)"
        #expect(html.text == url)
    }

    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x", "//evil.example", "\\\\evil.example", "/\\evil.example", "\u{1}javascript:x",
    ])
    func `URLs that run code, and URLs of other sites without a scheme, are replaced`(_ url: String) {
        let html: HTML = "\(url: url)"
        #expect(html.text == "#")
    }

    @Test func `the markup checker finds faults`() {
        for markup in [
            "<p>", "</p>", "<p><b></p></b>", "<a href=x>y</a>", #"<p a="1" a="2"></p>"#, "<p>a & b</p>",
            "<p>&nope;</p>", #"<p title="<"></p>"#, #"<img src="x" alt="">"#,
            #"<img src="x" width="1" height="1">"#, #"<p style="x"></p>"#, #"<p onclick="x"></p>"#,
            "<script>x</script>", #"<form method="post"></form>"#, #"<i id="a"></i><i id="a"></i>"#,
            #"<input name="x">"#, "<button></button>", #"<a href="javascript:x">y</a>"#, "<p", "<p>a < b</p>",
            "<ul><p></p></ul>", #"<label for="gone">x</label>"#,
        ] {
            #expect(!MarkupChecker.faults(in: markup, isFragment: true).isEmpty, "\(markup)")
        }
        #expect(!MarkupChecker.faults(in: "<p>x</p>").isEmpty)
    }
}
