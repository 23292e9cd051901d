use buffa_types::google::protobuf::Duration;
use contract::management::Passwordless;
use contract::zitadel::management::v1::{
    AddPasswordlessRegistrationRequest, AddPasswordlessRegistrationResponse,
    ListHumanPasswordlessRequest, ListHumanPasswordlessResponse, RemoveHumanPasswordlessRequest,
    RemoveHumanPasswordlessResponse, SendPasswordlessRegistrationRequest,
    SendPasswordlessRegistrationResponse,
};
use contract::zitadel::user::v1::WebAuthNToken;

use crate::api::code::LINK_LIFETIME;
use crate::core::Core;
use crate::domain::user::{Factor, User, passwordless_link};
use crate::error::Result;
use crate::gate::Caller;
use crate::views::factors::{self, Registration};

impl Passwordless for Core {
    async fn list_human_passwordless(
        &self,
        caller: &Caller,
        request: ListHumanPasswordlessRequest,
    ) -> Result<ListHumanPasswordlessResponse> {
        let ready = factors::ready(&self.db, &request.user_id, caller.org()).await?;
        let passkeys = ready.into_iter().filter(|found| found.factor == Factor::Passkey);
        Ok(ListHumanPasswordlessResponse { result: passkeys.map(message).collect() })
    }

    async fn add_passwordless_registration(
        &self,
        caller: &Caller,
        request: AddPasswordlessRegistrationRequest,
    ) -> Result<AddPasswordlessRegistrationResponse> {
        let (code, plain) = self.passwordless_code()?;
        let add = |user: &User| user.add_passwordless_code(code.clone());
        let meta = self.change(&caller.author, &request.user_id, add).await?;
        let parts = [&request.user_id, caller.org(), &code.id, &plain];
        let expiration = Duration { seconds: LINK_LIFETIME, ..Default::default() };
        Ok(AddPasswordlessRegistrationResponse {
            details: meta.added(),
            link: passwordless_link(&caller.origin, parts),
            expiration: expiration.into(),
        })
    }

    async fn send_passwordless_registration(
        &self,
        caller: &Caller,
        request: SendPasswordlessRegistrationRequest,
    ) -> Result<SendPasswordlessRegistrationResponse> {
        let (code, _) = self.passwordless_code()?;
        let send = |user: &User| user.send_passwordless_code(code.clone());
        let meta = self.change(&caller.author, &request.user_id, send).await?;
        Ok(SendPasswordlessRegistrationResponse { details: meta.added() })
    }

    async fn remove_human_passwordless(
        &self,
        caller: &Caller,
        request: RemoveHumanPasswordlessRequest,
    ) -> Result<RemoveHumanPasswordlessResponse> {
        let (user_id, token_id) = (&request.user_id, &request.token_id);
        let meta = self.remove_credential(caller, user_id, Factor::Passkey, token_id).await?;
        Ok(RemoveHumanPasswordlessResponse { details: meta.changed() })
    }
}

fn message(key: Registration) -> WebAuthNToken {
    WebAuthNToken { id: key.id, state: (key.state as i32).into(), name: key.name }
}
