import Core
import Foundation
import Web

/// Where another site asks how to show the page at `address`.
func embedPath(of address: String) -> String {
    "/oembed?url=\(address.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
}

/// A public post as oEmbed has photos (https://oembed.com, §2.3.4.1).
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
            json.field("title", String(post.caption.prefix(200)))
            if let photo, let rendition {
                json.field("url", site.address(of: rendition, of: photo))
                json.field("width", rendition.width)
                json.field("height", rendition.height)
            }
        }
    }
}

/// A public profile as oEmbed has what is only linked (§2.3.4.3).
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
            json.field("title", account.fullName.isEmpty ? account.username : account.fullName)
            if let key = account.summary.pictureKey {
                json.field("thumbnail_url", site.absoluteMedia(key))
                json.field("thumbnail_width", 320)
                json.field("thumbnail_height", 320)
            }
        }
    }
}
