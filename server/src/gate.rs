//! The gate: token, organisation, permission, in the same order on every transport.

use contract::{Operation, Permission, Refusal, Server};
use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HOST};
use sha2::{Digest, Sha256};

use crate::core::{Author, Core};
use crate::domain::role;
use crate::error::{Code, Error, Result, text};
use crate::proxies;
use crate::views::pats::{self, Held};

pub const ORG: &str = "x-zitadel-orgid";
/// What no organisation is called.
const UNREADABLE: &str = "\u{fffd}";
/// Where a request names its host; the first that it has counts.
const HOSTS: [&str; 3] = ["x-zitadel-instance-host", proxies::HOST, "host"];
const PUBLIC_HOST: &str = "x-zitadel-public-host";

/// Who calls, for which organisation.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user, and the organisation of the call.
    pub author: Author,
    /// The URL of this server as the client or its proxy names it, without a path.
    pub origin: String,
    /// `Accept-Language`, empty if there is none.
    pub languages: String,
    /// Where the permission comes from.
    reach: Reach,
}

/// What a permission is for, as far as projects go.
#[derive(Clone, Debug, PartialEq)]
pub enum Reach {
    All,
    /// Only roles in projects gave it: the ids of each project and project grant.
    Projects(Vec<(String, String)>),
}

impl Caller {
    /// The organisation of the call.
    pub fn org(&self) -> &str {
        &self.author.owner
    }

    /// Whether the permission holds for a project, or for a grant of it. (For users it always does:
    /// who reads them by a role in one project reads all of the organisation.)
    pub fn reaches(&self, project_id: &str, grant_id: &str) -> bool {
        match &self.reach {
            Reach::All => true,
            Reach::Projects(held) => held.iter().any(|(project, grant)| {
                project == project_id && (grant.is_empty() || grant == grant_id)
            }),
        }
    }

    /// Refuses what is done to a project that the caller has no permission for.
    pub fn reach(&self, project_id: &str, grant_id: &str) -> Result<()> {
        if self.reaches(project_id, grant_id) { Ok(()) } else { Err(no_permission()) }
    }

    /// The projects and project grants that the permission is for; `None`: all.
    pub fn projects(&self) -> Option<&[(String, String)]> {
        match &self.reach {
            Reach::All => None,
            Reach::Projects(held) => Some(held),
        }
    }

    pub fn user_id(&self) -> &str {
        &self.author.editor
    }
}

impl Server for Core {
    type Caller = Caller;
    type Error = Error;

    /// Only where an external domain is set; then the headers of proxies count too. The
    /// port does not matter, the case does, and no host is any, as in ZITADEL v4.
    fn receive(&self, _operation: &Operation, headers: &HeaderMap) -> Result<()> {
        let wanted = self.external_domain.as_str();
        let named = HOSTS.iter().find_map(|name| text_of(headers, name)).unwrap_or_default();
        let public = text_of(headers, PUBLIC_HOST).unwrap_or_default();
        let other = |host: &str| {
            let name = without_port(host);
            !wanted.is_empty() && !name.is_empty() && name != wanted
        };
        let (id, parent) = if other(named) {
            ("QUERY-1kIjX", String::new())
        } else if other(public) {
            (
                "QUERY-IuGh1",
                format!(" Parent=(public domain {:?} not trusted)", without_port(public)),
            )
        } else {
            return Ok(());
        };
        let text = format!(
            "unable to set instance using origin &{{{named} {public} http}} (ExternalDomain is \
             {wanted}): ID={id} Message=Instance not found. Make sure you got the domain right. \
             Check out https://zitadel.com/docs/apis/introduction#domains{parent}"
        );
        Err(Error::plain(Code::NotFound, text))
    }

    async fn admit(&self, operation: &'static Operation, headers: &HeaderMap) -> Result<Caller> {
        let hash = token_hash(token(headers)?);
        let asked = headers.get(ORG).map(|org| org.to_str().map_or(UNREADABLE, str::trim));
        let asked = asked.filter(|org| !org.is_empty());
        let holder = pats::holder(&self.db, &hash, self.clock.now(), asked).await?;
        let holder =
            holder.ok_or_else(|| text::auth::TOKEN_INVALID.unauthenticated("AUTH-7fs1e"))?;
        if asked.is_some() && !holder.known {
            return Err(text::auth::NO_ORGANISATION.denied("AUTH-Bs7Ds"));
        }
        let reach = match operation.permission {
            Permission::Named(permission) => permit(&holder.held, permission)?,
            _ => Reach::All,
        };
        let owner = asked.map_or(holder.org, String::from);
        let author = Author { editor: holder.user_id, owner };
        let languages = text_of(headers, ACCEPT_LANGUAGE.as_str()).unwrap_or_default().into();
        Ok(Caller { author, origin: origin(headers), languages, reach })
    }
}

