import Core
import Web

/// The JSON form of a photo. URLs are absolute, because API clients have no page to resolve relative URLs
/// against.
struct PhotoBody: JSONWritable {
    let photo: Photo
    let site: Site

    /// The URL of the widest rendition.
    var url: String { photo.renditions.first.map { site.url(of: $0, of: photo) } ?? "" }

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("id", photo.id.description)
            json.field("url", url)
            json.field("width", photo.width)
            json.field("height", photo.height)
            json.field("altText", photo.altText)
            json.field("blurhash", photo.blurhash)
            json.field(
                "renditions", photo.renditions.map { RenditionBody(photo: photo, rendition: $0, site: site) })
        }
    }
}

private struct RenditionBody: JSONWritable {
    let photo: Photo
    let rendition: Photo.Rendition
    let site: Site

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("url", site.url(of: rendition, of: photo))
            json.field("width", rendition.width)
            json.field("height", rendition.height)
        }
    }
}
