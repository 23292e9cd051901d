//! What is not the API: Swagger UI, the documents, the deprecations, the state of the server.

use std::sync::LazyLock;
use std::time::Duration;

use contract::{admin, auth, management};
use http::StatusCode;
use poem::endpoint::{BoxEndpoint, make, make_sync};
use poem::{Endpoint, EndpointExt, IntoResponse, Response, Route};
use poem_openapi::OpenApiService;
use tokio::time::timeout;

use crate::core::Core;
use crate::{deprecation, document, first};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// The pages load nothing from elsewhere; Swagger UI needs styles and pictures of its own making.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const READY: &str = "/debug/ready";
/// How long the database may take to answer who asks whether the server is ready.
const PATIENCE: Duration = Duration::from_secs(5);

/// Swagger UI as poem-openapi brings it along: one page with everything inside.
static SWAGGER_UI: LazyLock<String> =
    LazyLock::new(|| OpenApiService::new((), "", "").swagger_ui_html());
static DEPRECATIONS: LazyLock<String> = LazyLock::new(deprecation::page);

/// A path, its content type and what is there, made when it is first asked for.
type Page = (&'static str, &'static str, fn() -> &'static str);

const PAGES: [Page; 9] = [
    ("/", HTML, || include_str!("site/index.html")),
    ("/site.css", CSS, || include_str!("site/site.css")),
    ("/site.js", SCRIPT, || include_str!("site/site.js")),
    ("/swagger-ui.css", CSS, || inside("<style charset=\"UTF-8\">", "</style>")),
    ("/swagger-ui.js", SCRIPT, || inside("<script charset=\"UTF-8\">", "</script>")),
    ("/openapi/management.json", JSON, || &document::DOCUMENT),
    ("/openapi/management-3.1.json", JSON, || &document::DOCUMENT_31),
    ("/deprecations", HTML, || &DEPRECATIONS),
    ("/debug/healthz", TEXT, || "ok"),
];

fn inside(start: &str, end: &str) -> &'static str {
    let after = SWAGGER_UI.split_once(start).map_or("", |(_, after)| after);
    after.split_once(end).map_or("", |(inside, _)| inside)
}

/// The paths outside of the API; everything else is the API's.
pub fn owns(path: &str) -> bool {
    path == READY || PAGES.iter().any(|(known, ..)| *known == path)
}

pub fn site(core: &Core) -> Route {
    let add = |route: Route, (path, kind, text): &Page| route.at(path, page(kind, *text));
    PAGES.iter().fold(Route::new().at(READY, ready(core.clone())), add)
}

/// Whether the database answers.
fn ready(core: Core) -> impl Endpoint {
    poem::get(make(move |_| {
        let core = core.clone();
        async move {
            match timeout(PATIENCE, first::done(&core)).await {
                Ok(Ok(true)) => text(TEXT, "ok"),
                _ => text(TEXT, "the database does not answer")
                    .with_status(StatusCode::SERVICE_UNAVAILABLE)
                    .into_response(),
            }
        }
    }))
}

fn page(kind: &'static str, body: fn() -> &'static str) -> impl Endpoint {
    poem::get(make_sync(move |_| text(kind, body())))
}

fn text(kind: &str, body: &'static str) -> Response {
    Response::builder()
        .content_type(kind)
        .header("content-security-policy", POLICY)
        .header("x-content-type-options", "nosniff")
        .body(body)
}

/// The typed handlers of the three areas, as poem-openapi serves them.
pub fn handlers(core: &Core) -> BoxEndpoint<'static, Response> {
    let api = (management::api(core), (auth::api(core), admin::api(core)));
    OpenApiService::new(api, "", "").map_to_response().boxed()
}
