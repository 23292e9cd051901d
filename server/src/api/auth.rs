//! `/auth/v1`

use contract::auth::{Healthz, Users};
use contract::zitadel::auth::v1::{
    GetMyUserRequest, GetMyUserResponse, HealthzRequest, HealthzResponse,
};

use super::management::user_message;
use crate::core::Core;
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::domains::LoginNames;
use crate::views::users;

impl Healthz for Core {
    async fn healthz(&self, _request: HealthzRequest) -> Result<HealthzResponse> {
        Ok(HealthzResponse::default())
    }
}

impl Users for Core {
    async fn get_my_user(
        &self,
        caller: &Caller,
        _request: GetMyUserRequest,
    ) -> Result<GetMyUserResponse> {
        let user = users::by_id(&self.db, caller.user_id()).await?;
        let user = user.ok_or_else(|| text::user::NOT_FOUND.not_found("QUERY-Dfbg2"))?;
        let names = LoginNames::of(&self.db, [&user]).await?;
        Ok(GetMyUserResponse { user: user_message(&user, &names).into(), ..Default::default() })
    }
}
