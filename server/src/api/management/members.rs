use contract::management::Members;
use contract::zitadel::management::v1::{
    AddOrgMemberRequest, AddOrgMemberResponse, AddProjectGrantMemberRequest,
    AddProjectGrantMemberResponse, AddProjectMemberRequest, AddProjectMemberResponse,
    ListOrgMembersRequest, ListOrgMembersResponse, RemoveOrgMemberRequest, RemoveOrgMemberResponse,
    RemoveProjectMemberRequest, RemoveProjectMemberResponse, UpdateOrgMemberRequest,
    UpdateOrgMemberResponse,
};
use contract::zitadel::member::v1 as message;
use contract::zitadel::member::v1::search_query::Query;

use crate::api::details::Details;
use crate::api::list::{matching, page};
use crate::core::{Author, Core, Meta, Stored, stream};
use crate::domain::Aggregate;
use crate::domain::member::{Candidate, Member, MemberRemoved};
use crate::domain::org::Org;
use crate::domain::project::Project;
use crate::domain::user::Kind;
use crate::error::Result;
use crate::gate::Caller;
use crate::views::list::{Filter, Page, list};
use crate::views::{members, projects, users};

impl Members for Core {
    async fn add_org_member(
        &self,
        caller: &Caller,
        request: AddOrgMemberRequest,
    ) -> Result<AddOrgMemberResponse> {
        let member = Member { user_id: request.user_id, roles: request.roles };
        let meta = self.add_member(&caller.author, caller.org(), &member, Org::add_member).await?;
        Ok(AddOrgMemberResponse { details: meta.added() })
    }

    async fn update_org_member(
        &self,
        caller: &Caller,
        request: UpdateOrgMemberRequest,
    ) -> Result<UpdateOrgMemberResponse> {
        let member = &Member { user_id: request.user_id, roles: request.roles };
        let id = caller.org();
        let meta = self
            .commit(&caller.author, (Org::STREAM, id), |mut push| async move {
                let mut org = push.own::<Org>(id).await?;
                let found = members::find(&self.db, &member.user_id, &stream::<Org>(id)).await?;
                let roles = found.as_ref().map(|found| found.roles.as_slice());
                match (org.change_member(member.clone(), roles)?, &found) {
                    (None, Some(found)) => push.stays((found.sequence, found.changed_at)),
                    (event, _) => push.append(&mut org, event)?,
                }
                Ok(push)
            })
            .await?;
        Ok(UpdateOrgMemberResponse { details: meta.changed() })
    }

    async fn remove_org_member(
        &self,
        caller: &Caller,
        request: RemoveOrgMemberRequest,
    ) -> Result<RemoveOrgMemberResponse> {
        let removed = MemberRemoved { user_id: request.user_id };
        let remove = |org: &Org, removed, is_member| Ok(org.remove_member(removed, is_member));
        let meta = self.remove_member(&caller.author, caller.org(), &removed, remove).await?;
        Ok(RemoveOrgMemberResponse { details: meta.changed() })
    }

    async fn list_org_members(
        &self,
        caller: &Caller,
        request: ListOrgMembersRequest,
    ) -> Result<ListOrgMembersResponse> {
        let mut filter = Filter::default();
        filter.equal("scope", stream::<Org>(caller.org()));
        for query in request.queries.into_iter().filter_map(|query| query.query) {
            restrict(&mut filter, query);
        }
        // The reference lists in the order of joining and does not look at `asc`.
        let page = Page { asc: true, ..page(&request.query) };
        let order = ["created_at", "user_id"];
        let listed = list::<members::Seen>(&self.db, &filter, &order, page).await?;
        let details = self.listed(listed.total);
        Ok(ListOrgMembersResponse {
            details,
            result: listed.rows.into_iter().map(message).collect(),
        })
    }

    async fn add_project_member(
        &self,
        caller: &Caller,
        request: AddProjectMemberRequest,
    ) -> Result<AddProjectMemberResponse> {
        caller.reach(&request.project_id, "")?;
        let member = Member { user_id: request.user_id, roles: request.roles };
        let id = &request.project_id;
        let meta = self.add_member(&caller.author, id, &member, Project::add_member).await?;
        Ok(AddProjectMemberResponse { details: meta.added() })
    }

    async fn remove_project_member(
        &self,
        caller: &Caller,
        request: RemoveProjectMemberRequest,
    ) -> Result<RemoveProjectMemberResponse> {
        caller.reach(&request.project_id, "")?;
        let removed = MemberRemoved { user_id: request.user_id };
        let id = &request.project_id;
        let meta = self.remove_member(&caller.author, id, &removed, Project::remove_member).await?;
        Ok(RemoveProjectMemberResponse { details: meta.changed() })
    }

