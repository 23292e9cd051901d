use contract::admin::Orgs;
use contract::zitadel::admin::v1::{GetDefaultOrgRequest, GetDefaultOrgResponse};

use crate::api::management::org_message;
use crate::core::Core;
use crate::domain::instance::Instance;
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::{instances, orgs};

impl Orgs for Core {
    async fn get_default_org(
        &self,
        _caller: &Caller,
        _request: GetDefaultOrgRequest,
    ) -> Result<GetDefaultOrgResponse> {
        let instance = self.load::<Instance>(instances::ID).await?;
        let org = orgs::by_id(&self.db, &instance.default_org).await?;
        let org = org.ok_or_else(|| text::org::NOT_FOUND.not_found("QUERY-iTTGJ"))?;
        Ok(GetDefaultOrgResponse { org: org_message(org).into() })
    }
}