fn origin(headers: &HeaderMap) -> String {
    let host = [proxies::HOST, HOST.as_str()].iter().find_map(|name| text_of(headers, name));
    let scheme = text_of(headers, proxies::PROTO).filter(|scheme| *scheme == "https");
    format!("{}://{}", scheme.unwrap_or("http"), host.unwrap_or_default())
}

/// How far a permission reaches that one of the roles gives.
fn permit(held: &[Held], permission: &str) -> Result<Reach> {
    if held.is_empty() {
        return Err(text::auth::NO_MEMBERSHIP.not_found("AUTHZ-cdgFk"));
    }
    let mut projects = Vec::new();
    for held in held {
        if !held.roles.iter().any(|role| role::gives(role, permission)) {
            continue;
        }
        if held.project_id.is_empty() {
            return Ok(Reach::All);
        }
        projects.push((held.project_id.clone(), held.grant_id.clone()));
    }
    if projects.is_empty() { Err(no_permission()) } else { Ok(Reach::Projects(projects)) }
}

fn no_permission() -> Error {
    text::auth::NO_PERMISSION.denied("AUTH-5mWD2")
}

/// The token of `Authorization: Bearer <token>` (RFC 6750, section 2.1).
fn token(headers: &HeaderMap) -> Result<&str> {
    let value = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or("?"));
    let value = value.filter(|value| !value.trim().is_empty());
    let value = value.ok_or_else(|| Error::plain(Code::Unauthenticated, "auth header missing"))?;
    let token = value.strip_prefix("Bearer ").filter(|token| !token.contains("Bearer "));
    token.ok_or_else(|| text::auth::INVALID_HEADER.unauthenticated("AUTH-toLo1"))
}

/// What of a token is stored. It has 256 random bits, so that a plain hash is enough, and looking
/// it up by its hash tells nothing by time.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// The first header of this name, where it is ASCII.
fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Rule(_) | Refusal::Json(_) | Refusal::Unreadable(_) => Code::InvalidArgument,
            Refusal::Protobuf | Refusal::Utf8 => Code::Internal,
            Refusal::TooLarge { .. } => Code::ResourceExhausted,
        };
        Self::plain(code, refusal.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(value: &'static str) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        token(&headers).map(String::from).map_err(|error| error.message().into_owned())
    }

    #[test]
    fn a_role_in_a_project_reaches_no_other() {
        let held = |role: &str, project: &str, grant: &str| Held {
            roles: vec![role.into()],
            project_id: project.into(),
            grant_id: grant.into(),
        };
        let refused = |held: &[Held]| permit(held, "user.grant.write").unwrap_err().id;
        assert_eq!(refused(&[]), "AUTHZ-cdgFk");
        assert_eq!(refused(&[held("PROJECT_OWNER_VIEWER", "p", "")]), "AUTH-5mWD2");
        let roles = [held("PROJECT_OWNER", "p", ""), held("PROJECT_GRANT_OWNER", "q", "g")];
        let author = Author { editor: "1".into(), owner: "2".into() };
        let reach = permit(&roles, "user.grant.write").unwrap();
        let (origin, languages) = (String::new(), String::new());
        let mut caller = Caller { author, origin, languages, reach };
        let reached = [("p", ""), ("p", "x"), ("q", "g"), ("q", ""), ("q", "x"), ("r", "")]
            .map(|(project, grant)| caller.reaches(project, grant));
        assert_eq!(reached, [true, true, true, false, false, false]);
        let more = [roles.to_vec(), vec![held("ORG_OWNER", "", "")]].concat();
        caller.reach = permit(&more, "user.grant.write").unwrap();
        assert!(caller.reaches("r", ""));
    }

    #[test]
    fn a_header_holds_one_bearer_token_or_is_refused() {
        assert_eq!(outcome("Bearer T"), Ok("T".into()));
        assert_eq!(outcome("Bearer T x"), Ok("T x".into()));
        for value in ["Basic abc", "bearer T", "Bearer", "Bearer T Bearer T", "Bearer Bearer T"] {
            assert_eq!(outcome(value), Err("invalid auth header (AUTH-toLo1)".into()), "{value}");
        }
        assert_eq!(outcome("  "), Err("auth header missing".into()));
        let missing = token(&HeaderMap::new()).map(String::from).unwrap_err();
        assert_eq!(missing.message(), "auth header missing");
    }
}
