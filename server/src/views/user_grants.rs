//! `user_grants`: the roles of projects that users have.

use super::list::{Filter, Page, Source, rows};
use super::table::{Table, table, word};
use crate::core::Stored;
use crate::db::{Db, Row, Statement, Value};
use crate::domain::Stamp;
use crate::domain::user::Kind;
use crate::domain::user_grant::{Event, UserGrant};
use crate::error::{Result, text};

table!(
    UserGrant,
    "user_grants",
    1,
    [
        id,
        owner,
        sequence,
        created_at,
        changed_at,
        state,
        user_id,
        project_id,
        project_grant_id,
        roles,
    ]
);

impl Stored for UserGrant {
    fn select() -> &'static str {
        &Self::sql().select
    }

    fn read(row: &Row<'_>) -> Result<Self> {
        Table::read(row)
    }

    fn upsert(&self) -> Statement {
        self.put().taken(text::user_grant::ALREADY_EXISTS.already_exists("V3-DKcYh"))
    }

    fn delete(id: &str) -> Statement {
        <Self as Table>::delete(vec![id.into()])
    }

    fn changes(_event: &Event, _stamp: &Stamp) -> Vec<Statement> {
        Vec::new()
    }
}

/// A user grant with the names that reads show.
pub struct Seen {
    pub id: String,
    pub owner: String,
    pub sequence: i64,
    pub created_at: i64,
    pub changed_at: i64,
    pub state: i64,
    pub user_id: String,
    pub project_id: String,
    pub project_grant_id: String,
    pub roles: Vec<String>,
    pub user_name: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub display_name: String,
    pub kind: Kind,
    /// The preferred one.
    pub login_name: String,
    pub user_org: String,
    pub user_org_name: String,
    pub user_org_domain: String,
    pub org_name: String,
    pub org_domain: String,
    pub project_name: String,
}

table!(
    Seen,
    "(SELECT g.*, u.user_name, u.first_name, u.last_name, u.email, u.display_name, u.kind, \
        CASE WHEN u.org_scoped = 1 THEN u.user_name || '@' || h.primary_domain \
            ELSE u.user_name END AS login_name, u.owner AS user_org, h.name AS user_org_name, h.primary_domain AS user_org_domain, \
        o.name AS org_name, o.primary_domain AS org_domain, \
        p.name AS project_name \
        FROM user_grants g JOIN users u ON u.id = g.user_id JOIN orgs h ON h.id = u.owner \
        JOIN orgs o ON o.id = g.owner JOIN projects p ON p.id = g.project_id) AS seen",
    1,
    [
        id,
        owner,
        sequence,
        created_at,
        changed_at,
        state,
        user_id,
        project_id,
        project_grant_id,
        roles,
        user_name,
        first_name,
        last_name,
        email,
        display_name,
        kind,
        login_name,
        user_org,
        user_org_name,
        user_org_domain,
        org_name,
        org_domain,
        project_name,
    ]
);

/// A grant of this organisation by its id.
pub async fn seen(db: &Db, id: &str, org: &str) -> Result<Option<Seen>> {
    let found: Option<Seen> =
        db.first(Seen::sql().select.as_str(), &[id.into()], Table::read).await?;
    Ok(found.filter(|grant| grant.owner == org))
}

/// The condition that an organisation made a grant or, if `granted`, made it or owns its project.
pub fn of_org(filter: &mut Filter, org: &str, granted: bool) {
    filter.any(|filter| {
        filter.equal("owner", org);
        if granted {
            let org = filter.param(org);
            filter
                .condition(format!("project_id IN (SELECT id FROM projects WHERE owner = {org})"));
        }
    });
}

/// The condition that a grant is of one of these users. It is said twice, so that SQLite too looks
/// by user and not by organisation: a user has few grants, an organisation may have many.
pub fn of_users(filter: &mut Filter, ids: &[String]) {
    if ids.is_empty() {
        return filter.condition("1 = 0");
    }
    let ids: Vec<String> = ids.iter().map(|id| filter.param(id)).collect();
    let found = format!("user_id IN ({})", ids.join(", "));
    filter.condition(format!("({found} AND id IN (SELECT id FROM user_grants WHERE {found}))"));
}

