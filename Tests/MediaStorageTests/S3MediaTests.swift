import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import MediaStorage

struct S3MediaTests {
    /// Runs `body` with an empty bucket and a temporary folder.
    private func withMedia(_ options: String = "", _ body: (S3Media, String) async throws -> Void)
        async throws
    {
        let location = try S3Location(try await S3Server.shared().bucket(options))
        let media = S3Media(location, environment: S3Server.key, patience: S3Server.patience)
        try await Fixtures.withFolder { folder in
            do { try await body(media, folder) } catch {
                try await media.close()
                throw error
            }
        }
        try await media.close()
    }

    private func file(_ name: String, _ bytes: Data, in folder: String) throws -> MediaFile {
        try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        return MediaFile(path: "\(folder)/\(name)", name: name)
    }

    private func text(_ media: S3Media, _ key: MediaKey, _ range: Range<Int64>) async throws -> String {
        var text = ""
        for try await chunk in try await media.read(key, range) { text += String(buffer: chunk) }
        return text
    }

    @Test func `files are stored, read in part, listed and removed`() async throws {
        try await withMedia { media, folder in
            try await media.check()
            let (prefix, other) = (MediaPrefix.random(), MediaPrefix.random())
            try await media.put(
                [file("1.jpg", Data("hello world".utf8), in: folder), file("2.jpg", Data(), in: folder)],
                under: prefix)
            try await media.put([file("1.jpg", Data("other".utf8), in: folder)], under: other)
            #expect(Fixtures.files(below: folder) == [])
            let key = try #require(MediaKey(prefix: prefix.description, name: "1.jpg"))
            #expect(try await media.byteCount(of: key) == 11)
            #expect(try await text(media, key, 6..<11) == "world")
            #expect(try await media.prefixes(in: String(prefix.description.prefix(2))).contains(prefix))
            try await media.delete([prefix, .random()])
            #expect(try await media.byteCount(of: key) == nil)
            #expect(try await media.prefixes(in: String(prefix.description.prefix(2))) == [])
            #expect(try await media.prefixes(in: String(other.description.prefix(2))) == [other])
            await #expect(throws: MediaError.self) { try await media.read(key, 0..<5) }
            #expect(try await media.url(of: key) == nil)
        }
    }

    @Test func `a large file is uploaded in parts and is unchanged`() async throws {
        try await withMedia { media, folder in
            var bytes = Data(count: 20 << 20)
            for index in stride(from: 0, to: bytes.count, by: 97) {
                bytes[index] = UInt8(truncatingIfNeeded: index / 97)
            }
            let prefix = MediaPrefix.random()
            try await media.put([file("1.jpg", bytes, in: folder)], under: prefix)
            let key = try #require(MediaKey(prefix: prefix.description, name: "1.jpg"))
            #expect(try await media.byteCount(of: key) == Int64(bytes.count))
            var read = Data()
            for try await chunk in try await media.read(key, 0..<Int64(bytes.count)) {
                read.append(contentsOf: chunk.readableBytesView)
            }
            #expect(read == bytes)
        }
    }

