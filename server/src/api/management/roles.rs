use contract::management::Roles;
use contract::zitadel::management::v1::{
    AddProjectRoleRequest, AddProjectRoleResponse, BulkAddProjectRolesRequest,
    BulkAddProjectRolesResponse, ListOrgMemberRolesRequest, ListOrgMemberRolesResponse,
    ListProjectMemberRolesRequest, ListProjectMemberRolesResponse, ListProjectRolesRequest,
    ListProjectRolesResponse, RemoveProjectRoleRequest, RemoveProjectRoleResponse,
};
use contract::zitadel::project::v1 as message;
use contract::zitadel::project::v1::role_query::Query;

use crate::api::details::Details;
use crate::api::list::{matching, page};
use crate::core::{Core, Meta};
use crate::domain::Aggregate;
use crate::domain::project::{GrantRoles, NewRole, Project};
use crate::domain::role;
use crate::error::Result;
use crate::gate::Caller;
use crate::views::list::{Filter, list};
use crate::views::projects::{self, Role};
use crate::views::user_grants::Of;

impl Roles for Core {
    async fn list_org_member_roles(
        &self,
        _caller: &Caller,
        _request: ListOrgMemberRolesRequest,
    ) -> Result<ListOrgMemberRolesResponse> {
        let result = role::ORG_ROLES.map(String::from).to_vec();
        Ok(ListOrgMemberRolesResponse { result })
    }

    async fn list_project_member_roles(
        &self,
        _caller: &Caller,
        _request: ListProjectMemberRolesRequest,
    ) -> Result<ListProjectMemberRolesResponse> {
        let result = role::PROJECT_ROLES.map(String::from).to_vec();
        let details = self.listed(result.len() as u64);
        Ok(ListProjectMemberRolesResponse { details, result })
    }

    async fn list_project_roles(
        &self,
        caller: &Caller,
        request: ListProjectRolesRequest,
    ) -> Result<ListProjectRolesResponse> {
        caller.reach(&request.project_id, "")?;
        let mut filter = Filter::default();
        filter.equal("project_id", &request.project_id);
        filter.equal("owner", caller.org());
        for query in request.queries.into_iter().filter_map(|query| query.query) {
            match query {
                Query::KeyQuery(by) => filter.text("role_key", matching(by.method), &by.key),
                Query::DisplayNameQuery(by) => {
                    filter.text("display_name", matching(by.method), &by.display_name);
                }
            }
        }
        let page = page(&request.query);
        let listed = list::<Role>(&self.db, &filter, &["role_key"], page).await?;
        let details = self.listed(listed.total);
        Ok(ListProjectRolesResponse {
            details,
            result: listed.rows.into_iter().map(message).collect(),
        })
    }

    async fn add_project_role(
        &self,
        caller: &Caller,
        request: AddProjectRoleRequest,
    ) -> Result<AddProjectRoleResponse> {
        let AddProjectRoleRequest { project_id, role_key: key, display_name, group } = request;
        let role = NewRole { key, display_name, group };
        let meta = self.add_roles(caller, &project_id, &[role]).await?;
        Ok(AddProjectRoleResponse { details: meta.added() })
    }

    /// The answer names the owner only, as the reference does.
    async fn bulk_add_project_roles(
        &self,
        caller: &Caller,
        request: BulkAddProjectRolesRequest,
    ) -> Result<BulkAddProjectRolesResponse> {
        let role =
            |role: contract::zitadel::management::v1::bulk_add_project_roles_request::Role| {
                NewRole { key: role.key, display_name: role.display_name, group: role.group }
            };
        let roles: Vec<NewRole> = request.roles.into_iter().map(role).collect();
        let owner = self.add_roles(caller, &request.project_id, &roles).await?.owner;
        let details = Meta { owner, ..Meta::default() }.changed();
        Ok(BulkAddProjectRolesResponse { details })
    }

    async fn remove_project_role(
        &self,
        caller: &Caller,
        request: RemoveProjectRoleRequest,
    ) -> Result<RemoveProjectRoleResponse> {
        caller.reach(&request.project_id, "")?;
        let (id, keys) = (request.project_id.as_str(), &[request.role_key]);
        let meta = self
            .commit_members(&caller.author, (Project::STREAM, id), |mut push| async move {
                let mut project = push.own::<Project>(id).await?;
                let known = !projects::known_roles(&self.db, id, keys).await?.is_empty();
                let granted = projects::grants_of(&self.db, id).await?.into_iter();
                let granted = granted
                    .map(|grant| GrantRoles { grant_id: grant.id, role_keys: grant.roles })
                    .filter(|grant| keys.iter().all(|key| grant.role_keys.contains(key)));
                let [key] = keys;
                let events = project.remove_role(key, known, granted.collect())?;
                push.append(&mut project, events)?;
                self.take_roles(&mut push, Of::Project(id), keys).await?;
                Ok(push)
            })
            .await?;
        Ok(RemoveProjectRoleResponse { details: meta.changed() })
    }
}

impl Core {
    async fn add_roles(&self, caller: &Caller, id: &str, roles: &[NewRole]) -> Result<Meta> {
        caller.reach(id, "")?;
        let add = |project: &Project| project.add_roles(roles.to_vec());
        self.change(&caller.author, id, add).await
    }
}

fn message(role: Role) -> message::Role {
    message::Role {
        details: role.details(),
        key: role.role_key,
        display_name: role.display_name,
        group: role.role_group,
    }
}
