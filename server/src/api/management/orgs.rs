use contract::management::Orgs;
use contract::zitadel::management::v1::{
    AddOrgRequest, AddOrgResponse, DeactivateOrgRequest, DeactivateOrgResponse, GetMyOrgRequest,
    GetMyOrgResponse, ReactivateOrgRequest, ReactivateOrgResponse, RemoveOrgRequest,
    RemoveOrgResponse,
};
use contract::zitadel::org::v1 as message;

use super::cascade::Gone;
use crate::api::details::Details;
use crate::core::{Author, Core, Loaded, Meta, Push};
use crate::domain::Aggregate;
use crate::domain::instance::Instance;
use crate::domain::org::Org;
use crate::domain::user::User;
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::user_grants::{self, Of};
use crate::views::{instances, members, orgs, projects, users};

impl Orgs for Core {
    async fn get_my_org(
        &self,
        caller: &Caller,
        _request: GetMyOrgRequest,
    ) -> Result<GetMyOrgResponse> {
        let org = orgs::by_id(&self.db, caller.org()).await?;
        let org = org.ok_or_else(|| text::org::NOT_FOUND.not_found("QUERY-iTTGJ"))?;
        Ok(GetMyOrgResponse { org: message(org).into() })
    }

    async fn add_org(&self, caller: &Caller, request: AddOrgRequest) -> Result<AddOrgResponse> {
        let id = self.ids.next(self.clock);
        let author = Author { editor: caller.user_id().into(), owner: id.clone() };
        let (org_id, name, maker) = (id.as_str(), request.name.as_str(), caller.user_id());
        let details = self
            .commit(&author, (Org::STREAM, org_id), |mut push| async move {
                let mut org = Loaded::<Org>::new(org_id);
                let events = org.add(name, maker)?;
                push.append(&mut org, events)?;
                Ok(push)
            })
            .await?
            .added();
        Ok(AddOrgResponse { id, details })
    }

    async fn deactivate_org(
        &self,
        caller: &Caller,
        _request: DeactivateOrgRequest,
    ) -> Result<DeactivateOrgResponse> {
        let instance = self.load::<Instance>(instances::ID).await?;
        let deactivate = |org: &Org| org.deactivate(&instance.default_org);
        let meta = self.change(&caller.author, caller.org(), deactivate).await?;
        Ok(DeactivateOrgResponse { details: meta.changed() })
    }

    async fn reactivate_org(
        &self,
        caller: &Caller,
        _request: ReactivateOrgRequest,
    ) -> Result<ReactivateOrgResponse> {
        let meta = self.change(&caller.author, caller.org(), Org::reactivate).await?;
        Ok(ReactivateOrgResponse { details: meta.changed() })
    }

    async fn remove_org(
        &self,
        caller: &Caller,
        _request: RemoveOrgRequest,
    ) -> Result<RemoveOrgResponse> {
        let instance = &self.load::<Instance>(instances::ID).await?;
        let id = caller.org();
        let meta = self
            .commit_members(&caller.author, (Org::STREAM, id), |mut push| async move {
                let mut org = push.any::<Org>(id).await?;
                let events = org.remove(&instance.default_org)?;
                let gone = self.dissolve(&mut push, id).await?;
                push.append(&mut org, events)?;
                push.guard(users::NONE_IN_ORG, vec![id.into()]);
                push.guard(projects::NONE_IN_ORG, vec![id.into()]);
                for user in gone {
                    push.guard(user_grants::NONE_OF_USER, vec![(&user).into()]);
                    push.guard(members::NONE, vec![user.into()]);
                }
                Ok(push)
            })
            .await?;
        let meta = Meta { owner: instance.shown_id.clone(), ..meta };
        Ok(RemoveOrgResponse { details: meta.changed() })
    }
}

impl Core {
    /// Ends what belongs to an organisation that is about to be removed; gives its users. Its own
    /// domains and roles end with its event.
    async fn dissolve(&self, push: &mut Push<'_>, org: &str) -> Result<Vec<String>> {
        let mut ends = Gone::default();
        let gone = users::ids_of_org(&self.db, org).await?;
        for mut user in push.own_all::<User>(&gone).await? {
            if user.exists() {
                let events = user.remove()?;
                push.append(&mut user, events)?;
            }
        }
        for (user, scope) in members::scopes_of_org(&self.db, org).await? {
            ends.leaves(&user, vec![scope]);
        }
        ends.leaves_projects(self, org).await?;
        ends.end(push).await?;
        self.end_user_grants(push, Of::Org(org)).await?;
        Ok(gone)
    }
}

/// An organisation as the API shows it.
pub fn message(org: Org) -> message::Org {
    message::Org {
        details: org.details(),
        id: org.id,
        state: i32::try_from(org.state).unwrap_or_default().into(),
        name: org.name,
        primary_domain: org.primary_domain,
    }
}
