import Foundation
import XMLCoder

/// Reads and writes the XML documents of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/). The names of
/// their elements are those of the properties below, with a capital letter.
enum S3XML {
    static func decode<Document: Decodable>(_: Document.Type, from text: String) throws -> Document {
        let decoder = XMLDecoder(trimValueWhitespaces: false, removeWhitespaceElements: true)
        decoder.keyDecodingStrategy = .convertFromCapitalized
        do {
            return try decoder.decode(Document.self, from: Data(text.utf8))
        } catch {
            throw MediaError("S3 sent an unexpected document: \(text.prefix(500))")
        }
    }

    static func encode(_ document: some Encodable, as name: String) throws -> [UInt8] {
        let encoder = XMLEncoder()
        encoder.keyEncodingStrategy = .capitalized
        return Array(try encoder.encode(document, withRootKey: name))
    }
}

/// The response to CreateMultipartUpload.
struct StartedUpload: Decodable {
    let uploadId: String
}

/// The request of CompleteMultipartUpload.
struct CompletedUpload: Encodable {
    struct Part: Encodable {
        let partNumber: Int
        let eTag: String
    }

    let part: [Part]
}

/// The response to ListObjectsV2.
struct Listing: Decodable {
    struct Object: Decodable {
        let key: String
        let size: Int64
    }

    struct Folder: Decodable {
        let prefix: String
    }

    let contents: [Object]?
    let commonPrefixes: [Folder]?
    /// Nil on the last page.
    let nextContinuationToken: String?
}

/// The response to DeleteObjects.
struct DeletionResult: Decodable {
    struct Failure: Decodable {
        let code: String
    }

    let error: [Failure]?
}

/// The request of DeleteObjects.
struct Deletion: Encodable {
    struct Object: Encodable {
        let key: String
    }

    /// S3 then reports only the objects that it did not delete.
    let quiet = true
    let object: [Object]
}
