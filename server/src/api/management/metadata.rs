use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::management::Metadata;
use contract::zitadel::management::v1::{
    GetUserMetadataRequest, GetUserMetadataResponse, SetUserMetadataRequest,
    SetUserMetadataResponse,
};
use contract::zitadel::metadata::v1 as message;

use crate::api::details::Details;
use crate::core::Core;
use crate::domain::Aggregate;
use crate::domain::user::{Metadata as Setting, User};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::metadata;

impl Metadata for Core {
    async fn set_user_metadata(
        &self,
        caller: &Caller,
        request: SetUserMetadataRequest,
    ) -> Result<SetUserMetadataResponse> {
        let entry = Setting { key: request.key, value: STANDARD.encode(&request.value) };
        let (id, entry) = (request.id.as_str(), &entry);
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |mut push| async move {
                let mut user = push.own::<User>(id).await?;
                let stored = metadata::find(&self.db, id, &entry.key).await?;
                let value = stored.as_ref().map(|stored| STANDARD.encode(&stored.value));
                match user.set_metadata(entry.clone(), value.as_deref())? {
                    Some(event) => push.append(&mut user, [event])?,
                    None => push.unchanged(&user, stored.map_or(0, |stored| stored.changed_at)),
                }
                Ok(push)
            })
            .await?;
        Ok(SetUserMetadataResponse { details: meta.added(), ..Default::default() })
    }

    async fn get_user_metadata(
        &self,
        caller: &Caller,
        request: GetUserMetadataRequest,
    ) -> Result<GetUserMetadataResponse> {
        let entry = metadata::find(&self.db, &request.id, &request.key).await?;
        let entry = entry.filter(|entry| entry.owner == caller.org());
        let entry = entry.ok_or_else(|| text::metadata::NOT_FOUND.not_found("QUERY-Rgh32"))?;
        let details = entry.details();
        let metadata = message::Metadata { details, key: entry.key, value: entry.value };
        Ok(GetUserMetadataResponse { metadata: metadata.into() })
    }
}
