import Foundation
import XMLCoder

/// Reads and writes the XML documents of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/).
enum S3XML {
    static func decode<Document: Decodable>(_: Document.Type, from text: String) throws -> Document {
        let decoder = XMLDecoder(trimValueWhitespaces: false, removeWhitespaceElements: true)
        do {
            return try decoder.decode(Document.self, from: Data(text.utf8))
        } catch {
            throw MediaError("S3 sent an unexpected document: \(text.prefix(500))")
        }
    }

    static func encode(_ document: some Encodable, as name: String) throws -> [UInt8] {
        Array(try XMLEncoder().encode(document, withRootKey: name))
    }
}

/// The response to CreateMultipartUpload.
struct StartedUpload: Decodable {
    let uploadID: String

    private enum CodingKeys: String, CodingKey { case uploadID = "UploadId" }
}

/// The request of CompleteMultipartUpload.
struct CompletedUpload: Encodable {
    struct Part: Encodable {
        let number: Int
        let eTag: String

        private enum CodingKeys: String, CodingKey {
            case number = "PartNumber"
            case eTag = "ETag"
        }
    }

    let parts: [Part]

    private enum CodingKeys: String, CodingKey { case parts = "Part" }
}

/// The response to ListObjectsV2.
struct Listing: Decodable {
    struct Object: Decodable {
        let key: String
        let size: Int64

        private enum CodingKeys: String, CodingKey {
            case key = "Key"
            case size = "Size"
        }
    }

    struct Folder: Decodable {
        let prefix: String

        private enum CodingKeys: String, CodingKey { case prefix = "Prefix" }
    }

    let objects: [Object]?
    let folders: [Folder]?
    /// Nil on the last page.
    let continuationToken: String?

    private enum CodingKeys: String, CodingKey {
        case objects = "Contents"
        case folders = "CommonPrefixes"
        case continuationToken = "NextContinuationToken"
    }
}

/// The response to DeleteObjects.
struct DeletionResult: Decodable {
    struct Failure: Decodable {
        let code: String

        private enum CodingKeys: String, CodingKey { case code = "Code" }
    }

    let errors: [Failure]?

    private enum CodingKeys: String, CodingKey { case errors = "Error" }
}

/// The request of DeleteObjects.
struct Deletion: Encodable {
    struct Object: Encodable {
        let key: String

        private enum CodingKeys: String, CodingKey { case key = "Key" }
    }

    /// S3 then reports only the objects that it did not delete.
    let isQuiet = true
    let objects: [Object]

    private enum CodingKeys: String, CodingKey {
        case isQuiet = "Quiet"
        case objects = "Object"
    }
}
