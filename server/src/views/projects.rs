//! `projects`, and what hangs on them: `project_roles` and `project_grants`.

use super::list::{Filter, Page, Source, rows};
use super::members;
use super::table::{Table, table};
use crate::core::{Stored, stream};
use crate::db::{Db, Row, Statement};
use crate::domain::Stamp;
use crate::domain::project::{
    ACTIVE, Event, GrantRoles, INACTIVE, NewGrant, NewRole, Offer, Project,
};
use crate::domain::user::name::name_key;
use crate::error::{Result, text};

table!(
    Project,
    "projects",
    1,
    [
        id,
        owner,
        sequence,
        created_at,
        changed_at,
        version,
        state,
        name,
        name_key,
        project_role_assertion,
        project_role_check,
        has_project_check,
        private_labeling_setting,
    ]
);

/// A role of a project.
pub struct Role {
    pub project_id: String,
    pub role_key: String,
    /// What is unique in the project.
    pub unique_key: String,
    pub owner: String,
    pub sequence: i64,
    pub created_at: i64,
    pub display_name: String,
    pub role_group: String,
}

table!(
    Role,
    "project_roles",
    2,
    [project_id, role_key, unique_key, owner, sequence, created_at, display_name, role_group]
);

/// A grant of a project to another organisation.
pub struct Grant {
    pub project_id: String,
    pub id: String,
    pub granted_org: String,
    pub state: i64,
    pub roles: Vec<String>,
}

table!(Grant, "project_grants", 2, [project_id, id, granted_org, state, roles]);

impl From<Grant> for Offer {
    fn from(grant: Grant) -> Self {
        let Grant { id, granted_org, state, roles, .. } = grant;
        Self { id, granted_org, state, roles }
    }
}

impl Stored for Project {
    fn select() -> &'static str {
        &Self::sql().select
    }

    fn read(row: &Row<'_>) -> Result<Self> {
        Table::read(row)
    }

    fn upsert(&self) -> Statement {
        self.put().taken(text::project::ALREADY_EXISTS.already_exists("V3-DKcYh"))
    }

    fn delete(id: &str) -> Statement {
        <Self as Table>::delete(vec![id.into()])
    }

    fn changes(event: &Event, stamp: &Stamp) -> Vec<Statement> {
        let (id, scope) = (&stamp.id, stream::<Self>(&stamp.id));
        match event {
            Event::RoleAdded(role) => vec![add_role(role, stamp)],
            Event::RoleRemoved(role) => vec![Role::delete(vec![id.into(), (&role.key).into()])],
            Event::GrantAdded(grant) => vec![add_grant(grant, id)],
            Event::GrantChanged(grant) | Event::GrantCascadeChanged(grant) => {
                vec![set_roles(grant, id)]
            }
            Event::GrantDeactivated(grant) => vec![set_inactive(id, &grant.grant_id)],
            Event::GrantRemoved(grant) => vec![
                Grant::delete(vec![id.into(), (&grant.grant_id).into()]),
                members::remove_all_of_grant(&scope, &grant.grant_id),
            ],
            Event::MemberAdded(member) => vec![members::add_to_project(member, &scope, stamp)],
            Event::MemberRemoved(removed) | Event::MemberCascadeRemoved(removed) => {
                vec![members::remove(&removed.user_id, &scope)]
            }
            Event::GrantMemberAdded(added) => members::add_to_grant(added, &scope, stamp),
            Event::GrantMemberCascadeRemoved(removed) => {
                vec![members::remove_from_grant(&removed.user_id, &scope, &removed.grant_id)]
            }
            Event::Removed => vec![
                Statement::new("DELETE FROM project_roles WHERE project_id = $1", vec![id.into()]),
                Statement::new("DELETE FROM project_grants WHERE project_id = $1", vec![id.into()]),
                members::remove_all(&scope),
            ],
            Event::Added(_) | Event::Changed(_) | Event::Deactivated | Event::Reactivated => {
                Vec::new()
            }
        }
    }
}

fn add_role(role: &NewRole, stamp: &Stamp) -> Statement {
    const SQL: &str = "INSERT INTO project_roles (project_id, role_key, unique_key, owner, \
        sequence, created_at, display_name, role_group) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let row = Role {
        project_id: stamp.id.clone(),
        role_key: role.key.clone(),
        unique_key: name_key(&role.key),
        owner: stamp.owner.clone(),
        sequence: stamp.sequence,
        created_at: stamp.at,
        display_name: role.display_name.clone(),
        role_group: role.group.clone(),
    };
    let taken = text::project::ROLE_EXISTS.already_exists("V3-DKcYh");
    Statement::new(SQL, row.values()).taken(taken)
}

