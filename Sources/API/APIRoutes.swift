import Core
import Hummingbird
import Web

/// The routes of the JSON API, everything under `/api`.
package struct APIRoutes: Sendable {
    private let community: Community
    private let site: Site
    private let uploads: UploadFolder
    private let cookies: SiteCookies

    package init(community: Community, site: Site, uploads: UploadFolder, cookies: SiteCookies) {
        self.community = community
        self.site = site
        self.uploads = uploads
        self.cookies = cookies
    }

    package var routes: [Route] {
        let groups: [[Route]] = [
            AccountRoutes(community: community, site: site, cookies: cookies).routes,
            OwnAccountRoutes(community: community, site: site, uploads: uploads, cookies: cookies).routes,
            CredentialRoutes(community: community).routes,
            SecurityRoutes(community: community, site: site).routes,
            ProfileRoutes(community: community, site: site).routes,
            FollowRoutes(community: community, site: site).routes,
            BlockRoutes(community: community, site: site).routes,
            PostRoutes(community: community, site: site, uploads: uploads).routes,
            LikeRoutes(community: community, site: site).routes,
            SaveRoutes(community: community, site: site).routes,
            CommentRoutes(community: community, site: site).routes,
            PhotoRoutes(community: community, site: site, uploads: uploads).routes,
            DirectUploadRoutes(community: community, site: site, uploads: uploads).routes,
            ExploreRoutes(community: community, site: site).routes,
            NotificationRoutes(community: community, site: site).routes,
        ]
        let routes = groups.flatMap { $0 }.prefixed(with: "api", errors: .json)
        return OpenAPI.routes(describing: routes) + routes
    }
}
