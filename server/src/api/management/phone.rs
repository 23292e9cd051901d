use contract::management::Phone;
use contract::zitadel::management::v1::{
    GetHumanPhoneRequest, GetHumanPhoneResponse, RemoveHumanPhoneRequest, RemoveHumanPhoneResponse,
    ResendHumanPhoneVerificationRequest, ResendHumanPhoneVerificationResponse,
    UpdateHumanPhoneRequest, UpdateHumanPhoneResponse,
};
use contract::zitadel::user::v1 as message;

use crate::api::details::Details;
use crate::core::Core;
use crate::domain::user::{User, phone};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::users;

impl Phone for Core {
    async fn get_human_phone(
        &self,
        caller: &Caller,
        request: GetHumanPhoneRequest,
    ) -> Result<GetHumanPhoneResponse> {
        let user = users::in_org(&self.db, &request.user_id, caller.org()).await?;
        let user = user.ok_or_else(|| text::user::NOT_FOUND.not_found("QUERY-DAvb3"))?;
        if !user.is_human() {
            return Err(text::user::NOT_HUMAN.precondition("QUERY-hliQl"));
        }
        let details = user.details();
        let phone = message::Phone { phone: user.phone, is_phone_verified: user.phone_verified };
        Ok(GetHumanPhoneResponse { details, phone: phone.into() })
    }

    async fn update_human_phone(
        &self,
        caller: &Caller,
        request: UpdateHumanPhoneRequest,
    ) -> Result<UpdateHumanPhoneResponse> {
        let (phone, verified) = (phone::parse(&request.phone)?, request.is_phone_verified);
        let code = self.contact_code(verified)?;
        let change = |user: &User| user.change_phone(&phone, verified, code.clone());
        let meta = self.change(&caller.author, &request.user_id, change).await?;
        Ok(UpdateHumanPhoneResponse { details: meta.changed() })
    }

    async fn remove_human_phone(
        &self,
        caller: &Caller,
        request: RemoveHumanPhoneRequest,
    ) -> Result<RemoveHumanPhoneResponse> {
        let meta = self.change(&caller.author, &request.user_id, User::remove_phone).await?;
        Ok(RemoveHumanPhoneResponse { details: meta.changed() })
    }

    async fn resend_human_phone_verification(
        &self,
        caller: &Caller,
        request: ResendHumanPhoneVerificationRequest,
    ) -> Result<ResendHumanPhoneVerificationResponse> {
        let code = self.contact_code(false)?;
        let resend = |user: &User| user.resend_phone_code(code.clone());
        let meta = self.change(&caller.author, &request.user_id, resend).await?;
        Ok(ResendHumanPhoneVerificationResponse { details: meta.changed() })
    }
}
