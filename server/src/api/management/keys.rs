use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use buffa::json_helpers::wkt::fmt_timestamp;
use contract::management::Keys;
use contract::zitadel::authn::v1 as message;
use contract::zitadel::management::v1::{
    AddMachineKeyRequest, AddMachineKeyResponse, GetMachineKeyByIDsRequest,
    GetMachineKeyByIDsResponse, ListMachineKeysRequest, ListMachineKeysResponse,
    RemoveMachineKeyRequest, RemoveMachineKeyResponse,
};
use serde::Serialize;

use crate::api::details::{Details, timestamp};
use crate::api::list::in_order;
use crate::core::Core;
use crate::domain::Aggregate;
use crate::domain::user::machine::expiry;
use crate::domain::user::{NewKey, User, key};
use crate::error::{Error, Result, text};
use crate::gate::Caller;
use crate::views::keys::{self, Key};
use crate::views::users;

/// The file that a client loads; its members stand in this order in the reference's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile<'a> {
    r#type: &'static str,
    key_id: &'a str,
    key: &'a str,
    expiration_date: String,
    user_id: &'a str,
}

impl Keys for Core {
    async fn get_machine_key_by_ids(
        &self,
        caller: &Caller,
        request: GetMachineKeyByIDsRequest,
    ) -> Result<GetMachineKeyByIDsResponse> {
        let key = keys::find(&self.db, &request.user_id, &request.key_id).await?;
        let key = key.filter(|key| key.owner == caller.org());
        let key = key.ok_or_else(|| text::key::NOT_FOUND_READ.not_found("QUERY-Dgr3g"))?;
        Ok(GetMachineKeyByIDsResponse { key: message(&key).into() })
    }

    async fn list_machine_keys(
        &self,
        caller: &Caller,
        request: ListMachineKeysRequest,
    ) -> Result<ListMachineKeysResponse> {
        let page = in_order(&request.query);
        let found = keys::of_user(&self.db, &request.user_id, caller.org(), page).await?;
        let result = found.rows.iter().map(message).collect();
        Ok(ListMachineKeysResponse { details: self.listed(found.total), result })
    }

    async fn add_machine_key(
        &self,
        caller: &Caller,
        request: AddMachineKeyRequest,
    ) -> Result<AddMachineKeyResponse> {
        let brought = Some(&request.public_key).filter(|key| !key.is_empty());
        let brought = brought.map(|text| key::parse(text)).transpose()?;
        let wanted = request.expiration_date.as_option().map(|date| (date.seconds, date.nanos));
        let expiration = expiry(wanted, self.clock.now())?;
        let user_id = request.user_id.as_str();
        let (public_key, private_key) = match brought {
            Some(public_key) => (public_key, None),
            None => self.key_pair(user_id, caller).await?,
        };
        let key_id = self.ids.next(self.clock);
        let public_key = STANDARD.encode(public_key);
        let key = NewKey { key_id: key_id.clone(), expiration, public_key };
        let add = |user: &User| user.add_key(key.clone());
        let details = self.change(&caller.author, user_id, add).await?.added();
        let key_details = match private_key {
            Some(private_key) => KeyFile::new(&key, &private_key, user_id).json()?,
            None => Vec::new(),
        };
        Ok(AddMachineKeyResponse { key_id, key_details, details })
    }

    async fn remove_machine_key(
        &self,
        caller: &Caller,
        request: RemoveMachineKeyRequest,
    ) -> Result<RemoveMachineKeyResponse> {
        let (id, key_id) = (request.user_id.as_str(), request.key_id.as_str());
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |mut push| async move {
                let mut user = push.own::<User>(id).await?;
                let stored = keys::find(&self.db, id, key_id).await?.is_some();
                let events = user.remove_key(key_id, stored)?;
                push.append(&mut user, events)?;
                Ok(push)
            })
            .await?;
        Ok(RemoveMachineKeyResponse { details: meta.changed() })
    }
}

impl Core {
    /// A new pair, public key first; it costs much, so none is made for who cannot have one.
    async fn key_pair(&self, user_id: &str, caller: &Caller) -> Result<(Vec<u8>, Option<String>)> {
        let user = users::in_org(&self.db, user_id, caller.org()).await?;
        user.unwrap_or_default().takes_key()?;
        let pair = self.key_pairs.make().await?;
        Ok((pair.public_key, Some(pair.private_key)))
    }
}

impl<'a> KeyFile<'a> {
    fn new(new: &'a NewKey, key: &'a str, user_id: &'a str) -> Self {
        let expiration_date = date(new.expiration);
        Self { r#type: "serviceaccount", key_id: &new.key_id, key, expiration_date, user_id }
    }

    fn json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(Error::internal)
    }
}

/// RFC 3339 with as many digits of a second as are needed.
fn date(micros: i64) -> String {
    let date = timestamp(micros);
    let text = fmt_timestamp(date.seconds, date.nanos).unwrap_or_default();
    match text.trim_end_matches('Z') {
        whole if whole.contains('.') => format!("{}Z", whole.trim_end_matches('0')),
        _ => text,
    }
}

fn message(key: &Key) -> message::Key {
    message::Key {
        id: key.id.clone(),
        details: key.details(),
        r#type: message::KeyType::KEY_TYPE_JSON.into(),
        expiration_date: timestamp(key.expires_at).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::machine::NEVER;

    #[test]
    fn the_file_is_the_references_to_the_byte() {
        let new = NewKey { key_id: "1".into(), expiration: NEVER, public_key: String::new() };
        let json = String::from_utf8(KeyFile::new(&new, "a\n", "2").json().unwrap()).unwrap();
        let wanted = r#"{"type":"serviceaccount","keyId":"1","key":"a\n","#.to_string()
            + r#""expirationDate":"9999-12-31T23:59:59Z","userId":"2"}"#;
        assert_eq!(json, wanted);
    }

    #[test]
    fn a_date_has_the_shortest_fraction() {
        assert_eq!(date(4_070_908_800_500_000), "2099-01-01T00:00:00.5Z");
        assert_eq!(date(4_070_908_800_123_456), "2099-01-01T00:00:00.123456Z");
        assert_eq!(date(4_070_908_800_000_000), "2099-01-01T00:00:00Z");
    }
}
