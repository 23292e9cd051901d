use contract::management::Password;
use contract::zitadel::management::v1::send_human_reset_password_notification_request::Type;
use contract::zitadel::management::v1::{
    SendHumanResetPasswordNotificationRequest, SendHumanResetPasswordNotificationResponse,
    SetHumanInitialPasswordRequest, SetHumanInitialPasswordResponse, SetHumanPasswordRequest,
    SetHumanPasswordResponse,
};

use crate::core::{Core, Meta};
use crate::domain::human::{Origin, check_password};
use crate::domain::user::{PasswordChanged, User};
use crate::error::Result;
use crate::gate::Caller;
use crate::views::users;

impl Password for Core {
    async fn set_human_initial_password(
        &self,
        caller: &Caller,
        request: SetHumanInitialPasswordRequest,
    ) -> Result<SetHumanInitialPasswordResponse> {
        let meta = self.set_password(caller, &request.user_id, &request.password, true).await?;
        Ok(SetHumanInitialPasswordResponse { details: meta.changed() })
    }

    async fn set_human_password(
        &self,
        caller: &Caller,
        request: SetHumanPasswordRequest,
    ) -> Result<SetHumanPasswordResponse> {
        let (user_id, required) = (request.user_id.as_str(), !request.no_change_required);
        let meta = self.set_password(caller, user_id, &request.password, required).await?;
        Ok(SetHumanPasswordResponse { details: meta.changed() })
    }

    async fn send_human_reset_password_notification(
        &self,
        caller: &Caller,
        request: SendHumanResetPasswordNotificationRequest,
    ) -> Result<SendHumanResetPasswordNotificationResponse> {
        let code = self.password_code(request.r#type == Type::TYPE_SMS)?;
        let reset = |user: &User| user.reset_password(code.clone());
        let meta = self.change(&caller.author, &request.user_id, reset).await?;
        Ok(SendHumanResetPasswordNotificationResponse { details: meta.changed() })
    }
}

impl Core {
    /// Nothing is hashed for who is refused, and the user is not locked meanwhile.
    async fn set_password(
        &self,
        caller: &Caller,
        user_id: &str,
        password: &str,
        change_required: bool,
    ) -> Result<Meta> {
        let user = users::in_org(&self.db, user_id, caller.org()).await?;
        user.unwrap_or_default().can_set_password()?;
        check_password(password, Origin::ImportOrSet)?;
        let encoded_hash = self.passwords.hash(password).await?;
        let new = PasswordChanged { encoded_hash, change_required };
        let set = |user: &User| user.set_password(new.clone());
        self.change(&caller.author, user_id, set).await
    }
}
