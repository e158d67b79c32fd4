import Core
import HTML
import HTTPTypes
import Hummingbird
import Web

/// The page that describes the API to people.
struct APIDocs {
    let operations: [APIOperation]
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("api/docs", .anyone) { _, context in page(PageContext(context, cookies: cookies)) },
            .get("api/docs/problems/{type}", .anyone) { _, context in
                let type = try ProblemType(rawValue: context.parameters.require("type"))
                guard let type else { throw Problem.notFound("page") }
                return .seeOther("/api/docs#\(type.anchor)")
            },
        ]
    }

    private func page(_ pageContext: PageContext) -> Response {
        let sections = operations.tags.map { tag -> HTML in
            let here = operations.filter { $0.tag == tag }
            return """
                <section><h2>\(tag.name)</h2><p>\(tag.description)</p>\(here.map(details))</section>
                """
        }
        return pageContext.page(
            "API",
            """
            <div class="docs"><h1>The API</h1>
            <p>JSON over HTTPS, below <code>/api</code>. Send <code>Authorization: Bearer TOKEN</code> with a
            token from <a href="/settings/tokens">your settings</a> or from
            <code>POST /api/auth/login</code>. IDs are strings, times are RFC 3339 in UTC. Lists are returned
            page by page: pass <code>nextCursor</code> as <code>cursor</code>.
            For programs: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
            \(sections)\(problems)</div>
            """)
    }

    private func details(_ operation: APIOperation) -> HTML {
        let rows =
            operation.parameters.map { row($0.name, $0.location.rawValue, $0.description) }
            + operation.json.map { row($0.name, $0.isRequired ? "JSON" : "JSON, optional", $0.description) }
            + operation.form.map { row($0.name, $0.isRequired ? "form" : "form, optional", $0.description) }
        let table: HTML = """
            <table><thead><tr><th scope="col">Name</th><th scope="col">In</th>\
            <th scope="col">Description</th>\
            </tr></thead>\
            <tbody>\(rows)</tbody></table>
            """
        let response: HTML? = operation.response.map { " with <code>\($0)</code>" }
        let errors = operation.errors.map { String($0.code) }.joined(separator: ", ")
        return """
            <details class="operation"><summary>\
            <code>\(operation.route.method.rawValue) /api\(operation.path)</code> \
            \(operation.summary)</summary>
            \(when: operation.route.audience == .member, #"<p class="hint">Needs a token.</p>"#)
            \(rows.isEmpty ? nil : table)
            <p>Returns \(operation.status.code)\(response). Errors: \(errors).</p>
            </details>
            """
    }

    private func row(_ name: String, _ place: String, _ description: String) -> HTML {
        "<tr><td><code>\(name)</code></td><td>\(place)</td><td>\(description)</td></tr>"
    }

    /// The description of each problem type. The URIs in `type` lead to it.
    private var problems: HTML {
        let items = ProblemType.allCases.map { type -> HTML in
            """
            <dt id="\(type.anchor)"><code>\(type.uri)</code> \(type.title) (\(type.status.code))</dt>
            <dd>\(type.remedy)</dd>
            """
        }
        return """
            <section><h2>Errors</h2><p>Errors are <code>application/problem+json</code> (RFC 9457). Their \
            <code>type</code> is one of these, the same on every server; <code>detail</code> says what \
            happened and what to do, and <code>errors</code> names each invalid field.</p>\
            <dl>\(items)</dl></section>
            """
    }
}

extension ProblemType {
    /// The anchor of its description on the page.
    fileprivate var anchor: String { "problem-\(rawValue)" }
}
