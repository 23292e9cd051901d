use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::management::Metadata;
use contract::zitadel::management::v1::{
    BulkRemoveUserMetadataRequest, BulkRemoveUserMetadataResponse, BulkSetUserMetadataRequest,
    BulkSetUserMetadataResponse, GetUserMetadataRequest, GetUserMetadataResponse,
    ListUserMetadataRequest, ListUserMetadataResponse, RemoveUserMetadataRequest,
    RemoveUserMetadataResponse, SetUserMetadataRequest, SetUserMetadataResponse,
};
use contract::zitadel::metadata::v1 as message;
use contract::zitadel::metadata::v1::metadata_query::Query;

use crate::api::details::Details;
use crate::api::list::{in_order, matching};
use crate::core::{Core, Push};
use crate::domain::user::{Metadata as Setting, User};
use crate::domain::{Aggregate, metadata as decisions};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::list::Match;
use crate::views::metadata::{self, Entry};

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
                    None => {
                        let stored = stored.unwrap_or_default();
                        push.stays((stored.sequence, stored.changed_at));
                    }
                }
                Ok(push)
            })
            .await?;
        Ok(SetUserMetadataResponse { details: meta.added(), ..Default::default() })
    }

    async fn bulk_set_user_metadata(
        &self,
        caller: &Caller,
        request: BulkSetUserMetadataRequest,
    ) -> Result<BulkSetUserMetadataResponse> {
        decisions::refuse_empty(&request.metadata)?;
        let entries = request.metadata.into_iter();
        let entries: Vec<Setting> = entries
            .map(|entry| Setting { key: entry.key, value: STANDARD.encode(&entry.value) })
            .collect();
        let (id, entries) = (request.id.as_str(), entries.as_slice());
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |push| self.set_all(push, id, entries))
            .await?;
        Ok(BulkSetUserMetadataResponse { details: meta.changed() })
    }

    async fn get_user_metadata(
        &self,
        caller: &Caller,
        request: GetUserMetadataRequest,
    ) -> Result<GetUserMetadataResponse> {
        let entry = metadata::find(&self.db, &request.id, &request.key).await?;
        let entry = entry.filter(|entry| entry.owner == caller.org());
        let entry = entry.ok_or_else(|| text::metadata::NOT_FOUND.not_found("QUERY-Rgh32"))?;
        Ok(GetUserMetadataResponse { metadata: message(entry).into() })
    }

    async fn list_user_metadata(
        &self,
        caller: &Caller,
        request: ListUserMetadataRequest,
    ) -> Result<ListUserMetadataResponse> {
        let queries = request.queries.iter().filter_map(|query| query.query.as_ref());
        let queries: Vec<(Match, &str)> =
            queries.map(|Query::KeyQuery(key)| (matching(key.method), key.key.as_str())).collect();
        let found = metadata::search(
            &self.db,
            (&request.id, caller.org()),
            &queries,
            in_order(&request.query),
        );
        let found = found.await?;
        let result = found.rows.into_iter().map(message).collect();
        Ok(ListUserMetadataResponse { details: self.listed(found.total), result })
    }

    async fn remove_user_metadata(
        &self,
        caller: &Caller,
        request: RemoveUserMetadataRequest,
    ) -> Result<RemoveUserMetadataResponse> {
        let (id, key) = (request.id.as_str(), request.key.as_str());
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |mut push| async move {
                let mut user = push.own::<User>(id).await?;
                let stored = metadata::stored(&self.db, id, &[key]).await?;
                let events = user.remove_metadata(key, !stored.is_empty())?;
                push.append(&mut user, events)?;
                Ok(push)
            })
            .await?;
        Ok(RemoveUserMetadataResponse { details: meta.changed() })
    }

    async fn bulk_remove_user_metadata(
        &self,
        caller: &Caller,
        request: BulkRemoveUserMetadataRequest,
    ) -> Result<BulkRemoveUserMetadataResponse> {
        decisions::refuse_empty(&request.keys)?;
        let (id, keys) = (request.id.as_str(), request.keys.as_slice());
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |mut push| async move {
                let mut user = push.own::<User>(id).await?;
                let stored = metadata::stored(&self.db, id, keys).await?;
                let events = user.remove_all_metadata(keys, &stored)?;
                push.append(&mut user, events)?;
                Ok(push)
            })
            .await?;
        Ok(BulkRemoveUserMetadataResponse { details: meta.changed() })
    }
}

impl Core {
    async fn set_all<'a>(
        &self,
        mut push: Push<'a>,
        id: &str,
        entries: &[Setting],
    ) -> Result<Push<'a>> {
        let mut user = push.own::<User>(id).await?;
        let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let stored = metadata::values(&self.db, id, &keys).await?;
        let events = user.set_all_metadata(entries, &stored)?;
        if events.is_empty() {
            push.stays(metadata::last(&self.db, id).await?);
        } else {
            push.append(&mut user, events)?;
        }
        Ok(push)
    }
}

fn message(entry: Entry) -> message::Metadata {
    message::Metadata { details: entry.details(), key: entry.key, value: entry.value }
}
