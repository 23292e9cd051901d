//! `providers`: identity providers, and `idp_links`: the accounts of users there.

use super::list::{Filter, Listed, Page, Source, list_from};
use super::table::{Column, Table, table};
use crate::db::{Db, Row, Statement, Value};
use crate::domain::Stamp;
use crate::domain::idp::{IdpLink, NewProvider, ProviderKind};
use crate::domain::org::Event as OrgEvent;
use crate::domain::user::Event;
use crate::domain::user::name::name_key;
use crate::error::{Error, Result, text};

pub struct Provider {
    pub id: String,
    pub owner: String,
    pub kind: ProviderKind,
    pub name: String,
    /// Whether users can be made with a link to it.
    pub creation_allowed: bool,
    /// The payload of its event.
    pub config: String,
}

table!(Provider, "providers", 1, [id, owner, kind, name, creation_allowed, config]);

impl Column for ProviderKind {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        let name = row.str(index)?;
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| Error::internal(format_args!("no kind of provider: {name}")))
    }

    fn value(&self) -> Value {
        self.name().into()
    }
}

#[derive(Debug)]
pub struct Link {
    user_id: String,
    idp_id: String,
    external_id: String,
    /// What is unique per provider.
    external_key: String,
    display_name: String,
    sequence: i64,
}

table!(Link, "idp_links", 3, [user_id, idp_id, external_id, external_key, display_name, sequence]);

/// What an event of an organisation changes here.
pub fn provider_changes(event: &OrgEvent, stamp: &Stamp) -> Vec<Statement> {
    let (kind, new) = match event {
        OrgEvent::OidcProviderAdded(new) => (ProviderKind::Oidc, new),
        OrgEvent::JwtProviderAdded(new) => (ProviderKind::Jwt, new),
        OrgEvent::GoogleProviderAdded(new) => (ProviderKind::Google, new),
        OrgEvent::GitHubProviderAdded(new) => (ProviderKind::GitHub, new),
        OrgEvent::GitLabProviderAdded(new) => (ProviderKind::GitLab, new),
        _ => return Vec::new(),
    };
    vec![provider(kind, new, stamp).put()]
}

/// One that makes users by itself lets others make them too
/// (`fixtures/users/human/import-idps.yaml`).
fn provider(kind: ProviderKind, new: &NewProvider, stamp: &Stamp) -> Provider {
    Provider {
        id: new.id.clone(),
        owner: stamp.id.clone(),
        kind,
        name: new.name.clone(),
        creation_allowed: new.options.creation_allowed || new.options.auto_creation,
        config: serde_json::to_string(&new.config).unwrap_or_default(),
    }
}

/// The providers of an organisation. Accounts there stay the users' own until they are removed.
pub fn delete_all(org: &str) -> Statement {
    Statement::new("DELETE FROM providers WHERE owner = $1", vec![org.into()])
}

/// What an event of a user changes here.
pub fn link_changes(event: &Event, stamp: &Stamp) -> Vec<Statement> {
    const REMOVED: &str = "DELETE FROM idp_links WHERE user_id = $1";
    match event {
        Event::IdpLinkAdded(link) => vec![add(link, stamp)],
        Event::IdpLinkRemoved(link) => {
            let key = [&stamp.id, &link.idp_config_id, &link.user_id].map(Value::from);
            vec![Link::delete(key.to_vec())]
        }
        Event::Removed => vec![Statement::new(REMOVED, vec![(&stamp.id).into()])],
        _ => Vec::new(),
    }
}

fn add(link: &IdpLink, stamp: &Stamp) -> Statement {
    const SQL: &str = "INSERT INTO idp_links \
        (user_id, idp_id, external_id, external_key, display_name, sequence) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    let row = Link {
        user_id: stamp.id.clone(),
        idp_id: link.idp_config_id.clone(),
        external_id: link.user_id.clone(),
        external_key: name_key(&link.user_id),
        display_name: link.display_name.clone(),
        sequence: stamp.sequence,
    };
    Statement::new(SQL, row.values()).taken(text::idp::LINK_TAKEN.already_exists("V3-DKcYh"))
}

/// Whether users can be made with a link to this provider of any organisation; `None`: there is no
/// such provider.
pub async fn creation_allowed(db: &Db, id: &str) -> Result<Option<bool>> {
    let sql = Provider::sql().select.as_str();
    let found = db.first(sql, &[id.into()], Provider::read).await?;
    Ok(found.map(|provider| provider.creation_allowed))
}

/// Whether a user has this link, compared with case.
pub async fn is_linked(db: &Db, user_id: &str, idp_id: &str, external_id: &str) -> Result<bool> {
    let key = [user_id.into(), idp_id.into(), external_id.into()];
    Ok(db.first(Link::sql().select.as_str(), &key, |_| Ok(())).await?.is_some())
}

/// A link with what is shown of its provider.
pub struct Linked {
    pub user_id: String,
    pub idp_id: String,
    pub idp_name: String,
    pub kind: ProviderKind,
    pub external_id: String,
    pub display_name: String,
}

/// The links of a user of this organisation, in the order in which they were made.
pub async fn links(db: &Db, user_id: &str, org: &str, page: Page) -> Result<Listed<Linked>> {
    const SOURCE: Source<'_> = Source {
        columns: "l.user_id, l.idp_id, p.name, p.kind, l.external_id, l.display_name",
        tables: "idp_links l JOIN users u ON u.id = l.user_id JOIN providers p ON p.id = l.idp_id",
        order: &["l.sequence"],
    };
    let mut filter = Filter::default();
    filter.equal("l.user_id", user_id);
    filter.equal("u.owner", org);
    list_from(db, SOURCE, &filter, Page { asc: true, ..page }, linked).await
}

fn linked(row: &Row<'_>) -> Result<Linked> {
    Ok(Linked {
        user_id: row.text(0)?,
        idp_id: row.text(1)?,
        idp_name: row.text(2)?,
        kind: ProviderKind::read(row, 3)?,
        external_id: row.text(4)?,
        display_name: row.text(5)?,
    })
}
