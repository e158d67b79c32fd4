import Foundation
import Testing

@testable import MediaStorage

/// Tests the examples of AWS (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
/// and sigv4-query-string-auth.html).
struct SignatureV4Tests {
    private let signature = SignatureV4(
        credentials: S3Credentials(
            accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1", time: 1_369_353_600)
    private let host = "examplebucket.s3.amazonaws.com"

    private func signed(_ request: SignatureV4.Request) -> String {
        signature.signedHeaders(request)["authorization"]?.split(separator: "Signature=").last.map(
            String.init) ?? ""
    }

    @Test func `signatures of requests equal the examples of AWS`() {
        let emptyHash = SignatureV4.sha256([])
        #expect(
            signed(
                .init(
                    method: "GET", path: "/test.txt", headers: ["host": host, "range": "bytes=0-9"],
                    payloadHash: emptyHash))
                == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        #expect(
            signed(
                .init(
                    method: "PUT", path: "/test$file.text",
                    headers: [
                        "host": host, "date": "Fri, 24 May 2013 00:00:00 GMT",
                        "x-amz-storage-class": "REDUCED_REDUNDANCY",
                    ], payloadHash: SignatureV4.sha256("Welcome to Amazon S3.".utf8)))
                == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
        #expect(
            signed(
                .init(
                    method: "GET", path: "/", query: [("lifecycle", "")], headers: ["host": host],
                    payloadHash: emptyHash))
                == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
        #expect(
            signed(
                .init(
                    method: "GET", path: "/", query: [("prefix", "J"), ("max-keys", "2")],
                    headers: ["host": host],
                    payloadHash: emptyHash))
                == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    }

    @Test func `the signature of a URL equals the example of AWS`() {
        let query = signature.presignedQuery(
            .init(
                method: "GET", path: "/test.txt", headers: ["host": host],
                payloadHash: SignatureV4.unsignedPayload),
            expiresIn: 86_400)
        #expect(
            query.contains("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
        )
        #expect(
            query.contains("X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request")
        )
    }

    @Test func `temporary credentials include the session token, and a form policy lists all conditions`()
        throws
    {
        var credentials = signature.credentials
        credentials.sessionToken = "token"
        let signature = SignatureV4(credentials: credentials, region: "eu-1", time: 1_369_353_600)
        let request = SignatureV4.Request(method: "GET", path: "/", headers: ["host": host], payloadHash: "x")
        #expect(signature.signedHeaders(request)["x-amz-security-token"] == "token")
        #expect(signature.presignedQuery(request, expiresIn: 1).contains("X-Amz-Security-Token=token"))
        let fields = signature.form(
            bucket: "b\"", exact: ["key": "a"], byteCount: 5...5, expiresAt: 1_369_353_900)
        let policy = try #require(
            fields["policy"].flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) })
        #expect(
            policy == #"""
                {"expiration":"2013-05-24T00:05:00.000Z","conditions":[{"bucket":"b\""},\#
                ["content-length-range",5,5],{"key":"a"},{"x-amz-algorithm":"AWS4-HMAC-SHA256"},\#
                {"x-amz-credential":"AKIAIOSFODNN7EXAMPLE/20130524/eu-1/s3/aws4_request"},\#
                {"x-amz-date":"20130524T000000Z"},{"x-amz-security-token":"token"}]}
                """#)
        #expect(fields["x-amz-signature"]?.count == 64)
    }
}
