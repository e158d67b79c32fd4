import Core
import HTML
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// One request for a page: who looks, the token of its forms, and the answer it becomes.
struct PageContext {
    let viewer: Viewer?
    let unreadCount: Int
    let theme: Theme
    /// The path that was asked for, with its query.
    let path: String
    /// The hidden field that every form carries, made once for all of a page's forms.
    let tokenField: HTML
    private let secret: Secret
    private let isNewVisitor: Bool
    private let cookies: SiteCookies

    var site: Site { cookies.site }

    /// - Parameter isFailing: an error may come before a browser's cookies were read; it must not get new ones then.
    init(_ context: some HandlerContext, cookies: SiteCookies, isFailing: Bool = false) {
        let context = context.web
        viewer = context.viewer
        unreadCount = context.unreadCount
        theme = context.theme
        path = context.path
        self.cookies = cookies
        secret = context.formSecret ?? cookies.newVisitor()
        isNewVisitor = context.formSecret == nil && !isFailing
        tokenField = "<input type=\"hidden\" name=\"\(Form.tokenField)\" value=\"\(secret.formToken)\">"
    }

    /// The whole page as an answer, with the cookie that a new visitor's forms need.
    func page(
        _ title: String, status: HTTPResponse.Status = .ok, retryAfter: Int? = nil, head: HTML = .nothing,
        _ body: HTML
    ) -> Response {
        let markup = Layout(visit: self, title: title, head: head, content: body).html.bytes
        var response = Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentLength: String(markup.count),
            ], body: .init(byteBuffer: ByteBuffer(bytes: markup)))
        response.headers[.retryAfter] = retryAfter.map { String($0) }
        if isNewVisitor { cookies.setVisitor(secret, on: &response) }
        return response
    }
}
