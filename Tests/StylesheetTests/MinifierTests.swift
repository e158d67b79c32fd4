import StylesheetTool
import Testing

struct MinifierTests {
    private func minified(_ css: String) throws -> String {
        try Minifier.minified(StyleFile(path: "a.css", bytes: Array(css.utf8)))
    }

    @Test(arguments: [
        ("/* one */ a { color: red; } /* two */", "a{color:red;}"),
        ("a { /* ; } */ color: /* * / */ red; /**/ }", "a{color:red;}"),
        (".a/* no space */.b { margin: 1px/**/-2px; }", ".a/**/.b{margin:1px/**/-2px;}"),
        (".a /* a space */.b, .c/* a space */ .d {}", ".a .b,.c .d{}"),
    ])
    func `comments are removed, and tokens stay apart`(_ css: String, _ expected: String) throws {
        #expect(try minified(css) == expected)
    }

    @Test(arguments: [
        #"a::before { content: "  /* a ; } */  "; }"#, #"a::before { content: '{ " '; }"#,
        #"a::before { content: "\"  {"; }"#, #"a::before { content: "a\\"; }"#,
        #"a[title="a  >  b"] { color: red; }"#,
    ])
    func `strings stay unchanged`(_ css: String) throws {
        let string = try #require(css.firstMatch(of: #/".*"|'.*'/#)?.output)
        #expect(try minified(css).contains(string))
    }

    @Test(arguments: [
        ("a { background: url( /*a*/b  c ); }", "a{background:url( /*a*/b  c );}"),
        ("a { background: url(//a.example/*.png) , none; }", "a{background:url(//a.example/*.png),none;}"),
        (#"a { background: url(a\)/*) ; }"#, #"a{background:url(a\)/*);}"#),
        ("a { background: url( \"a  b\" ) ; }", "a{background:url(\"a  b\");}"),
    ])
    func `URLs stay unchanged`(_ css: String, _ expected: String) throws {
        #expect(try minified(css) == expected)
    }

    @Test(arguments: [
        (
            "a { width: calc( 100%  -  (2 * var( --a ))  +  1px ); }",
            "a{width:calc(100% - (2 * var(--a)) + 1px);}"
        ),
        (
            "a { inset: auto 4px -4px; font: 15px / 1.4 b , c; }",
            "a{inset:auto 4px -4px;font:15px / 1.4 b,c;}"
        ),
        ("a { color: red !important; }", "a{color:red !important;}"),
    ])
    func `spaces between values stay`(_ css: String, _ expected: String) throws {
        #expect(try minified(css) == expected)
    }

    @Test(arguments: [
        (".a  .b,\n.c\t#d  [e] {}", ".a .b,.c #d [e]{}"), (".a :hover, .a:hover {}", ".a :hover,.a:hover{}"),
        (".a > .b ~ .c + .d {}", ".a>.b ~ .c + .d{}"), (":is( .a , .b ) .c {}", ":is(.a,.b) .c{}"),
        ("* .a *, .b * {}", "* .a *,.b *{}"),
        (#".\31  .a, .\31 .b, .\{ .c {}"#, #".\31  .a,.\31 .b,.\{ .c{}"#),
    ])
    func `descendant combinators stay`(_ css: String, _ expected: String) throws {
        #expect(try minified(css) == expected)
    }

    @Test func `nested rules stay nested`() throws {
        let css = """
            @media (min-width: 768px) and (hover: hover) {
              .a {
                gap: 4px;

                & .b, & > .c { gap: 0; &:hover { gap: 1px } }
                &.d { gap: 2px; }
                @media (width > 900px) { gap: 3px; }
              }
            }
            """
        #expect(
            try minified(css) == """
                @media (min-width:768px) and (hover:hover){.a{gap:4px;& .b,&>.c{gap:0;&:hover{gap:1px}}\
                &.d{gap:2px;}@media (width>900px){gap:3px;}}}
                """)
    }

    @Test(arguments: [
        ("a {\n  color: red;\n\nb { }\n", "a.css:1: error: this { is never closed"),
        ("a { }\n}\n", "a.css:2: error: this } closes nothing"),
        ("a {\n  width: calc(1px;\n}", "a.css:3: error: this } does not close the ( of line 2"),
        ("a {}\n/* b\n\n", "a.css:2: error: this comment is never closed"),
        ("a {}\n/*/", "a.css:2: error: this comment is never closed"),
        ("a {\n  content: \"b;\n}\"", "a.css:2: error: this string is never closed"),
        ("a { background: url(b; }\n", "a.css:1: error: this ( is never closed"),
    ])
    func `an error names the file and the line`(_ css: String, _ message: String) {
        #expect { try minified(css) } throws: { "\($0)" == message }
    }

    @Test func `a second run changes nothing`() throws {
        let once = try minified(
            "/* a */ .b  > .c { width: calc( 1px + 2px ) ; & .d/**/.e { content: \" \" } }")
        #expect(try minified(once) == once)
    }
}
