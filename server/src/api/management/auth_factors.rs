use contract::management::AuthFactors;
use contract::zitadel::management::v1::{
    ListHumanAuthFactorsRequest, ListHumanAuthFactorsResponse,
    RemoveHumanAuthFactorOTPEmailRequest, RemoveHumanAuthFactorOTPEmailResponse,
    RemoveHumanAuthFactorOTPRequest, RemoveHumanAuthFactorOTPResponse,
    RemoveHumanAuthFactorOTPSMSRequest, RemoveHumanAuthFactorOTPSMSResponse,
    RemoveHumanAuthFactorU2FRequest, RemoveHumanAuthFactorU2FResponse,
};
use contract::zitadel::user::v1::{self as message, auth_factor::Type};

use crate::core::{Core, Meta};
use crate::domain::Aggregate;
use crate::domain::user::{Factor, User};
use crate::error::Result;
use crate::gate::Caller;
use crate::views::factors::{self, Registration};

impl AuthFactors for Core {
    async fn list_human_auth_factors(
        &self,
        caller: &Caller,
        request: ListHumanAuthFactorsRequest,
    ) -> Result<ListHumanAuthFactorsResponse> {
        let ready = factors::ready(&self.db, &request.user_id, caller.org()).await?;
        let result = ready.iter().filter_map(message).collect();
        Ok(ListHumanAuthFactorsResponse { result })
    }

    async fn remove_human_auth_factor_otp(
        &self,
        caller: &Caller,
        request: RemoveHumanAuthFactorOTPRequest,
    ) -> Result<RemoveHumanAuthFactorOTPResponse> {
        let meta = self.remove_factor(caller, &request.user_id, Factor::Otp).await?;
        Ok(RemoveHumanAuthFactorOTPResponse { details: meta.changed() })
    }

    async fn remove_human_auth_factor_otp_sms(
        &self,
        caller: &Caller,
        request: RemoveHumanAuthFactorOTPSMSRequest,
    ) -> Result<RemoveHumanAuthFactorOTPSMSResponse> {
        let meta = self.remove_factor(caller, &request.user_id, Factor::OtpSms).await?;
        Ok(RemoveHumanAuthFactorOTPSMSResponse { details: meta.changed() })
    }

    async fn remove_human_auth_factor_otp_email(
        &self,
        caller: &Caller,
        request: RemoveHumanAuthFactorOTPEmailRequest,
    ) -> Result<RemoveHumanAuthFactorOTPEmailResponse> {
        let meta = self.remove_factor(caller, &request.user_id, Factor::OtpEmail).await?;
        Ok(RemoveHumanAuthFactorOTPEmailResponse { details: meta.changed() })
    }

    async fn remove_human_auth_factor_u2f(
        &self,
        caller: &Caller,
        request: RemoveHumanAuthFactorU2FRequest,
    ) -> Result<RemoveHumanAuthFactorU2FResponse> {
        let (user_id, token_id) = (&request.user_id, &request.token_id);
        let meta = self.remove_credential(caller, user_id, Factor::U2f, token_id).await?;
        Ok(RemoveHumanAuthFactorU2FResponse { details: meta.changed() })
    }
}

impl Core {
    async fn remove_factor(&self, caller: &Caller, id: &str, factor: Factor) -> Result<Meta> {
        self.commit(&caller.author, (User::STREAM, id), |mut push| async move {
            let mut user = push.own::<User>(id).await?;
            let found = factors::has(&self.db, id, factor).await?;
            let events = user.remove_one_time_passwords(factor, found)?;
            push.append(&mut user, events)?;
            Ok(push)
        })
        .await
    }

    pub(super) async fn remove_credential(
        &self,
        caller: &Caller,
        id: &str,
        factor: Factor,
        token_id: &str,
    ) -> Result<Meta> {
        self.commit(&caller.author, (User::STREAM, id), |mut push| async move {
            let mut user = push.own::<User>(id).await?;
            let found = factors::has_key(&self.db, id, token_id).await?;
            let events = user.remove_credential(factor, token_id, found)?;
            push.append(&mut user, events)?;
            Ok(push)
        })
        .await
    }
}

/// A second factor as the API shows it; a passkey is none.
fn message(registration: &Registration) -> Option<message::AuthFactor> {
    let (id, name) = (registration.id.clone(), registration.name.clone());
    let r#type: Option<Type> = match registration.factor {
        Factor::Otp => message::AuthFactorOTP::default().into(),
        Factor::OtpSms => message::AuthFactorOTPSMS::default().into(),
        Factor::OtpEmail => message::AuthFactorOTPEmail::default().into(),
        Factor::U2f => message::AuthFactorU2F { id, name }.into(),
        Factor::Passkey => return None,
    };
    Some(message::AuthFactor { state: (registration.state as i32).into(), r#type })
}