    @Test func `if a file is missing, none of the files is stored`() async throws {
        try await withMedia { media, folder in
            let prefix = MediaPrefix.random()
            let there = try file("1.jpg", Data("x".utf8), in: folder)
            await #expect(throws: MediaError.self) {
                try await media.put([there, MediaFile(path: folder + "/gone", name: "2.jpg")], under: prefix)
            }
            #expect(try await media.prefixes(in: String(prefix.description.prefix(2))) == [])
        }
    }

    @Test func `many files are listed and removed in batches`() async throws {
        try await withMedia { media, folder in
            let prefix = MediaPrefix.random()
            var files: [MediaFile] = []
            for number in 0..<12 { files.append(try file("\(number).jpg", Data("x".utf8), in: folder)) }
            try await media.put(files, under: prefix)
            let small = S3Media(
                media.client.location, environment: S3Server.key, patience: S3Server.patience, batchSize: 5)
            #expect(try await small.prefixes(in: String(prefix.description.prefix(2))) == [prefix])
            try await small.delete([prefix])
            #expect(try await media.prefixes(in: String(prefix.description.prefix(2))) == [])
            try await small.close()
        }
    }

    @Test func `a browser can upload a photo with a form and read one with a presigned URL`() async throws {
        try await withMedia("&serve=redirect") { media, folder in
            let name = UploadName.random()
            let end = Int64(Date().timeIntervalSince1970 * 1000) + 3_600_000
            let form = try #require(
                try await media.directUpload(
                    .init(name: name, contentType: "image/png", byteCount: 5, expiresAt: end)))
            #expect(try await media.fetch(name, to: folder + "/none", atMost: 100) == false)
            var body = form.fields.sorted { $0.key < $1.key }.map {
                #"--b\#r\#nContent-Disposition: form-data; name="\#($0.key)"\#r\#n\#r\#n\#($0.value)\#r\#n"#
            }.joined()
            body += #"--b\#r\#nContent-Disposition: form-data; name="file"; filename="a"\#r\#n"#
            body += "Content-Type: image/png\r\n\r\nhello\r\n--b--\r\n"
            var request = HTTPClientRequest(url: form.url)
            request.method = .POST
            request.headers.add(name: "content-type", value: "multipart/form-data; boundary=b")
            request.body = .bytes(ByteBuffer(string: body))
            let uploadResponse = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
            #expect(uploadResponse.status == .noContent)
            #expect(try await media.uploads() == [name])
            await #expect(throws: MediaError.self) {
                try await media.fetch(name, to: folder + "/long", atMost: 4)
            }
            #expect(try await media.fetch(name, to: folder + "/came", atMost: 5))
            #expect(try String(contentsOfFile: folder + "/came", encoding: .utf8) == "hello")
            try await media.discard([name, .random()])
            #expect(try await media.uploads() == [])
            let prefix = MediaPrefix.random()
            try await media.put([file("1.jpg", Data("shown".utf8), in: folder)], under: prefix)
            let key = try #require(MediaKey(prefix: prefix.description, name: "1.jpg"))
            let url = try #require(try await media.url(of: key))
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: url), timeout: .seconds(300))
            #expect(String(buffer: try await response.body.collect(upTo: 100)) == "shown")
        }
    }

    @Test func `a pending upload can be fetched and discarded`() async throws {
        let check: (any MediaStorage, String) async throws -> Void = { media, folder in
            let name = UploadName.random()
            let upload = try file("up", Data("bytes".utf8), in: folder)
            try await media.storeUpload(upload.path, as: name)
            #expect(
                try await media.uploads() == [name] && !FileManager.default.fileExists(atPath: upload.path))
            #expect(try await media.fetch(name, to: folder + "/copy", atMost: 5))
            #expect(try String(contentsOfFile: folder + "/copy", encoding: .utf8) == "bytes")
            await #expect(throws: MediaError.self) {
                try await media.fetch(name, to: folder + "/copy2", atMost: 4)
            }
            try await media.discard([name])
            #expect(try await media.fetch(name, to: folder + "/copy3", atMost: 5) == false)
        }
        try await withMedia { media, folder in try await check(media, folder) }
        try await Fixtures.withFolder { folder in
            let media = try MediaFolder(folder + "/media")
            try await check(media, folder)
            #expect(
                try await media.directUpload(
                    .init(name: .random(), contentType: "", byteCount: 1, expiresAt: 0)) == nil)
            try await media.close()
        }
    }

    @Test(arguments: [
        ("http://x", "s3://BUCKET"), ("s3://", "s3://BUCKET"), ("s3://k:s@b", "must not contain credentials"),
        ("s3://b?colour=red", "colour"),
        ("s3://b?endpoint=ftp://x", "endpoint"), ("s3://b?style=odd", "path or virtual"),
        ("s3://b?public=x", "public URL"),
        ("s3://b?serve=never", "never"), ("s3://b?region=", "region"),
    ])
    func `an invalid S3 URL gives a readable error`(_ url: String, _ text: String) {
        let error = #expect(throws: MediaError.self) { try S3Location(url) }
        #expect(error?.description.contains(text) == true)
    }

    @Test func `S3 URLs of both styles are parsed`() throws {
        let amazon = try S3Location("s3://photos/a/b/?region=eu-west-1")
        #expect(
            amazon.origin == "https://photos.s3.eu-west-1.amazonaws.com" && amazon.root == ""
                && amazon.prefix == "a/b/")
        #expect(
            try S3Location("s3://my.photos", environment: ["AWS_REGION": "x"]).origin
                == "https://s3.x.amazonaws.com")
        let own = try S3Location(
            "s3://photos?endpoint=http://127.0.0.1:9000&public=https://cdn.example.org/p/&style=path")
        #expect(own.origin == "http://127.0.0.1:9000" && own.root == "/photos" && own.prefix == "")
        #expect(
            own.publicURL == "https://cdn.example.org/p" && own.photoOrigin == "https://cdn.example.org")
        #expect(
            try S3Location("s3://b?endpoint=https://h&style=virtual&serve=redirect").photoOrigin
                == "https://b.h")
        #expect(amazon.photoOrigin == nil)
    }
}
