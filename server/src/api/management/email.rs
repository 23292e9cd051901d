use contract::management::Email;
use contract::zitadel::management::v1::{
    GetHumanEmailRequest, GetHumanEmailResponse, ResendHumanEmailVerificationRequest,
    ResendHumanEmailVerificationResponse, UpdateHumanEmailRequest, UpdateHumanEmailResponse,
};
use contract::zitadel::user::v1 as message;

use crate::api::details::Details;
use crate::core::Core;
use crate::domain::user::{User, email};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::users;

impl Email for Core {
    async fn get_human_email(
        &self,
        caller: &Caller,
        request: GetHumanEmailRequest,
    ) -> Result<GetHumanEmailResponse> {
        let user = users::in_org(&self.db, &request.user_id, caller.org()).await?;
        let user = user.ok_or_else(|| text::user::NOT_FOUND.not_found("QUERY-Hms2s"))?;
        if !user.is_human() {
            return Err(text::user::NOT_HUMAN.precondition("QUERY-pt7HY"));
        }
        let details = user.details();
        let email = message::Email { email: user.email, is_email_verified: user.email_verified };
        Ok(GetHumanEmailResponse { details, email: email.into() })
    }

    async fn update_human_email(
        &self,
        caller: &Caller,
        request: UpdateHumanEmailRequest,
    ) -> Result<UpdateHumanEmailResponse> {
        let (address, verified) = (request.email.as_str(), request.is_email_verified);
        email::check(address)?;
        let code = self.contact_code(verified)?;
        let change = |user: &User| user.change_email(address, verified, code.clone());
        let meta = self.change(&caller.author, &request.user_id, change).await?;
        Ok(UpdateHumanEmailResponse { details: meta.changed() })
    }

    async fn resend_human_email_verification(
        &self,
        caller: &Caller,
        request: ResendHumanEmailVerificationRequest,
    ) -> Result<ResendHumanEmailVerificationResponse> {
        let code = self.contact_code(false)?;
        let resend = |user: &User| user.resend_email_code(code.clone());
        let meta = self.change(&caller.author, &request.user_id, resend).await?;
        Ok(ResendHumanEmailVerificationResponse { details: meta.changed() })
    }
}
