use contract::management::UserGrants;
use contract::zitadel::management::v1::{BulkRemoveUserGrantRequest, BulkRemoveUserGrantResponse};
use contract::zitadel::user::v1 as message;
use contract::zitadel::user::v1::user_grant_query::Query;

use crate::api::details::Details;
use crate::api::list::matching;
use crate::core::{Core, Loaded, Meta, Push};
use crate::domain::Aggregate;
use crate::domain::project::Project;
use crate::domain::user::Kind;
use crate::domain::user_grant::{self, Event, Found, NewUserGrant, UserGrant};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::list::Filter;
use crate::views::user_grants::{Seen, has_role, of_org, of_users};
use crate::views::{projects, users};

impl UserGrants for Core {
    async fn bulk_remove_user_grant(
        &self,
        caller: &Caller,
        request: BulkRemoveUserGrantRequest,
    ) -> Result<BulkRemoveUserGrantResponse> {
        let mut ids = request.grant_id;
        user_grant::refuse_no_ids(&ids)?;
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        let (first, ids) = (ids.first().map_or("", String::as_str), &ids);
        self.commit(&caller.author, (UserGrant::STREAM, first), |mut push| async move {
            for id in ids {
                user_grant::refuse_empty_id(id)?;
                let mut grant = push.own::<UserGrant>(id).await?;
                let event = grant.remove()?;
                reach(caller, &grant)?;
                push.append(&mut grant, [event])?;
            }
            Ok(push)
        })
        .await?;
        Ok(BulkRemoveUserGrantResponse::default())
    }
}

/// Refuses callers whose permission is for other projects only.
fn reach(caller: &Caller, grant: &UserGrant) -> Result<()> {
    if caller.reaches(&grant.project_id, &grant.project_grant_id) {
        return Ok(());
    }
    Err(text::user_grant::OTHER_PROJECT.denied("EVENT-Shu7e"))
}

impl Core {
    pub async fn grant_user(&self, caller: &Caller, id: &str, new: &NewUserGrant) -> Result<Meta> {
        let stream = (UserGrant::STREAM, id);
        self.commit_members(&caller.author, stream, |mut push| async move {
            let mut grant = Loaded::<UserGrant>::new(id);
            let user = users::by_id(&self.db, &new.user_id).await?.is_some();
            let project = push.any::<Project>(&new.project_id).await?;
            let named = new.project_grant_id.as_str();
            let received = if named.is_empty() {
                projects::grant_to(&self.db, &new.project_id, caller.org()).await?
            } else {
                let named = projects::grant(&self.db, &new.project_id, named).await?;
                named.filter(|grant| grant.granted_org == caller.org())
            };
            let roles = projects::known_roles(&self.db, &project.id, &new.role_keys).await?;
            let (removed, received) = (project.was_removed(), received.as_ref());
            let found = Found { project: &project, removed, grant: received, roles: &roles };
            let events = grant.add(new.clone(), user, found, caller.org())?;
            push.append(&mut grant, events)?;
            reach(caller, &grant)?;
            push.guard(users::EXISTS, vec![(&new.user_id).into()]);
            hold(&mut push, &project);
            Ok(push)
        })
        .await
    }

    pub async fn regrant_user(&self, caller: &Caller, id: &str, roles: &[String]) -> Result<Meta> {
        let stream = (UserGrant::STREAM, id);
        self.commit_members(&caller.author, stream, |mut push| async move {
            let mut grant = push.any::<UserGrant>(id).await?;
            let project = push.any::<Project>(&grant.project_id).await?;
            let received =
                projects::grant(&self.db, &grant.project_id, &grant.project_grant_id).await?;
            let known = projects::known_roles(&self.db, &grant.project_id, roles).await?;
            let (removed, received) = (project.was_removed(), received.as_ref());
            let found = Found { project: &project, removed, grant: received, roles: &known };
            let events = grant.change(roles.to_vec(), found, caller.org())?;
            reach(caller, &grant)?;
            push.append(&mut grant, events)?;
            hold(&mut push, &project);
            Ok(push)
        })
        .await
    }

