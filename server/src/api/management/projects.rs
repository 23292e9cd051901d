use contract::management::Projects;
use contract::zitadel::management::v1::{
    AddProjectRequest, AddProjectResponse, DeactivateProjectRequest, DeactivateProjectResponse,
    GetProjectByIDRequest, GetProjectByIDResponse, ListProjectsRequest, ListProjectsResponse,
    ReactivateProjectRequest, ReactivateProjectResponse, RemoveProjectRequest,
    RemoveProjectResponse, UpdateProjectRequest, UpdateProjectResponse,
};
use contract::zitadel::project::v1 as message;
use contract::zitadel::project::v1::project_query::Query;

use crate::api::details::Details;
use crate::api::list::{matching, page};
use crate::core::{Core, Loaded};
use crate::domain::Aggregate;
use crate::domain::org::Org;
use crate::domain::project::{Project, Settings};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::list::{Filter, list};
use crate::views::user_grants::Of;
use crate::views::{orgs, projects};

/// The two requests name the same members, by types of their own.
macro_rules! settings {
    ($request:ident) => {
        Settings {
            name: $request.name,
            project_role_assertion: $request.project_role_assertion,
            project_role_check: $request.project_role_check,
            has_project_check: $request.has_project_check,
            private_labeling_setting: $request.private_labeling_setting.to_i32().into(),
        }
    };
}

impl Projects for Core {
    async fn get_project_by_id(
        &self,
        caller: &Caller,
        request: GetProjectByIDRequest,
    ) -> Result<GetProjectByIDResponse> {
        caller.reach(&request.id, "")?;
        let project = projects::in_org(&self.db, &request.id, caller.org()).await?;
        let project = project.ok_or_else(|| text::project::NOT_FOUND.not_found("QUERY-fk2fs"))?;
        Ok(GetProjectByIDResponse { project: message(project).into() })
    }

    async fn list_projects(
        &self,
        caller: &Caller,
        request: ListProjectsRequest,
    ) -> Result<ListProjectsResponse> {
        let mut filter = Filter::default();
        filter.equal("owner", caller.org());
        if let Some(held) = caller.projects() {
            filter.one_of("id", held.iter().map(|(id, _)| id));
        }
        for query in request.queries.into_iter().filter_map(|query| query.query) {
            match query {
                Query::NameQuery(by) => filter.text("name", matching(by.method), &by.name),
                Query::ProjectResourceOwnerQuery(by) => filter.equal("owner", by.resource_owner),
            }
        }
        let listed = list::<Project>(&self.db, &filter, &["id"], page(&request.query)).await?;
        let details = self.listed(listed.total);
        Ok(ListProjectsResponse { details, result: listed.rows.into_iter().map(message).collect() })
    }

    async fn add_project(
        &self,
        caller: &Caller,
        request: AddProjectRequest,
    ) -> Result<AddProjectResponse> {
        let settings = &settings!(request);
        let id = self.ids.next(self.clock);
        let project_id = id.as_str();
        let meta = self
            .commit(&caller.author, (Project::STREAM, project_id), |mut push| async move {
                let mut project = Loaded::<Project>::new(project_id);
                let org = push.any::<Org>(caller.org()).await?.standing().is_ok();
                let events = project.add(settings.clone(), org)?;
                push.append(&mut project, events)?;
                push.guard(orgs::EXISTS, vec![caller.org().into()]);
                Ok(push)
            })
            .await?;
        Ok(AddProjectResponse { id, details: meta.added() })
    }

    async fn update_project(
        &self,
        caller: &Caller,
        request: UpdateProjectRequest,
    ) -> Result<UpdateProjectResponse> {
        caller.reach(&request.id, "")?;
        let (id, settings) = (request.id.as_str(), &settings!(request));
        let meta = self
            .commit(&caller.author, (Project::STREAM, id), |mut push| async move {
                let mut project = push.own::<Project>(id).await?;
                match project.change(settings.clone())? {
                    Some(event) => push.append(&mut project, [event])?,
                    None => push.stays((project.sequence, project.changed_at)),
                }
                Ok(push)
            })
            .await?;
        Ok(UpdateProjectResponse { details: meta.changed() })
    }

    async fn deactivate_project(
        &self,
        caller: &Caller,
        request: DeactivateProjectRequest,
    ) -> Result<DeactivateProjectResponse> {
        caller.reach(&request.id, "")?;
        let meta = self.change(&caller.author, &request.id, Project::deactivate).await?;
        Ok(DeactivateProjectResponse { details: meta.changed() })
    }

    async fn reactivate_project(
        &self,
        caller: &Caller,
        request: ReactivateProjectRequest,
    ) -> Result<ReactivateProjectResponse> {
        caller.reach(&request.id, "")?;
        let meta = self.change(&caller.author, &request.id, Project::reactivate).await?;
        Ok(ReactivateProjectResponse { details: meta.changed() })
    }

    async fn remove_project(
        &self,
        caller: &Caller,
        request: RemoveProjectRequest,
    ) -> Result<RemoveProjectResponse> {
        caller.reach(&request.id, "")?;
        let id = request.id.as_str();
        let meta = self
            .commit_members(&caller.author, (Project::STREAM, id), |mut push| async move {
                let mut project = push.own::<Project>(id).await?;
                let events = project.remove()?;
                push.append(&mut project, events)?;
                self.remove_user_grants(&mut push, Of::Project(id)).await?;
                Ok(push)
            })
            .await?;
        Ok(RemoveProjectResponse { details: meta.changed() })
    }
}

fn message(project: Project) -> message::Project {
    message::Project {
        details: project.details(),
        id: project.id,
        name: project.name,
        state: i32::try_from(project.state).unwrap_or_default().into(),
        project_role_assertion: project.project_role_assertion,
        project_role_check: project.project_role_check,
        has_project_check: project.has_project_check,
        private_labeling_setting: i32::try_from(project.private_labeling_setting)
            .unwrap_or_default()
            .into(),
    }
}