    async fn add_project_grant_member(
        &self,
        caller: &Caller,
        request: AddProjectGrantMemberRequest,
    ) -> Result<AddProjectGrantMemberResponse> {
        caller.reach(&request.project_id, &request.grant_id)?;
        let member = &Member { user_id: request.user_id, roles: request.roles };
        let (id, grant_id) = (request.project_id.as_str(), request.grant_id.as_str());
        let meta = self
            .commit_members(&caller.author, (Project::STREAM, id), |mut push| async move {
                let mut project = push.any::<Project>(id).await?;
                let grant = projects::grant(&self.db, id, grant_id).await?;
                let scope = stream::<Project>(id);
                let candidate = self.candidate(&member.user_id, &scope, grant_id).await?;
                let member_of = (grant.as_ref(), caller.org());
                let events = project.add_grant_member(member_of, member.clone(), candidate)?;
                push.append(&mut project, events)?;
                push.guard(users::EXISTS, vec![(&member.user_id).into()]);
                Ok(push)
            })
            .await?;
        Ok(AddProjectGrantMemberResponse { details: meta.added() })
    }
}

fn restrict(filter: &mut Filter, query: Query) {
    let (column, value, method) = match query {
        Query::UserIdQuery(by) => return filter.equal("user_id", by.user_id),
        Query::FirstNameQuery(by) => ("first_name", by.first_name, by.method),
        Query::LastNameQuery(by) => ("last_name", by.last_name, by.method),
        Query::EmailQuery(by) => ("email", by.email, by.method),
    };
    filter.equal("kind", Kind::Human as i64);
    filter.text(column, matching(method), &value);
}

fn message(seen: members::Seen) -> message::Member {
    let is_human = seen.kind == Kind::Human;
    message::Member {
        details: seen.details(),
        user_id: seen.user_id,
        roles: seen.roles,
        preferred_login_name: seen.login_name,
        email: seen.email,
        first_name: seen.first_name,
        last_name: seen.last_name,
        display_name: if is_human { seen.display_name } else { seen.name },
        avatar_url: String::new(),
        user_type: (seen.kind as i32).into(),
        user_resource_owner: seen.user_org,
    }
}

impl Core {
    /// A new member of an aggregate of the author's organisation. The guard is for who is removed
    /// meanwhile: the push then runs again.
    pub async fn add_member<A: Stored>(
        &self,
        author: &Author,
        id: &str,
        member: &Member,
        decide: impl Fn(&A, Member, Candidate) -> Result<[A::Event; 1]> + Sync,
    ) -> Result<Meta> {
        let (user, decide) = (member.user_id.as_str(), &decide);
        self.commit_members(author, (A::STREAM, id), |mut push| async move {
            let mut loaded = push.own::<A>(id).await?;
            let candidate = self.candidate(user, &stream::<A>(id), "").await?;
            let events = decide(&loaded, member.clone(), candidate)?;
            push.append(&mut loaded, events)?;
            push.guard(users::EXISTS, vec![user.into()]);
            Ok(push)
        })
        .await
    }

    async fn candidate(&self, user: &str, scope: &str, grant_id: &str) -> Result<Candidate> {
        if users::by_id(&self.db, user).await?.is_none() {
            return Ok(Candidate::Unknown);
        }
        let found = members::find_in_grant(&self.db, user, scope, grant_id).await?;
        Ok(found.map_or(Candidate::NoMember, |_| Candidate::Member))
    }

    /// A success that writes nothing, if the user is no member; it answers the last removal.
    pub async fn remove_member<A: Stored>(
        &self,
        author: &Author,
        id: &str,
        removed: &MemberRemoved,
        decide: impl Fn(&A, MemberRemoved, bool) -> Result<Option<A::Event>> + Sync,
    ) -> Result<Meta> {
        let (scope, decide) = (&stream::<A>(id), &decide);
        self.commit(author, (A::STREAM, id), |mut push| async move {
            let mut loaded = push.own::<A>(id).await?;
            let found = members::find(&self.db, &removed.user_id, scope).await?;
            if let Some(event) = decide(&loaded, removed.clone(), found.is_some())? {
                push.append(&mut loaded, [event])?;
            } else if let Some(last) = members::left(&self.db, scope, removed).await? {
                push.stays(last);
            }
            Ok(push)
        })
        .await
    }
}
