use std::collections::{BTreeSet, HashMap};

use contract::management::Changes;
use contract::zitadel::change::v1::Change;
use contract::zitadel::management::v1::{ListUserChangesRequest, ListUserChangesResponse};
use contract::zitadel::v1::LocalizedMessage;

use crate::api::details::timestamp;
use crate::core::{Core, stream};
use crate::domain::user::{User, history};
use crate::domain::values::language::{Language, preferred};
use crate::error::Result;
use crate::gate::Caller;
use crate::views::domains::LoginNames;
use crate::views::events::{self, Entry, Span};
use crate::views::users;

impl Changes for Core {
    async fn list_user_changes(
        &self,
        caller: &Caller,
        request: ListUserChangesRequest,
    ) -> Result<ListUserChangesResponse> {
        let query = &request.query;
        let span = Span::new(query.sequence, query.limit, query.asc);
        let user = stream::<User>(&request.user_id);
        let entries = events::of(&self.db, &user, caller.org(), span).await?;
        let editors = self.editors(&entries).await?;
        let language = preferred(&caller.languages);
        let shown = |entry| change(entry, caller.org(), &editors, language);
        Ok(ListUserChangesResponse { result: entries.into_iter().map(shown).collect() })
    }
}

/// How who caused an event is shown, as long as there is this user.
struct Editor {
    display_name: String,
    login_name: String,
}

impl Core {
    async fn editors(&self, entries: &[Entry]) -> Result<HashMap<String, Editor>> {
        let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.editor.as_str()).collect();
        let mut known = Vec::new();
        for id in ids {
            known.extend(users::by_id(&self.db, id).await?);
        }
        let names = LoginNames::of(&self.db, &known).await?;
        let editor = |user: User| {
            let login_name = names.preferred(&user);
            (user.id.clone(), Editor { display_name: user.shown_name().into(), login_name })
        };
        Ok(known.into_iter().map(editor).collect())
    }
}

fn change(
    entry: Entry,
    org: &str,
    editors: &HashMap<String, Editor>,
    language: Language,
) -> Change {
    let event_type = LocalizedMessage {
        key: format!("EventTypes.{}", entry.kind),
        localized_message: history::text(&entry.kind, language).into(),
    };
    let editor = editors.get(&entry.editor);
    Change {
        change_date: timestamp(entry.at).into(),
        event_type: event_type.into(),
        sequence: entry.sequence.unsigned_abs(),
        editor_id: entry.editor,
        editor_display_name: editor.map(|e| e.display_name.clone()).unwrap_or_default(),
        resource_owner_id: org.into(),
        editor_preferred_login_name: editor.map(|e| e.login_name.clone()).unwrap_or_default(),
        ..Default::default()
    }
}
