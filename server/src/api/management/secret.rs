use contract::management::Secret;
use contract::zitadel::management::v1::{
    GenerateMachineSecretRequest, GenerateMachineSecretResponse, RemoveMachineSecretRequest,
    RemoveMachineSecretResponse,
};

use crate::api::code::ALPHANUMERIC;
use crate::core::Core;
use crate::domain::user::{MachineSecret, User};
use crate::error::Result;
use crate::gate::Caller;
use crate::key::random_text;
use crate::views::domains::LoginNames;

/// 381 random bits.
const LENGTH: usize = 64;

impl Secret for Core {
    async fn generate_machine_secret(
        &self,
        caller: &Caller,
        request: GenerateMachineSecretRequest,
    ) -> Result<GenerateMachineSecretResponse> {
        let user = self.user(&request.user_id, caller).await?;
        user.takes_secret()?;
        let client_secret = random_text(ALPHANUMERIC, LENGTH)?;
        let secret = MachineSecret { encoded_hash: self.passwords.hash(&client_secret).await? };
        let set = |user: &User| user.set_secret(secret.clone());
        let details = self.change(&caller.author, &request.user_id, set).await?.added();
        let client_id = LoginNames::of(&self.db, [&user]).await?.preferred(&user);
        Ok(GenerateMachineSecretResponse { client_id, client_secret, details })
    }

    async fn remove_machine_secret(
        &self,
        caller: &Caller,
        request: RemoveMachineSecretRequest,
    ) -> Result<RemoveMachineSecretResponse> {
        let meta = self.change(&caller.author, &request.user_id, User::remove_secret).await?;
        Ok(RemoveMachineSecretResponse { details: meta.changed() })
    }
}
