//! What is not the API: Swagger UI, the document, the state of the server.

use contract::{admin, auth, management};
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt, IntoResponse, Response, Route, get, handler};
use poem_openapi::OpenApiService;

use crate::core::Core;

const TITLE: &str = "Bailey: Management API";
const VERSION: &str = env!("CARGO_PKG_VERSION");
const DOCUMENT: &str = "/openapi/management.json";

/// The paths outside of the API; everything else is the API's.
pub fn owns(path: &str) -> bool {
    path == "/" || path == DOCUMENT || path.starts_with("/debug/")
}

pub fn site(core: &Core) -> Route {
    let service = OpenApiService::new(management::api(core), TITLE, VERSION);
    let document = service.spec();
    let ui = service.swagger_ui_html();
    Route::new()
        .at("/", get(page).data(Page(ui)))
        .at(DOCUMENT, get(json).data(Document(document)))
        .at("/debug/healthz", ok)
        .at("/debug/ready", ok)
}

/// The typed handlers of the three areas, as poem-openapi serves them.
pub fn handlers(core: &Core) -> BoxEndpoint<'static, Response> {
    let api = (management::api(core), (auth::api(core), admin::api(core)));
    OpenApiService::new(api, TITLE, VERSION).map_to_response().boxed()
}

#[derive(Clone)]
struct Page(String);

#[derive(Clone)]
struct Document(String);

#[handler]
fn page(ui: poem::web::Data<&Page>) -> Response {
    Response::builder().content_type("text/html; charset=utf-8").body(ui.0.0.clone())
}

#[handler]
fn json(document: poem::web::Data<&Document>) -> Response {
    Response::builder().content_type("application/json").body(document.0.0.clone())
}

#[handler]
fn ok() -> impl IntoResponse {
    "ok"
}