    /// A decision on a grant of the organisation of the call, `user_id` is not looked at.
    pub async fn change_user_grant(
        &self,
        caller: &Caller,
        id: &str,
        decide: impl Fn(&UserGrant) -> Result<Option<Event>> + Sync,
    ) -> Result<Meta> {
        let decide = &decide;
        self.commit(&caller.author, (UserGrant::STREAM, id), |mut push| async move {
            let mut grant = push.own::<UserGrant>(id).await?;
            let event = decide(&grant)?;
            reach(caller, &grant)?;
            match event {
                Some(event) => push.append(&mut grant, [event])?,
                None => push.stays((grant.sequence, grant.changed_at)),
            }
            Ok(push)
        })
        .await
    }
}

/// The roles and grants of the project stay what they are until the push is written.
fn hold(push: &mut Push<'_>, project: &Project) {
    push.guard(projects::UNCHANGED, vec![(&project.id).into(), project.version.into()]);
}

/// The grants that a search finds; whether grants on granted projects are among them is asked for
/// by the presence of a query, whatever its value.
pub fn filter(queries: Vec<message::UserGrantQuery>, caller: &Caller) -> Filter {
    let mut filter = Filter::default();
    if let Some(held) = caller.projects() {
        filter.any(|filter| held.iter().for_each(|held| of_project(filter, held)));
    }
    let queries: Vec<Query> = queries.into_iter().filter_map(|query| query.query).collect();
    let granted = queries.iter().any(|query| matches!(query, Query::WithGrantedQuery(_)));
    of_org(&mut filter, caller.org(), granted);
    for query in queries {
        restrict(&mut filter, query);
    }
    filter
}

/// On this project, and by this grant of it if one is named.
fn of_project(filter: &mut Filter, (project_id, grant_id): &(String, String)) {
    filter.all(|filter| {
        filter.equal("project_id", project_id);
        if !grant_id.is_empty() {
            filter.equal("project_grant_id", grant_id);
        }
    });
}

fn restrict(filter: &mut Filter, query: Query) {
    let (column, value, method) = match query {
        Query::WithGrantedQuery(_) => return,
        Query::ProjectIdQuery(by) => return filter.equal("project_id", by.project_id),
        Query::UserIdQuery(by) => return of_users(filter, &[by.user_id]),
        Query::ProjectGrantIdQuery(by) => {
            return filter.equal("project_grant_id", by.project_grant_id);
        }
        Query::RoleKeyQuery(by) => return has_role(filter, &by.role_key),
        Query::UserTypeQuery(by) => return filter.equal("kind", i64::from(by.r#type.to_i32())),
        Query::InUserIdsQuery(by) => return of_users(filter, &by.in_user_ids),
        Query::UserNameQuery(by) => ("user_name", by.user_name, by.method),
        Query::OrgNameQuery(by) => ("org_name", by.org_name, by.method),
        Query::OrgDomainQuery(by) => ("org_domain", by.org_domain, by.method),
        Query::ProjectNameQuery(by) => ("project_name", by.project_name, by.method),
        Query::FirstNameQuery(by) => ("first_name", by.first_name, by.method),
        Query::LastNameQuery(by) => ("last_name", by.last_name, by.method),
        Query::EmailQuery(by) => ("email", by.email, by.method),
        Query::DisplayNameQuery(by) => ("display_name", by.display_name, by.method),
    };
    if matches!(column, "first_name" | "last_name" | "email" | "display_name") {
        filter.equal("kind", Kind::Human as i64);
    }
    filter.text(column, matching(method), &value);
}

pub fn message(seen: Seen) -> message::UserGrant {
    message::UserGrant {
        details: seen.details(),
        id: seen.id,
        role_keys: seen.roles,
        state: i32::try_from(seen.state).unwrap_or_default().into(),
        user_id: seen.user_id,
        preferred_login_name: seen.login_name,
        user_name: seen.user_name,
        first_name: seen.first_name,
        last_name: seen.last_name,
        email: seen.email,
        display_name: seen.display_name,
        org_id: seen.owner,
        org_name: seen.org_name,
        org_domain: seen.org_domain,
        project_id: seen.project_id,
        project_name: seen.project_name,
        project_grant_id: seen.project_grant_id,
        avatar_url: String::new(),
        user_type: (seen.kind as i32).into(),
        granted_org_id: seen.user_org,
        granted_org_name: seen.user_org_name,
        granted_org_domain: seen.user_org_domain,
    }
}