fn add_grant(grant: &NewGrant, project_id: &str) -> Statement {
    let row = Grant {
        project_id: project_id.into(),
        id: grant.grant_id.clone(),
        granted_org: grant.granted_org_id.clone(),
        state: ACTIVE,
        roles: grant.role_keys.clone(),
    };
    row.put().taken(text::project::GRANT_EXISTS.already_exists("V3-DKcYh"))
}

fn set_roles(grant: &GrantRoles, project_id: &str) -> Statement {
    const SQL: &str = "UPDATE project_grants SET roles = $1 WHERE project_id = $2 AND id = $3";
    let roles = super::table::Column::value(&grant.role_keys);
    Statement::new(SQL, vec![roles, project_id.into(), (&grant.grant_id).into()])
}

fn set_inactive(project_id: &str, grant_id: &str) -> Statement {
    const SQL: &str = "UPDATE project_grants SET state = $1 WHERE project_id = $2 AND id = $3";
    Statement::new(SQL, vec![INACTIVE.into(), project_id.into(), grant_id.into()])
}

/// A project of this organisation by its id.
pub async fn in_org(db: &Db, id: &str, org: &str) -> Result<Option<Project>> {
    let project = db.first(Project::sql().select.as_str(), &[id.into()], Table::read).await?;
    Ok(project.filter(|project: &Project| project.owner == org))
}

/// Gives a row while nothing happened to the project and to what hangs on it.
pub const UNCHANGED: &str = "SELECT 1 FROM projects WHERE id = $1 AND version = $2";

/// Those of the keys that are roles of the project.
pub async fn known_roles(db: &Db, project_id: &str, keys: &[String]) -> Result<Vec<String>> {
    let mut filter = Filter::default();
    filter.equal("project_id", project_id);
    filter.one_of("role_key", keys);
    let source = Source { columns: "role_key", tables: "project_roles", order: &["role_key"] };
    rows(db, source, &filter, Page::default(), |row| row.text(0)).await
}

/// A grant of a project by its id.
pub async fn grant(db: &Db, project_id: &str, id: &str) -> Result<Option<Offer>> {
    let params = [project_id.into(), id.into()];
    let grant: Option<Grant> = db.first(Grant::sql().select.as_str(), &params, Table::read).await?;
    Ok(grant.map(Offer::from))
}

/// The grant of a project that this organisation received.
pub async fn grant_to(db: &Db, project_id: &str, org: &str) -> Result<Option<Offer>> {
    let filter = |filter: &mut Filter| {
        filter.equal("project_id", project_id);
        filter.equal("granted_org", org);
    };
    Ok(grants(db, filter).await?.into_iter().next().map(|(_, grant)| grant))
}

/// All grants of a project.
pub async fn grants_of(db: &Db, project_id: &str) -> Result<Vec<Offer>> {
    let grants = grants(db, |filter| filter.equal("project_id", project_id)).await?;
    Ok(grants.into_iter().map(|(_, grant)| grant).collect())
}

/// Gives a row while an organisation has no project and received none.
pub const NONE_IN_ORG: &str = "SELECT 1 FROM instances WHERE \
    NOT EXISTS (SELECT 1 FROM projects WHERE owner = $1) AND \
    NOT EXISTS (SELECT 1 FROM project_grants WHERE granted_org = $1) AND \
    NOT EXISTS (SELECT 1 FROM user_grants WHERE owner = $1)";

/// The ids of the projects of an organisation.
pub async fn ids_of_org(db: &Db, org: &str) -> Result<Vec<String>> {
    const SQL: &str = "SELECT id FROM projects WHERE owner = $1 ORDER BY id";
    db.query(SQL, &[org.into()], |row| row.text(0)).await
}

/// The grants that an organisation received, each with the id of its project.
pub async fn grants_to_org(db: &Db, org: &str) -> Result<Vec<(String, Offer)>> {
    grants(db, |filter| filter.equal("granted_org", org)).await
}

async fn grants(db: &Db, build: impl FnOnce(&mut Filter)) -> Result<Vec<(String, Offer)>> {
    let mut filter = Filter::default();
    build(&mut filter);
    let columns = Grant::sql().all.as_str();
    let source = Source { columns, tables: "project_grants", order: &["project_id", "id"] };
    let page = Page { asc: true, ..Page::default() };
    let grants = rows(db, source, &filter, page, <Grant as Table>::read).await?;
    Ok(grants.into_iter().map(|grant| (grant.project_id.clone(), grant.into())).collect())
}
