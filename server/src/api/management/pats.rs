use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::management::Pats;
use contract::zitadel::management::v1::{
    AddPersonalAccessTokenRequest, AddPersonalAccessTokenResponse,
};

use crate::core::Core;
use crate::domain::user::machine::{SCOPES, expiry};
use crate::domain::user::{NewPat, User};
use crate::error::Result;
use crate::gate::{Caller, token_hash};
use crate::key::random;

impl Pats for Core {
    async fn add_personal_access_token(
        &self,
        caller: &Caller,
        request: AddPersonalAccessTokenRequest,
    ) -> Result<AddPersonalAccessTokenResponse> {
        let wanted = request.expiration_date.as_option().map(|date| (date.seconds, date.nanos));
        let (pat, token) = self.new_pat(expiry(wanted, self.clock.now())?)?;
        let add = |user: &User| user.add_pat(pat.clone());
        let meta = self.change(&caller.author, &request.user_id, add).await?;
        let token_id = pat.token_id.clone();
        Ok(AddPersonalAccessTokenResponse { token_id, token, details: meta.added() })
    }
}

impl Core {
    /// A token that expires at `expiration`, and its text, which is stored nowhere.
    pub fn new_pat(&self, expiration: i64) -> Result<(NewPat, String)> {
        let token = URL_SAFE_NO_PAD.encode(random::<32>()?);
        let pat = NewPat {
            token_id: self.ids.next(self.clock),
            hash: hex::encode(token_hash(&token)),
            expiration,
            scopes: SCOPES.map(String::from).to_vec(),
        };
        Ok((pat, token))
    }
}
