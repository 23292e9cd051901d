//! Identity providers of an organisation, and the links of users to accounts there.

use serde::{Deserialize, Serialize};

use super::Aggregate;
use super::org::{Event as OrgEvent, Org};
use super::user::{Event, User};
use crate::error::{Result, text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    Oidc,
    Jwt,
    Google,
    GitHub,
    GitLab,
}

impl ProviderKind {
    pub const ALL: [Self; 5] = [Self::Oidc, Self::Jwt, Self::Google, Self::GitHub, Self::GitLab];

    pub fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Jwt => "jwt",
            Self::Google => "google",
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
        }
    }
}

/// A provider as it is added; the payload of its event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewProvider {
    pub id: String,
    pub name: String,
    pub options: Options,
    pub config: Config,
}

/// What a provider may do with users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Options {
    pub linking_allowed: bool,
    pub creation_allowed: bool,
    pub auto_creation: bool,
    pub auto_update: bool,
    pub auto_linking: i64,
}

/// How a provider is reached; each kind has its part of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Config {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_id: String,
    /// Encrypted under the master key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_secret: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub id_token_mapping: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub use_pkce: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub jwt_endpoint: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub keys_endpoint: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub audience: String,
}

impl Org {
    pub fn add_provider(&self, kind: ProviderKind, new: NewProvider) -> Result<[OrgEvent; 1]> {
        if self.standing().is_err() {
            return Err(text::org::NOT_FOUND.precondition("COMMAND-Bly02"));
        }
        Ok([match kind {
            ProviderKind::Oidc => OrgEvent::OidcProviderAdded(new),
            ProviderKind::Jwt => OrgEvent::JwtProviderAdded(new),
            ProviderKind::Google => OrgEvent::GoogleProviderAdded(new),
            ProviderKind::GitHub => OrgEvent::GitHubProviderAdded(new),
            ProviderKind::GitLab => OrgEvent::GitLabProviderAdded(new),
        }])
    }
}

/// A user's account at a provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdpLink {
    pub idp_config_id: String,
    /// The user's id there.
    pub user_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdpLinkRemoved {
    pub idp_config_id: String,
    pub user_id: String,
}

/// Refuses a link at import to a provider that is not there (`None`) or makes no users.
pub fn check_creation(allowed: Option<bool>) -> Result<()> {
    match allowed {
        None => Err(text::idp::NOT_EXISTING.precondition("COMMAND-39nfs")),
        Some(false) => Err(text::idp::CREATION_NOT_ALLOWED.precondition("COMMAND-SJI3g")),
        Some(true) => Ok(()),
    }
}

impl User {
    /// `found`: the user has this link, compared with case.
    pub fn remove_idp_link(&self, link: IdpLinkRemoved, found: bool) -> Result<[Event; 1]> {
        if !self.exists() || !found {
            return Err(text::idp::LINK_NOT_FOUND.not_found("COMMAND-1M9xR"));
        }
        Ok([Event::IdpLinkRemoved(link)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Event as _;
    use crate::domain::org::ACTIVE;
    use crate::domain::user::Kind;

    #[test]
    fn each_kind_has_its_event() {
        let org = Org { id: "o".into(), state: ACTIVE, ..Org::default() };
        for kind in ProviderKind::ALL {
            let [event] = org.add_provider(kind, NewProvider::default()).unwrap();
            assert_eq!(event.kind(), format!("org.idp.{}.added", kind.name()));
        }
        let gone = Org { id: "o".into(), ..Org::default() };
        let gone = gone.add_provider(ProviderKind::Jwt, NewProvider::default());
        assert_eq!(gone.unwrap_err().id, "COMMAND-Bly02");
    }

    #[test]
    fn a_provider_has_to_make_users() {
        assert_eq!(check_creation(None).unwrap_err().id, "COMMAND-39nfs");
        assert_eq!(check_creation(Some(false)).unwrap_err().id, "COMMAND-SJI3g");
        assert!(check_creation(Some(true)).is_ok());
    }

    #[test]
    fn only_a_link_that_is_there_is_removed() {
        let link = IdpLinkRemoved { idp_config_id: "i".into(), user_id: "x".into() };
        let user = User { kind: Kind::Human, ..User::default() };
        let refused = user.remove_idp_link(link.clone(), false).unwrap_err();
        assert_eq!(refused.id, "COMMAND-1M9xR");
        assert!(User::default().remove_idp_link(link.clone(), true).is_err());
        assert!(user.remove_idp_link(link, true).is_ok());
    }
}
