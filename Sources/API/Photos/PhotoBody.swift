import Core
import Web

/// A photo in JSON; addresses are absolute, as programs have no page to take them relative to.
struct PhotoBody: JSONWritable {
    private let photo: Photo
    private let renditions: [RenditionBody]

    init(photo: Photo, site: Site) {
        self.photo = photo
        renditions = photo.renditions.map {
            RenditionBody(url: site.absolute(Site.media(photo.key($0))), width: $0.width, height: $0.height)
        }
    }

    /// The widest rendition's address.
    var url: String { renditions.first?.url ?? "" }

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("id", photo.id.description)
            json.field("url", url)
            json.field("width", photo.width)
            json.field("height", photo.height)
            json.field("altText", photo.altText)
            json.field("blurhash", photo.blurhash)
            json.field("renditions", renditions)
        }
    }
}

private struct RenditionBody: JSONWritable {
    let url: String
    let width: Int
    let height: Int

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("url", url)
            json.field("width", width)
            json.field("height", height)
        }
    }
}
