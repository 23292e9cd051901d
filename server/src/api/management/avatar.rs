use contract::management::Avatar;
use contract::zitadel::management::v1::{RemoveHumanAvatarRequest, RemoveHumanAvatarResponse};

use crate::core::Core;
use crate::domain::user::User;
use crate::error::Result;
use crate::gate::Caller;

impl Avatar for Core {
    async fn remove_human_avatar(
        &self,
        caller: &Caller,
        request: RemoveHumanAvatarRequest,
    ) -> Result<RemoveHumanAvatarResponse> {
        let meta = self.change(&caller.author, &request.user_id, User::remove_avatar).await?;
        Ok(RemoveHumanAvatarResponse { details: meta.changed() })
    }
}
