import StylesheetTool
import Testing

struct StylesheetTests {
    private func joined(_ index: String, _ files: [String: String]) throws -> String {
        try Stylesheet.joined(
            index: StyleFile(path: "styles/site.css", bytes: Array(index.utf8)),
            files: files.map { StyleFile(path: "styles/\($0)", bytes: Array($1.utf8)) })
    }

    @Test func `files are joined in the order of the index, each in its layer`() throws {
        let index = """
            /* The order. */
            @layer base, parts;
            @import "z.css" layer(base);
            @import "parts/b.css" layer(parts);
            @import "parts/a.css" layer(parts);
            """
        let css = try joined(
            index,
            [
                "parts/a.css": "a { top: 0; }", "parts/b.css": "b { top: 0; }",
                "z.css": "/* z */ z { top: 0; }",
            ])
        #expect(css == "@layer base,parts;@layer base{z{top:0;}}@layer parts{b{top:0;}a{top:0;}}")
    }

    @Test(arguments: [
        (
            "@layer base;\n@import \"b.css\" layer(base);",
            "styles/site.css:2: error: b.css does not exist, or is imported twice"
        ),
        (
            "@layer base;\n@import \"a.css\" layer(base);\n\n@import \"a.css\" layer(base);",
            "styles/site.css:2: error: a.css does not exist, or is imported twice"
        ),
        (
            "@layer base;\n@import \"a.css\" layer(bsae);",
            "styles/site.css:2: error: the layer bsae is not in the @layer statement"
        ),
        ("@layer base;", "styles/a.css:1: error: styles/site.css does not import it"),
        (
            "@layer base;\n@import \"a.css\";",
            "styles/site.css:2: error: “@import \"a.css\"” is neither @layer nor @import … layer(…)"
        ),
    ])
    func `mistakes in the index are errors`(_ index: String, _ message: String) {
        #expect { try joined(index, ["a.css": "a { top: 0; }"]) } throws: { "\($0)" == message }
    }

    @Test func `only the index may import files`() {
        #expect {
            try joined("@layer base;\n@import \"a.css\" layer(base);", ["a.css": "a {}\n@import \"b.css\";"])
        } throws: {
            "\($0)" == "styles/a.css:2: error: only the index may import files"
        }
    }

    @Test func `a file must end with a whole rule`() {
        #expect {
            try joined("@layer base;\n@import \"a.css\" layer(base);", ["a.css": "a {}\nb\n"])
        } throws: {
            "\($0)" == "styles/a.css:2: error: the last rule is not finished"
        }
    }

    @Test func `the Swift literal has every special character escaped`() {
        #expect(
            Stylesheet.swiftSource(#"a{content:"\2014 é"}"#) == #"""
                /// The minified stylesheet.
                let stylesheet = "a{content:\"\\2014 é\"}"

                """#)
    }
}