/// The condition that a grant has this role, in `filter`.
pub fn has_role(filter: &mut Filter, role: &str) {
    let needle = filter.param(format!(" {} ", word(role)));
    let roles = "' ' || roles || ' '";
    filter.condition(format!("replace({roles}, {needle}, '') <> {roles}"));
}

/// Which grants a change elsewhere takes along.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    /// Its own, those on its projects, and those of its users.
    Org(&'a str),
    User(&'a str),
    Project(&'a str),
    /// A project and a grant of it.
    ProjectGrant(&'a str, &'a str),
}

impl Of<'_> {
    fn filter(self) -> Filter {
        let mut filter = Filter::default();
        match self {
            Of::Org(id) => {
                let id = filter.param(id);
                filter.condition(format!(
                    "(owner = {id} OR project_id IN (SELECT id FROM projects WHERE owner = {id}) \
                     OR user_id IN (SELECT id FROM user_search WHERE owner = {id}))"
                ));
            }
            Of::User(id) => filter.equal("user_id", id),
            Of::Project(id) => filter.equal("project_id", id),
            Of::ProjectGrant(project, id) => {
                filter.equal("project_id", project);
                filter.equal("project_grant_id", id);
            }
        }
        filter
    }

    /// Those that have one of the roles; `None`: all.
    fn with(self, roles: Option<&[String]>) -> Filter {
        let mut filter = self.filter();
        if let Some(roles) = roles {
            filter.any(|filter| {
                filter.condition("1 = 0");
                roles.iter().for_each(|role| has_role(filter, role));
            });
        }
        filter
    }
}

/// The ids of the grants that have one of the roles (`None`: of all), in order.
pub async fn ids(db: &Db, of: Of<'_>, roles: Option<&[String]>) -> Result<Vec<String>> {
    let source = Source { columns: "id", tables: "user_grants", order: &["id"] };
    let page = Page { asc: true, ..Page::default() };
    rows(db, source, &of.with(roles), page, |row| row.text(0)).await
}

/// Gives a row while a user has no grant.
pub const NONE_OF_USER: &str =
    "SELECT 1 FROM instances WHERE NOT EXISTS (SELECT 1 FROM user_grants WHERE user_id = $1)";

/// SQL that gives a row while there are no [`ids`], and its parameters.
pub fn none(of: Of<'_>, roles: Option<&[String]>) -> Result<(String, Vec<Value>)> {
    let filter = of.with(roles);
    let (sql, params) = (filter.sql(), filter.params()?.to_vec());
    let sql =
        format!("SELECT 1 FROM instances WHERE NOT EXISTS (SELECT 1 FROM user_grants WHERE {sql})");
    Ok((sql, params))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::start::MIGRATIONS;
    use crate::views::list::select;

    /// How SQLite goes about a list.
    async fn plan(build: impl FnOnce(&mut Filter)) -> String {
        let db = Db::open(":memory:", &MIGRATIONS).await.unwrap();
        let mut filter = Filter::default();
        build(&mut filter);
        let sql = Seen::sql();
        let source = Source { columns: &sql.all, tables: sql.table, order: &["id"] };
        let (sql, params) = select(source, &filter, Page::default()).unwrap();
        let steps = db.query(format!("EXPLAIN QUERY PLAN {sql}"), &params, |row| row.text(3));
        steps.await.unwrap().join("; ")
    }

    #[tokio::test]
    async fn no_list_reads_more_than_it_has_to() {
        let ids = ["u".to_string(), "v".to_string()];
        for (granted, ids) in [(false, &ids[..1]), (false, &ids), (true, &ids[..1]), (true, &ids)] {
            let plan = plan(|filter| {
                of_org(filter, "o", granted);
                of_users(filter, ids);
            });
            let plan = plan.await;
            assert!(plan.contains("user_grants_2 (user_id=?)"), "{granted} {ids:?}: {plan}");
            let all = ["SCAN", "user_grants_of_owner (owner=?)"];
            assert!(!all.iter().any(|all| plan.contains(all)), "{granted} {ids:?}: {plan}");
        }
        let granted = plan(|filter| of_org(filter, "o", true)).await;
        assert!(granted.contains("MULTI-INDEX OR") && !granted.contains("SCAN"), "{granted}");
    }

    #[tokio::test]
    async fn a_page_of_an_organisation_is_read_in_order() {
        let plan = plan(|filter| of_org(filter, "o", false)).await;
        assert!(plan.contains("user_grants_of_owner") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
