use contract::management::Healthz;
use contract::zitadel::management::v1::{HealthzRequest, HealthzResponse};

use crate::core::Core;
use crate::error::Result;

impl Healthz for Core {
    async fn healthz(&self, _request: HealthzRequest) -> Result<HealthzResponse> {
        Ok(HealthzResponse::default())
    }
}
