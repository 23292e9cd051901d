//! How poem-openapi's generated methods take a request apart and answer it.

use std::marker::PhantomData;

use http::HeaderMap;
use poem::error::ReadBodyError;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, RequestBody, Response};
use poem_openapi::registry::{
    MetaMediaType, MetaParamIn, MetaRequest, MetaResponse, MetaResponses, MetaSchema,
    MetaSchemaRef, Registry,
};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions, Tags};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Refusal, json};

const MEDIA_TYPES: [&str; 3] =
    ["application/json", "application/grpc", "application/grpc-web+proto"];

/// The path's parameters in order, percent-decoded; the router leaves them in the request.
#[derive(Clone, Debug)]
pub struct Parameters(pub Vec<String>);

/// The most bytes that a body may have; the server leaves it in the request.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// The tags of the contract.
#[derive(Tags)]
pub enum Tag {
    General,
    Global,
    Members,
    Organizations,
    Projects,
    Settings,
    User,
    Users,
    #[oai(rename = "Domain Settings")]
    DomainSettings,
    #[oai(rename = "Identity Providers")]
    IdentityProviders,
    #[oai(rename = "Project Grants")]
    ProjectGrants,
    #[oai(rename = "Project Roles")]
    ProjectRoles,
    #[oai(rename = "User Grants")]
    UserGrants,
    #[oai(rename = "User Human")]
    UserHuman,
    #[oai(rename = "User Machine")]
    UserMachine,
    #[oai(rename = "User Metadata")]
    UserMetadata,
    #[oai(rename = "ZITADEL Administrators")]
    ZitadelAdministrators,
}

/// The headers that the gate looks at.
pub struct Call<'a>(pub &'a HeaderMap);

impl<'a> ApiExtractor<'a> for Call<'a> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::PoemExtractor];
    type ParamType = ();
    type ParamRawType = ();

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self(request.headers()))
    }
}

/// A parameter of the path and its bounds, 0 for none; they are only documented here. poem-openapi
/// knows such a one by the name of its type.
pub struct Path<const MIN: usize, const MAX: usize>(pub String);

impl<'a, const MIN: usize, const MAX: usize> ApiExtractor<'a> for Path<MIN, MAX> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = true;
    type ParamType = String;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Path)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(bounded_text(MIN, MAX))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        options: ExtractParamOptions<String>,
    ) -> poem::Result<Self> {
        let index = options.name.trim_start_matches("param").parse::<usize>().unwrap_or_default();
        let parameters = request.extensions().get::<Parameters>();
        Ok(Self(parameters.and_then(|p| p.0.get(index)).cloned().unwrap_or_default()))
    }
}

/// The parameters of the query string as a message without the fields that the path has.
pub struct Query<T>(pub T);

impl<'a, T: DeserializeOwned + Default> ApiExtractor<'a> for Query<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::PoemExtractor];
    type ParamType = ();
    type ParamRawType = ();

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let query = request.original_uri().query().unwrap_or_default();
        json::decode_query(query).map(Self).map_err(|text| refuse(Refusal::Json(text)))
    }
}

/// A text of the query string in the document; [`Query`] reads it.
pub struct QueryText<const MIN: usize, const MAX: usize>;

impl<'a, const MIN: usize, const MAX: usize> ApiExtractor<'a> for QueryText<MIN, MAX> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = false;
    type ParamType = String;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(bounded_text(MIN, MAX))
    }

    async fn from_request(
        _request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<String>,
    ) -> poem::Result<Self> {
        Ok(Self)
    }
}

fn bounded_text(min: usize, max: usize) -> MetaSchemaRef {
    let bound = |length: usize| Some(length).filter(|length| *length > 0);
    let (min_length, max_length) = (bound(min), bound(max));
    let schema = MetaSchema { min_length, max_length, ..MetaSchema::new("string") };
    MetaSchemaRef::Inline(Box::new(schema))
}

/// The JSON body of a request, whatever its content type says. `S` is its schema: the message, or
/// the message without the members that the path has.
pub struct Body<T, S>(pub T, PhantomData<S>);

impl<'a, T: DeserializeOwned + Default, S: Type> ApiExtractor<'a> for Body<T, S> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        S::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest { description: None, content: content::<S>(), required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let limit = request.extensions().get::<BodyLimit>().map_or(usize::MAX, |limit| limit.0);
        let bytes = body.take()?.into_bytes_limit(limit).await.map_err(|error| match error {
            ReadBodyError::PayloadTooLarge => refuse(Refusal::TooLarge { limit }),
            ReadBodyError::Io(error) => refuse(Refusal::Unreadable(error.to_string())),
            error => error.into(),
        })?;
        let message = json::decode(&bytes).map_err(|text| refuse(Refusal::Json(text)))?;
        Ok(Self(message, PhantomData))
    }
}

fn refuse(refusal: Refusal) -> poem::Error {
    poem::Error::new(refusal, StatusCode::BAD_REQUEST)
}

fn content<T: Type>() -> Vec<MetaMediaType> {
    let media = |content_type| MetaMediaType { content_type, schema: T::schema_ref() };
    MEDIA_TYPES.into_iter().map(media).collect()
}

/// A response message as JSON.
pub struct Answer<T>(pub T);

impl<T: Serialize + Send> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        Response::builder().content_type("application/json").body(json::encode(&self.0))
    }
}

impl<T: Type> ApiResponse for Answer<T> {
    fn meta() -> MetaResponses {
        let response = MetaResponse {
            description: "A successful response.",
            status: Some(200),
            status_range: None,
            content: content::<T>(),
            headers: Vec::new(),
        };
        MetaResponses { responses: vec![response] }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}
