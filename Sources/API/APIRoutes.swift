import Core
import Hummingbird
import Web

/// The JSON side of the site: everything under `/api`.
package struct APIRoutes: Sendable {
    private let community: Community
    private let site: Site
    private let uploads: UploadFolder

    package init(community: Community, site: Site, uploads: UploadFolder) {
        self.community = community
        self.site = site
        self.uploads = uploads
    }

    /// Adds every route of the API to the site's router.
    package func add(to router: Router<WebContext>) {
        let api = router.group("api")
        api.addRoutes(AccountRoutes(community: community).routes)
        api.addRoutes(FollowRoutes(community: community, site: site).routes)
        api.addRoutes(PostRoutes(community: community, site: site, uploads: uploads).routes)
        api.addRoutes(CommentRoutes(community: community, site: site).routes)
        api.addRoutes(PhotoRoutes(community: community, site: site, uploads: uploads).routes)
    }
}
