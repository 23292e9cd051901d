//! An organisation.

use serde::{Deserialize, Serialize};

use super::member::{Member, MemberRemoved};
use super::user::name_key;
use super::{Aggregate, Stamp, events};
use crate::error::{Result, text};

/// The domain that every organisation's own is made under.
const PARENT: &str = "localhost";

/// The values are the API's own (`zitadel.org.v1.OrgState`).
pub const ACTIVE: i64 = 1;

/// An organisation as its events left it; one row of `orgs`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Org {
    pub id: String,
    pub owner: String,
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
    pub state: i64,
    pub name: String,
    pub name_key: String,
    pub primary_domain: String,
}

events! {
    "org.added" Added(Name),
    "org.domain.added" DomainAdded(Domain),
    "org.domain.verified" DomainVerified(Domain),
    "org.domain.primary.set" PrimaryDomainSet(Domain),
    "org.member.added" MemberAdded(Member),
    "org.member.changed" MemberChanged(Member),
    "org.member.removed" MemberRemoved(MemberRemoved),
    "org.member.cascade.removed" MemberCascadeRemoved(MemberRemoved),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Name {
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    pub domain: String,
}

impl Org {
    /// The maker becomes its owner.
    pub fn add(&self, name: &str, maker: &str) -> Result<Vec<Event>> {
        if name.trim().is_empty() {
            return Err(text::org::INVALID.invalid("EVENT-Mf9sd"));
        }
        let domain = Domain { domain: own_domain(name) };
        let owner = Member { user_id: maker.into(), roles: vec!["ORG_OWNER".into()] };
        Ok(vec![
            Event::Added(Name { name: name.into() }),
            Event::DomainAdded(domain.clone()),
            Event::DomainVerified(domain.clone()),
            Event::PrimaryDomainSet(domain),
            Event::MemberAdded(owner),
        ])
    }
}

/// `Acme Corp` to `acme-corp.localhost`.
fn own_domain(name: &str) -> String {
    let letters = name.trim().chars().flat_map(char::to_lowercase);
    let label: String = letters
        .map(|letter| if letter.is_whitespace() { '-' } else { letter })
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '.'))
        .collect();
    format!("{}.{PARENT}", label.trim_matches('-'))
}

impl Aggregate for Org {
    type Event = Event;
    const STREAM: &'static str = "org";

    fn owner(&self) -> &str {
        &self.owner
    }

    fn exists(&self) -> bool {
        !self.id.is_empty()
    }

    fn apply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::Added(added) => {
                self.id.clone_from(&stamp.id);
                self.owner.clone_from(&stamp.id);
                self.created_at = stamp.at;
                self.state = ACTIVE;
                self.name.clone_from(&added.name);
                self.name_key = name_key(&added.name);
            }
            Event::PrimaryDomainSet(set) => self.primary_domain.clone_from(&set.domain),
            Event::DomainAdded(_) | Event::DomainVerified(_) => {}
            Event::MemberAdded(_)
            | Event::MemberChanged(_)
            | Event::MemberRemoved(_)
            | Event::MemberCascadeRemoved(_) => return,
        }
        self.sequence = stamp.sequence;
        self.changed_at = stamp.at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_has_a_domain_of_its_own() {
        assert_eq!(own_domain("Acme Corp"), "acme-corp.localhost");
        assert_eq!(own_domain("org-r1"), "org-r1.localhost");
        assert_eq!(own_domain(" (x)! "), "x.localhost");
    }

    #[test]
    fn a_blank_name_is_refused() {
        assert_eq!(Org::default().add(" ", "1").unwrap_err().id, "EVENT-Mf9sd");
        assert_eq!(Org::default().add("a", "1").unwrap().len(), 5);
    }
}
