import Core
import HTML
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// One request for a page: who looks, the token of its forms, and the answer it becomes.
struct Visit {
    let viewer: Viewer?
    let path: String
    /// The hidden field that every form carries, made once for all of a page's forms.
    let tokenField: HTML
    private let secret: Secret
    private let isNewVisitor: Bool
    private let cookies: SiteCookies

    init(_ request: Request, _ context: WebContext, cookies: SiteCookies) {
        viewer = context.viewer
        path = request.uri.path
        self.cookies = cookies
        secret = context.formSecret ?? .random()
        isNewVisitor = context.formSecret == nil
        tokenField = Self.tokenField(of: secret)
    }

    /// A visit that fails before its browser is known by its cookies.
    init(path: String, viewer: Viewer?, cookies: SiteCookies, secret: Secret?) {
        self.viewer = viewer
        self.path = path
        self.cookies = cookies
        self.secret = secret ?? .random()
        isNewVisitor = false
        tokenField = Self.tokenField(of: self.secret)
    }

    private static func tokenField(of secret: Secret) -> HTML {
        "<input type=\"hidden\" name=\"\(Form.tokenField)\" value=\"\(secret.formToken)\">"
    }

    /// The whole page as an answer.
    /// - Parameter hasForms: whether a stranger's browser needs the cookie its form tokens are derived from.
    func page(
        _ title: String, status: HTTPResponse.Status = .ok, head: HTML = .nothing, _ body: HTML
    ) -> Response {
        let text = Layout(visit: self, title: title, head: head, content: body).html.text
        var response = Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentLength: String(text.utf8.count),
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
        if isNewVisitor { cookies.setVisitor(secret, on: &response) }
        return response
    }
}
