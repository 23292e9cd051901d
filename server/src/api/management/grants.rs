use contract::management::Grants;
use contract::zitadel::management::v1::{
    AddProjectGrantRequest, AddProjectGrantResponse, AddUserGrantRequest, AddUserGrantResponse,
    DeactivateProjectGrantRequest, DeactivateProjectGrantResponse, DeactivateUserGrantRequest,
    DeactivateUserGrantResponse, GetUserGrantByIDRequest, GetUserGrantByIDResponse,
    ListUserGrantRequest, ListUserGrantResponse, ReactivateUserGrantRequest,
    ReactivateUserGrantResponse, RemoveProjectGrantRequest, RemoveProjectGrantResponse,
    RemoveUserGrantRequest, RemoveUserGrantResponse, UpdateProjectGrantRequest,
    UpdateProjectGrantResponse, UpdateUserGrantRequest, UpdateUserGrantResponse,
};

use super::user_grants::{filter, message};
use crate::api::list::page;
use crate::core::Core;
use crate::domain::Aggregate;
use crate::domain::org::Org;
use crate::domain::project::{NewGrant, Project};
use crate::domain::user_grant::{NewUserGrant, UserGrant};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::list::list;
use crate::views::user_grants::{Of, Seen, seen};
use crate::views::{orgs, projects};

impl Grants for Core {
    async fn add_project_grant(
        &self,
        caller: &Caller,
        request: AddProjectGrantRequest,
    ) -> Result<AddProjectGrantResponse> {
        caller.reach(&request.project_id, "")?;
        let AddProjectGrantRequest { project_id, granted_org_id, role_keys } = request;
        let grant_id = self.ids.next(self.clock);
        let (id, grant) = (project_id.as_str(), &NewGrant { grant_id, granted_org_id, role_keys });
        let meta = self
            .commit(&caller.author, (Project::STREAM, id), |mut push| async move {
                let mut project = push.own::<Project>(id).await?;
                let known = projects::known_roles(&self.db, id, &grant.role_keys).await?;
                let org = push.any::<Org>(&grant.granted_org_id).await?.standing().is_ok();
                let events = project.add_grant(grant.clone(), &known, org)?;
                push.append(&mut project, events)?;
                push.guard(orgs::EXISTS, vec![(&grant.granted_org_id).into()]);
                Ok(push)
            })
            .await?;
        Ok(AddProjectGrantResponse { grant_id: grant.grant_id.clone(), details: meta.added() })
    }

    async fn update_project_grant(
        &self,
        caller: &Caller,
        request: UpdateProjectGrantRequest,
    ) -> Result<UpdateProjectGrantResponse> {
        caller.reach(&request.project_id, "")?;
        let (id, grant_id) = (request.project_id.as_str(), request.grant_id.as_str());
        let roles = request.role_keys.as_slice();
        let meta = self
            .commit_members(&caller.author, (Project::STREAM, id), |mut push| async move {
                let mut project = push.own::<Project>(id).await?;
                let known = projects::known_roles(&self.db, id, roles).await?;
                let grant = projects::grant(&self.db, id, grant_id).await?;
                match project.change_grant(grant.as_ref(), roles.to_vec(), &known)? {
                    Some(event) => {
                        push.append(&mut project, [event])?;
                        let gone = grant.map(|grant| grant.without(roles)).unwrap_or_default();
                        let of = Of::ProjectGrant(id, grant_id);
                        self.take_roles(&mut push, of, &gone).await?;
                    }
                    None => push.stays(project.last()),
                }
                Ok(push)
            })
            .await?;
        Ok(UpdateProjectGrantResponse { details: meta.changed() })
    }

    async fn deactivate_project_grant(
        &self,
        caller: &Caller,
        request: DeactivateProjectGrantRequest,
    ) -> Result<DeactivateProjectGrantResponse> {
        caller.reach(&request.project_id, "")?;
        let (id, grant_id) = (request.project_id.as_str(), request.grant_id.as_str());
        let meta = self
            .commit(&caller.author, (Project::STREAM, id), |mut push| async move {
                let mut project = push.own::<Project>(id).await?;
                let grant = projects::grant(&self.db, id, grant_id).await?;
                let events = project.deactivate_grant(grant.as_ref())?;
                push.append(&mut project, events)?;
                Ok(push)
            })
            .await?;
        Ok(DeactivateProjectGrantResponse { details: meta.changed() })
    }

