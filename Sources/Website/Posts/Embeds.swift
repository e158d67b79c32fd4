import Core
import Foundation
import Web

/// The path of the oEmbed description of the page at `url`.
func embedPath(of url: String) -> String {
    "/oembed?url=\(url.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
}

/// The oEmbed description of a public post, of the type “photo” (https://oembed.com, §2.3.4.1).
struct PostEmbed: JSONWritable {
    let post: Post
    let site: Site

    func write(to json: inout JSONText) {
        let photo = post.photos.first
        let rendition = photo?.renditions.first { $0.width <= 1080 } ?? photo?.renditions.last
        json.object { json in
            json.field("version", "1.0")
            json.field("type", "photo")
            json.field("provider_name", "Isntgram")
            json.field("provider_url", site.absolute("/"))
            json.field("author_name", post.author.username)
            json.field("author_url", site.absolute(Site.profile(post.author.username)))
            json.field("title", post.caption.prefix(200).directionallyIsolated)
            if let photo, let rendition {
                json.field("url", site.url(of: rendition, of: photo))
                json.field("width", rendition.width)
                json.field("height", rendition.height)
            }
        }
    }
}

/// The oEmbed description of a public profile, of the type “link” (§2.3.4.3).
struct ProfileEmbed: JSONWritable {
    let account: Account
    let site: Site

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("version", "1.0")
            json.field("type", "link")
            json.field("provider_name", "Isntgram")
            json.field("provider_url", site.absolute("/"))
            json.field("author_name", account.username)
            json.field("author_url", site.absolute(Site.profile(account.username)))
            json.field(
                "title", account.fullName.isEmpty ? account.username : account.fullName.directionallyIsolated)
            if let key = account.summary.pictureKey {
                json.field("thumbnail_url", site.absoluteMedia(key))
                json.field("thumbnail_width", 320)
                json.field("thumbnail_height", 320)
            }
        }
    }
}
