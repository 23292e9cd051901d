//! An organisation.

use serde::{Deserialize, Serialize};

use super::idp::NewProvider;
use super::member::{Member, MemberRemoved};
use super::user::name::name_key;
use super::{Aggregate, Stamp, events};
use crate::error::{Result, text};

/// The domain that every organisation's own is made under.
const PARENT: &str = "localhost";

/// The values are the API's own (`zitadel.org.v1.OrgState`); a removed one is shown without a state.
pub const ACTIVE: i64 = 1;
const INACTIVE: i64 = 2;
const REMOVED: i64 = 0;

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
    /// What is unique in the instance; of a removed one a text that no name can have.
    pub name_key: String,
    pub primary_domain: String,
    /// It has a domain policy of its own; without one the instance's counts, which asks for nothing.
    pub custom_policy: bool,
    /// Login names end in one of its domains, and user names are unique only in it.
    pub login_must_be_domain: bool,
    /// Its domains do not count before they are verified.
    pub validate_domains: bool,
    /// Tokens of its users that were made up to then work no more.
    pub tokens_ended_at: i64,
}

events! {
    "org.added" Added(Name),
    "org.domain.added" DomainAdded(Domain),
    "org.domain.verified" DomainVerified(Domain),
    "org.domain.primary.set" PrimaryDomainSet(Domain),
    "org.policy.domain.added" DomainPolicyAdded(DomainPolicy),
    "org.deactivated" Deactivated,
    "org.reactivated" Reactivated,
    "org.removed" Removed,
    "org.member.added" MemberAdded(Member),
    "org.member.changed" MemberChanged(Member),
    "org.member.removed" MemberRemoved(MemberRemoved),
    "org.member.cascade.removed" MemberCascadeRemoved(MemberRemoved),
    "org.idp.oidc.added" OidcProviderAdded(NewProvider),
    "org.idp.jwt.added" JwtProviderAdded(NewProvider),
    "org.idp.google.added" GoogleProviderAdded(NewProvider),
    "org.idp.github.added" GitHubProviderAdded(NewProvider),
    "org.idp.gitlab.added" GitLabProviderAdded(NewProvider),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Name {
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    pub domain: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DomainPolicy {
    pub user_login_must_be_domain: bool,
    pub validate_org_domains: bool,
    pub smtp_sender_address_matches_instance_domain: bool,
}

/// What is known of a domain that is to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    ByNobody,
    Here,
    Elsewhere,
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

impl Org {
    /// Whether it was not removed.
    fn stands(&self) -> bool {
        self.state != REMOVED
    }

    /// Refuses writes into an organisation that was removed. One that is inactive takes them, as in
    /// the reference.
    pub fn standing(&self) -> Result<()> {
        if self.stands() { Ok(()) } else { Err(text::org::NOT_FOUND.precondition("COMMAND-QXPGs")) }
    }

    /// `default`: the id of the organisation that holds the instance's owners, whose tokens would
    /// end too.
    pub fn deactivate(&self, default: &str) -> Result<[Event; 1]> {
        if !self.stands() {
            return Err(text::org::NOT_FOUND.not_found("BAILEY-org01"));
        }
        if self.id == default {
            return Err(text::org::DEFAULT_INACTIVE.precondition("BAILEY-org02"));
        }
        if self.state == INACTIVE {
            return Err(text::org::ALREADY_INACTIVE.precondition("EVENT-Dbs2g"));
        }
        Ok([Event::Deactivated])
    }

    pub fn reactivate(&self) -> Result<[Event; 1]> {
        match self.state {
            INACTIVE => Ok([Event::Reactivated]),
            REMOVED => Err(text::org::NOT_FOUND.not_found("BAILEY-org01")),
            _ => Err(text::org::NOT_INACTIVE.precondition("BAILEY-org03")),
        }
    }

    /// A domain counts at once unless the policy wants it verified.
    pub fn add_domain(&self, domain: &str, held: Held) -> Result<Vec<Event>> {
        self.standing()?;
        let domain = domain.trim();
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
        if domain.is_empty() {
            return Err(text::INVALID_ARGUMENT.invalid("ORG-r3h4J"));
        }
        if !domain.chars().all(allowed) {
            return Err(text::org::DOMAIN_INVALID.invalid("COMMAND-Bly3d"));
        }
        match held {
            Held::Here => return Err(text::org::DOMAIN_EXISTS.already_exists("COMMAND-Bd2jj")),
            Held::Elsewhere => return Err(text::org::DOMAIN_EXISTS.already_exists("V3-DKcYh")),
            Held::ByNobody => {}
        }
        let domain = Domain { domain: domain.into() };
        let verified = (!self.validate_domains).then(|| Event::DomainVerified(domain.clone()));
        Ok([Event::DomainAdded(domain)].into_iter().chain(verified).collect())
    }

    pub fn add_domain_policy(&self, policy: DomainPolicy) -> Result<[Event; 1]> {
        if !self.stands() {
            return Err(text::org::NOT_FOUND.not_found("COMMAND-QXPGs"));
        }
        if self.custom_policy {
            return Err(text::org::POLICY_EXISTS.already_exists("ORG-1M8ds"));
        }
        Ok([Event::DomainPolicyAdded(policy)])
    }

    /// `default`: the id of the organisation that the instance cannot lose.
    pub fn remove(&self, default: &str) -> Result<[Event; 1]> {
        if !self.stands() {
            return Err(text::org::NOT_FOUND.not_found("COMMAND-aps2n"));
        }
        if self.id == default {
            return Err(text::org::DEFAULT.precondition("COMMAND-wG9p1"));
        }
        Ok([Event::Removed])
    }

    fn fall(&mut self) {
        self.state = REMOVED;
        self.name_key = format!("REMOVED {}", self.id);
        self.login_must_be_domain = false;
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
            Event::DomainPolicyAdded(policy) => {
                self.custom_policy = true;
                self.login_must_be_domain = policy.user_login_must_be_domain;
                self.validate_domains = policy.validate_org_domains;
                return;
            }
            Event::Deactivated => {
                self.state = INACTIVE;
                self.tokens_ended_at = stamp.at;
            }
            Event::Reactivated => self.state = ACTIVE,
            Event::Removed => self.fall(),
            Event::DomainAdded(_)
            | Event::DomainVerified(_)
            | Event::MemberAdded(_)
            | Event::MemberChanged(_)
            | Event::MemberRemoved(_)
            | Event::MemberCascadeRemoved(_)
            | Event::OidcProviderAdded(_)
            | Event::JwtProviderAdded(_)
            | Event::GoogleProviderAdded(_)
            | Event::GitHubProviderAdded(_)
            | Event::GitLabProviderAdded(_) => return,
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

    fn refused(decision: Result<impl Sized>) -> &'static str {
        decision.err().map_or("", |error| error.id)
    }

    #[test]
    fn a_domain_counts_once_it_is_verified() {
        let mut org = Org { id: "1".into(), state: ACTIVE, ..Org::default() };
        let added = |org: &Org| org.add_domain(" a.example ", Held::ByNobody).unwrap();
        let domain = || Domain { domain: "a.example".into() };
        assert_eq!(added(&org), [Event::DomainAdded(domain()), Event::DomainVerified(domain())]);
        org.validate_domains = true;
        assert_eq!(added(&org), [Event::DomainAdded(domain())]);
        assert_eq!(refused(org.add_domain(" ", Held::Here)), "ORG-r3h4J");
        assert_eq!(refused(org.add_domain("a b", Held::Here)), "COMMAND-Bly3d");
        assert_eq!(refused(org.add_domain("a", Held::Here)), "COMMAND-Bd2jj");
        assert_eq!(refused(org.add_domain("a", Held::Elsewhere)), "V3-DKcYh");
    }

    #[test]
    fn a_removed_organisation_keeps_its_name_from_nobody() {
        let mut org = Org { id: "1".into(), name_key: "x".into(), ..Org::default() };
        org.state = ACTIVE;
        assert_eq!(refused(org.remove("1")), "COMMAND-wG9p1");
        let [event] = org.remove("2").unwrap();
        org.apply(&event, &Stamp::default());
        assert_eq!(org.name_key, "REMOVED 1");
        assert_eq!(refused(org.remove("2")), "COMMAND-aps2n");
        assert_eq!(refused(org.standing()), "COMMAND-QXPGs");
        assert_eq!(refused(org.add_domain("a", Held::ByNobody)), "COMMAND-QXPGs");
        assert_eq!(refused(org.add_domain_policy(DomainPolicy::default())), "COMMAND-QXPGs");
    }

    #[test]
    fn an_inactive_organisation_takes_writes_and_ends_tokens() {
        let mut org = Org { id: "1".into(), state: ACTIVE, ..Org::default() };
        assert_eq!(refused(org.reactivate()), "BAILEY-org03");
        assert_eq!(refused(org.deactivate("1")), "BAILEY-org02");
        let [event] = org.deactivate("2").unwrap();
        org.apply(&event, &Stamp { at: 7, ..Stamp::default() });
        assert_eq!((org.state, org.tokens_ended_at), (INACTIVE, 7));
        assert_eq!(refused(org.deactivate("2")), "EVENT-Dbs2g");
        assert!(org.standing().is_ok() && org.remove("2").is_ok());
        let [event] = org.reactivate().unwrap();
        org.apply(&event, &Stamp { at: 8, ..Stamp::default() });
        assert_eq!((org.state, org.tokens_ended_at), (ACTIVE, 7));
        org.apply(&Event::Removed, &Stamp::default());
        assert_eq!(refused(org.deactivate("2")), "BAILEY-org01");
        assert_eq!(refused(org.reactivate()), "BAILEY-org01");
    }

    #[test]
    fn a_policy_is_added_once() {
        let mut org = Org { state: ACTIVE, ..Org::default() };
        let policy = DomainPolicy { user_login_must_be_domain: true, ..DomainPolicy::default() };
        let [event] = org.add_domain_policy(policy.clone()).unwrap();
        org.apply(&event, &Stamp { sequence: 9, ..Stamp::default() });
        assert!(org.login_must_be_domain && org.sequence == 0);
        assert_eq!(refused(org.add_domain_policy(policy)), "ORG-1M8ds");
    }

    #[test]
    fn a_blank_name_is_refused() {
        assert_eq!(Org::default().add(" ", "1").unwrap_err().id, "EVENT-Mf9sd");
        assert_eq!(Org::default().add("a", "1").unwrap().len(), 5);
    }
}