    async fn remove_project_grant(
        &self,
        caller: &Caller,
        request: RemoveProjectGrantRequest,
    ) -> Result<RemoveProjectGrantResponse> {
        caller.reach(&request.project_id, "")?;
        let (id, grant_id) = (request.project_id.as_str(), request.grant_id.as_str());
        let meta = self
            .commit_members(&caller.author, (Project::STREAM, id), |mut push| async move {
                let mut project = push.own::<Project>(id).await?;
                let grant = projects::grant(&self.db, id, grant_id).await?;
                let events = project.remove_grant(grant.as_ref())?;
                push.append(&mut project, events)?;
                self.remove_user_grants(&mut push, Of::ProjectGrant(id, grant_id)).await?;
                Ok(push)
            })
            .await?;
        Ok(RemoveProjectGrantResponse { details: meta.changed() })
    }

    async fn get_user_grant_by_id(
        &self,
        caller: &Caller,
        request: GetUserGrantByIDRequest,
    ) -> Result<GetUserGrantByIDResponse> {
        let grant = seen(&self.db, &request.grant_id, caller.org()).await?;
        let grant =
            grant.filter(|grant| caller.reaches(&grant.project_id, &grant.project_grant_id));
        let grant = grant.ok_or_else(|| text::user_grant::NOT_FOUND.not_found("QUERY-wIPkA"))?;
        Ok(GetUserGrantByIDResponse { user_grant: message(grant).into() })
    }

    async fn list_user_grants(
        &self,
        caller: &Caller,
        request: ListUserGrantRequest,
    ) -> Result<ListUserGrantResponse> {
        let filter = filter(request.queries, caller);
        let listed = list::<Seen>(&self.db, &filter, &["id"], page(&request.query)).await?;
        let details = self.listed(listed.total);
        Ok(ListUserGrantResponse {
            details,
            result: listed.rows.into_iter().map(message).collect(),
        })
    }

    async fn add_user_grant(
        &self,
        caller: &Caller,
        request: AddUserGrantRequest,
    ) -> Result<AddUserGrantResponse> {
        let AddUserGrantRequest { user_id, project_id, project_grant_id, role_keys } = request;
        let new = NewUserGrant { user_id, project_id, project_grant_id, role_keys };
        let user_grant_id = self.ids.next(self.clock);
        let meta = self.grant_user(caller, &user_grant_id, &new).await?;
        Ok(AddUserGrantResponse { user_grant_id, details: meta.added() })
    }

    async fn update_user_grant(
        &self,
        caller: &Caller,
        request: UpdateUserGrantRequest,
    ) -> Result<UpdateUserGrantResponse> {
        let meta = self.regrant_user(caller, &request.grant_id, &request.role_keys).await?;
        Ok(UpdateUserGrantResponse { details: meta.changed() })
    }

    async fn deactivate_user_grant(
        &self,
        caller: &Caller,
        request: DeactivateUserGrantRequest,
    ) -> Result<DeactivateUserGrantResponse> {
        let deactivate = UserGrant::deactivate;
        let meta = self.change_user_grant(caller, &request.grant_id, deactivate).await?;
        Ok(DeactivateUserGrantResponse { details: meta.changed() })
    }

    async fn reactivate_user_grant(
        &self,
        caller: &Caller,
        request: ReactivateUserGrantRequest,
    ) -> Result<ReactivateUserGrantResponse> {
        let reactivate = UserGrant::reactivate;
        let meta = self.change_user_grant(caller, &request.grant_id, reactivate).await?;
        Ok(ReactivateUserGrantResponse { details: meta.changed() })
    }

    async fn remove_user_grant(
        &self,
        caller: &Caller,
        request: RemoveUserGrantRequest,
    ) -> Result<RemoveUserGrantResponse> {
        let remove = |grant: &UserGrant| grant.remove().map(Some);
        let meta = self.change_user_grant(caller, &request.grant_id, remove).await?;
        Ok(RemoveUserGrantResponse { details: meta.changed() })
    }
}
