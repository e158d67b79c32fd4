import Core
import Web

/// A photo in JSON; addresses are absolute, as programs have no page to take them relative to.
struct PhotoBody: Encodable, Sendable {
    struct Rendition: Encodable, Sendable {
        let url: String
        let width: Int
        let height: Int
    }

    let id: ID<Photo>
    let url: String
    let width: Int
    let height: Int
    let altText: String
    let blurhash: String
    let renditions: [Rendition]

    init(_ photo: Photo, at site: Site) {
        id = photo.id
        width = photo.width
        height = photo.height
        altText = photo.altText
        blurhash = photo.blurhash
        renditions = photo.renditions.map {
            Rendition(url: site.absolute(Site.media(photo.key($0))), width: $0.width, height: $0.height)
        }
        url = renditions.first?.url ?? ""
    }
}
