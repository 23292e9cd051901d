use contract::management::Profile;
use contract::zitadel::management::v1::{
    GetHumanProfileRequest, GetHumanProfileResponse, UpdateHumanProfileRequest,
    UpdateHumanProfileResponse,
};
use contract::zitadel::user::v1 as message;

use crate::api::details::Details;
use crate::core::Core;
use crate::domain::user::User;
use crate::domain::user::profile::{Profile as NewProfile, known_gender};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::users;

/// What reads show for no language.
const UNDETERMINED: &str = "und";

impl Profile for Core {
    async fn get_human_profile(
        &self,
        caller: &Caller,
        request: GetHumanProfileRequest,
    ) -> Result<GetHumanProfileResponse> {
        let user = users::in_org(&self.db, &request.user_id, caller.org()).await?;
        let user = user.ok_or_else(|| text::user::NOT_FOUND.not_found("QUERY-HNhb3"))?;
        if !user.is_human() {
            return Err(text::user::NOT_HUMAN.precondition("QUERY-WLTce"));
        }
        Ok(GetHumanProfileResponse { details: user.details(), profile: message(&user).into() })
    }

    async fn update_human_profile(
        &self,
        caller: &Caller,
        request: UpdateHumanProfileRequest,
    ) -> Result<UpdateHumanProfileResponse> {
        let profile = NewProfile {
            first_name: request.first_name,
            last_name: request.last_name,
            nick_name: request.nick_name,
            display_name: request.display_name,
            preferred_language: request.preferred_language,
            gender: request.gender.to_i32().into(),
        };
        let change = |user: &User| user.change_profile(&profile);
        let meta = self.change(&caller.author, &request.user_id, change).await?;
        Ok(UpdateHumanProfileResponse { details: meta.changed() })
    }
}

/// The profile of a human.
pub fn message(user: &User) -> message::Profile {
    let language = if user.language.is_empty() { UNDETERMINED } else { &user.language };
    message::Profile {
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        nick_name: user.nick_name.clone(),
        display_name: user.display_name.clone(),
        preferred_language: language.into(),
        gender: i32::try_from(known_gender(user.gender)).unwrap_or_default().into(),
        ..Default::default()
    }
}
