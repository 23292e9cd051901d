//! `/admin/v1`

mod orgs;
mod policies;

use contract::admin::{Healthz, Members, Roles};
use contract::zitadel::admin::v1::{
    AddIAMMemberRequest, AddIAMMemberResponse, HealthzRequest, HealthzResponse,
    ListIAMMemberRolesRequest, ListIAMMemberRolesResponse, RemoveIAMMemberRequest,
    RemoveIAMMemberResponse,
};

use crate::core::{Author, Core, Meta};
use crate::domain::Aggregate;
use crate::domain::instance::Instance;
use crate::domain::member::{Member, MemberRemoved};
use crate::domain::role;
use crate::error::Result;
use crate::gate::Caller;
use crate::views::instances;

impl Healthz for Core {
    async fn healthz(&self, _request: HealthzRequest) -> Result<HealthzResponse> {
        Ok(HealthzResponse::default())
    }
}

impl Roles for Core {
    async fn list_iam_member_roles(
        &self,
        _caller: &Caller,
        _request: ListIAMMemberRolesRequest,
    ) -> Result<ListIAMMemberRolesResponse> {
        let roles = role::INSTANCE_ROLES.map(String::from).to_vec();
        let details = self.listed(roles.len() as u64);
        Ok(ListIAMMemberRolesResponse { details, roles })
    }
}

impl Members for Core {
    async fn add_iam_member(
        &self,
        caller: &Caller,
        request: AddIAMMemberRequest,
    ) -> Result<AddIAMMemberResponse> {
        let member = Member { user_id: request.user_id, roles: request.roles };
        let (author, instance_id) = self.for_instance(caller).await?;
        let meta = self.add_member(&author, instances::ID, &member, Instance::add_member).await?;
        let meta = Meta { owner: instance_id, ..meta };
        Ok(AddIAMMemberResponse { details: meta.added() })
    }

    async fn remove_iam_member(
        &self,
        caller: &Caller,
        request: RemoveIAMMemberRequest,
    ) -> Result<RemoveIAMMemberResponse> {
        let removed = MemberRemoved { user_id: request.user_id };
        let (author, instance_id) = self.for_instance(caller).await?;
        let remove = |instance: &Instance, removed, is_member| {
            Ok(instance.remove_member(removed, is_member))
        };
        let meta = self.remove_member(&author, instances::ID, &removed, remove).await?;
        let meta = Meta { owner: instance_id, ..meta };
        Ok(RemoveIAMMemberResponse { details: meta.changed() })
    }
}

impl Core {
    /// The caller as who writes for the instance, and the id that answers show for it.
    async fn for_instance(&self, caller: &Caller) -> Result<(Author, String)> {
        let instance = self.load::<Instance>(instances::ID).await?;
        let author = Author { editor: caller.user_id().into(), owner: instance.owner().into() };
        Ok((author, instance.shown_id))
    }
}
