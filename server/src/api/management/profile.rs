use contract::management::Profile;
use contract::zitadel::management::v1::{GetHumanProfileRequest, GetHumanProfileResponse};
use contract::zitadel::user::v1 as message;

use crate::api::details::Details;
use crate::core::Core;
use crate::domain::user::User;
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
        gender: known_gender(user.gender).into(),
        ..Default::default()
    }
}

/// Numbers that are no gender are read back as unspecified.
fn known_gender(number: i64) -> message::Gender {
    use message::Gender;
    match number {
        1 => Gender::GENDER_FEMALE,
        2 => Gender::GENDER_MALE,
        3 => Gender::GENDER_DIVERSE,
        _ => Gender::GENDER_UNSPECIFIED,
    }
}
