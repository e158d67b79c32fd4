import Testing

@testable import Web

/// Paths that mean the same.
struct NormalizedPathTests {
    @Test(
        arguments: [
            ("/%61da", "/ada"), ("/%61%64%61", "/ada"), ("/p/%41%5f%2D%7E%2e%30", "/p/A_-~.0"),
            ("/%61da?q=%61&r=%", "/ada?q=%61&r=%"), ("/%61da?", "/ada?"), ("/%c3%A4/%61", "/%c3%A4/a"),
            ("/%2561", nil), ("/%25%36%31", "/%2561"), ("/%61%2561", "/a%2561"), ("/a%2Fb", nil),
            ("/a%20b", nil),
            ("/%61%2Fb", "/a%2Fb"), ("/ada", nil), ("/?q=%61", nil), ("/", nil), ("", nil), ("*", nil),
            ("/%00%61", "/%00a"), ("/%6", nil), ("/%", nil), ("/%61%6", nil), ("/%%361da", nil),
            ("/%61%zz", nil), ("/%61%6?1", nil), ("http://a/%61da", "http://a/ada"),
            ("/x/%2e%2E/y", "/x/../y"),
        ] as [(String, String?)])
    func `letters, digits and some signs mean the same with percent-encoding`(
        _ target: String, _ normalized: String?
    ) {
        #expect(PathNormalization.normalized(target) == normalized)
        // A second reading finds nothing more to decode.
        if let normalized { #expect(PathNormalization.normalized(normalized) == nil) }
    }
}
