use contract::management::Iam;
use contract::zitadel::management::v1::{GetIAMRequest, GetIAMResponse};

use crate::core::Core;
use crate::domain::instance::Instance;
use crate::error::Result;
use crate::gate::Caller;
use crate::views::instances;

impl Iam for Core {
    async fn get_iam(&self, _caller: &Caller, _request: GetIAMRequest) -> Result<GetIAMResponse> {
        let instance = self.load::<Instance>(instances::ID).await?;
        Ok(GetIAMResponse {
            global_org_id: instance.default_org.clone(),
            iam_project_id: instance.project_id,
            default_org_id: instance.default_org,
        })
    }
}
