use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::management::Pats;
use contract::zitadel::management::v1::{
    AddPersonalAccessTokenRequest, AddPersonalAccessTokenResponse,
    GetPersonalAccessTokenByIDsRequest, GetPersonalAccessTokenByIDsResponse,
    ListPersonalAccessTokensRequest, ListPersonalAccessTokensResponse,
    RemovePersonalAccessTokenRequest, RemovePersonalAccessTokenResponse,
};
use contract::zitadel::user::v1 as message;

use crate::api::details::{Details, timestamp};
use crate::api::list::in_order;
use crate::core::Core;
use crate::domain::Aggregate;
use crate::domain::user::machine::{SCOPES, expiry};
use crate::domain::user::{NewPat, User};
use crate::error::{Result, text};
use crate::gate::{Caller, token_hash};
use crate::key::random;
use crate::views::pats::{self, Pat};

impl Pats for Core {
    async fn get_personal_access_token_by_ids(
        &self,
        caller: &Caller,
        request: GetPersonalAccessTokenByIDsRequest,
    ) -> Result<GetPersonalAccessTokenByIDsResponse> {
        let pat = pats::find(&self.db, &request.user_id, &request.token_id).await?;
        let pat = pat.filter(|pat| pat.owner == caller.org());
        let pat = pat.ok_or_else(|| text::pat::NOT_FOUND_READ.not_found("QUERY-fRunu"))?;
        Ok(GetPersonalAccessTokenByIDsResponse { token: message(pat).into() })
    }

    async fn list_personal_access_tokens(
        &self,
        caller: &Caller,
        request: ListPersonalAccessTokensRequest,
    ) -> Result<ListPersonalAccessTokensResponse> {
        let page = in_order(&request.query);
        let found = pats::of_user(&self.db, &request.user_id, caller.org(), page).await?;
        let result = found.rows.into_iter().map(message).collect();
        Ok(ListPersonalAccessTokensResponse { details: self.listed(found.total), result })
    }

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

    async fn remove_personal_access_token(
        &self,
        caller: &Caller,
        request: RemovePersonalAccessTokenRequest,
    ) -> Result<RemovePersonalAccessTokenResponse> {
        let (id, token_id) = (request.user_id.as_str(), request.token_id.as_str());
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |mut push| async move {
                let mut user = push.own::<User>(id).await?;
                let stored = pats::find(&self.db, id, token_id).await?.is_some();
                let events = user.remove_pat(token_id, stored)?;
                push.append(&mut user, events)?;
                Ok(push)
            })
            .await?;
        Ok(RemovePersonalAccessTokenResponse { details: meta.changed() })
    }
}

fn message(pat: Pat) -> message::PersonalAccessToken {
    message::PersonalAccessToken {
        details: pat.details(),
        expiration_date: timestamp(pat.expires_at).into(),
        id: pat.id,
        scopes: pat.scopes,
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
