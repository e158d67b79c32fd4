import Testing

@testable import Imaging

/// The expected hashes come from another implementation, the Python package `blurhash` 1.1.5.
struct BlurhashTests {
    private static func picture(_ colour: (Int, Int) -> [Int]) -> Blurhash {
        let pixels = (0..<20).flatMap { y in (0..<32).flatMap { x in colour(x, y).map { UInt8($0 % 256) } } }
        return Blurhash(pixels: pixels, width: 32, height: 20)
    }

    private static let gradients = picture { x, y in [x * 8, y * 12, x * y] }

    @Test(arguments: [
        (4, 3, "LxH24W2lwtX3qdWVjwfAgFfmfTfg"), (3, 4, "TxH24W2lwtqdWVjwgFfmfTs9Wsjq"), (1, 1, "00H24W"),
        (
            9, 9,
            "|xH24W2lwtX3a}ogWnodWnqdWVjwfAfPf4fRf8a}gFfmfTfgfOfmfRfifPs9WsjqfPfTfOfPfRa~e.fRfOfTfNfQfS"
                + "fPfPs;WmjwfNfPfSfOfPa|eofRfRfPfSfOfPfSfRt6WqjsfQfPfPfSfPa_eof8fPf9fPf6fRf5fS"
        ),
    ])
    func `hashes equal those of another implementation`(x: Int, y: Int, hash: String) {
        #expect(Self.gradients.encoded(xComponents: x, yComponents: y) == hash)
    }

    @Test(arguments: [([0, 0, 0], "000000"), ([255, 255, 255], "00TSUA"), ([200, 100, 50], "00M|T9")])
    func `the hash of a single colour contains that colour`(colour: [Int], hash: String) {
        #expect(Self.picture { _, _ in colour }.encoded(xComponents: 1, yComponents: 1) == hash)
    }
}
