use contract::management::Orgs;
use contract::zitadel::management::v1::{
    AddOrgRequest, AddOrgResponse, GetMyOrgRequest, GetMyOrgResponse,
};
use contract::zitadel::org::v1 as message;

use crate::api::details::Details;
use crate::core::{Author, Core};
use crate::domain::Aggregate;
use crate::domain::org::Org;
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::orgs;

impl Orgs for Core {
    async fn get_my_org(
        &self,
        caller: &Caller,
        _request: GetMyOrgRequest,
    ) -> Result<GetMyOrgResponse> {
        let org = orgs::by_id(&self.db, caller.org()).await?;
        let org = org.ok_or_else(|| text::org::NOT_FOUND.not_found("QUERY-iTTGJ"))?;
        let details = org.details();
        let org = message::Org {
            id: org.id,
            details,
            state: i32::try_from(org.state).unwrap_or_default().into(),
            name: org.name,
            primary_domain: org.primary_domain,
        };
        Ok(GetMyOrgResponse { org: org.into() })
    }

    async fn add_org(&self, caller: &Caller, request: AddOrgRequest) -> Result<AddOrgResponse> {
        let id = self.ids.next(self.clock);
        let author = Author { editor: caller.user_id().into(), owner: id.clone() };
        let (org_id, name, maker) = (id.as_str(), request.name.as_str(), caller.user_id());
        let details = self
            .commit(&author, (Org::STREAM, org_id), |mut push| async move {
                let mut org = push.any::<Org>(org_id).await?;
                let events = org.add(name, maker)?;
                push.append(&mut org, events)?;
                Ok(push)
            })
            .await?
            .added();
        Ok(AddOrgResponse { id, details })
    }
}
