import Core
import Hummingbird
import Web

/// The JSON side of the site: everything under `/api`.
package struct APIRoutes: Sendable {
    private let community: Community
    private let site: Site
    private let uploads: UploadFolder
    private let signInGuard: SignInGuard

    package init(community: Community, site: Site, uploads: UploadFolder, signInGuard: SignInGuard) {
        self.community = community
        self.site = site
        self.uploads = uploads
        self.signInGuard = signInGuard
    }

    /// Adds every route of the API to the site's router.
    package func add(to router: Router<WebContext>) {
        let api = router.group("api")
        api.addRoutes(OpenAPI.routes)
        api.addRoutes(AccountRoutes(community: community, site: site, signInGuard: signInGuard).routes)
        api.addRoutes(OwnAccountRoutes(community: community, site: site, uploads: uploads).routes)
        api.addRoutes(CredentialRoutes(community: community).routes)
        api.addRoutes(FollowRoutes(community: community, site: site).routes)
        api.addRoutes(BlockRoutes(community: community, site: site).routes)
        api.addRoutes(PostRoutes(community: community, site: site, uploads: uploads).routes)
        api.addRoutes(LikeRoutes(community: community, site: site).routes)
        api.addRoutes(CommentRoutes(community: community, site: site).routes)
        api.addRoutes(PhotoRoutes(community: community, site: site, uploads: uploads).routes)
        api.addRoutes(DirectUploadRoutes(community: community, site: site, uploads: uploads).routes)
        api.addRoutes(ExploreRoutes(community: community, site: site).routes)
        api.addRoutes(NotificationRoutes(community: community, site: site).routes)
    }
}
