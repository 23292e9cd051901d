use contract::management::Users;
use contract::zitadel::management::v1::{
    DeactivateUserRequest, DeactivateUserResponse, GetUserByIDRequest, GetUserByIDResponse,
    GetUserByLoginNameGlobalRequest, GetUserByLoginNameGlobalResponse, IsUserUniqueRequest,
    IsUserUniqueResponse, ListUsersRequest, ListUsersResponse, LockUserRequest, LockUserResponse,
    ReactivateUserRequest, ReactivateUserResponse, RemoveUserRequest, RemoveUserResponse,
    ResendHumanInitializationRequest, ResendHumanInitializationResponse, UnlockUserRequest,
    UnlockUserResponse,
};
use contract::zitadel::user::v1 as message;

use super::cascade::Gone;
use super::{profile, search};
use crate::api::details::{Details, timestamp};
use crate::core::{Core, Push};
use crate::domain::Aggregate;
use crate::domain::org::Org;
use crate::domain::user::User;
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::domains::{self, LoginNames};
use crate::views::user_grants::Of;
use crate::views::{members, user_grants, user_search, users};

impl Users for Core {
    async fn get_user_by_id(
        &self,
        caller: &Caller,
        request: GetUserByIDRequest,
    ) -> Result<GetUserByIDResponse> {
        let user = self.user(&request.id, caller).await?;
        let names = LoginNames::of(&self.db, [&user]).await?;
        Ok(GetUserByIDResponse { user: message(&user, &names).into() })
    }

    async fn get_user_by_login_name_global(
        &self,
        _caller: &Caller,
        request: GetUserByLoginNameGlobalRequest,
    ) -> Result<GetUserByLoginNameGlobalResponse> {
        let found = users::by_login_name(&self.db, &request.login_name).await?;
        let Ok([user]) = <[User; 1]>::try_from(found) else {
            return Err(text::user::NOT_FOUND.not_found("QUERY-Dfbg2"));
        };
        let names = LoginNames::of(&self.db, [&user]).await?;
        let mut shown = message(&user, &names);
        if !user.org_scoped {
            let domains = domains::verified(&self.db, &user.owner).await?;
            shown.login_names = vec![user.user_name; domains.len()];
        }
        Ok(GetUserByLoginNameGlobalResponse { user: shown.into() })
    }

    async fn is_user_unique(
        &self,
        caller: &Caller,
        request: IsUserUniqueRequest,
    ) -> Result<IsUserUniqueResponse> {
        let org = self.load::<Org>(caller.org()).await?;
        let own = org.login_must_be_domain.then_some(caller.org());
        let taken = users::any_with(&self.db, &request.user_name, &request.email, own).await?;
        Ok(IsUserUniqueResponse { is_unique: !taken })
    }

    async fn list_users(
        &self,
        caller: &Caller,
        request: ListUsersRequest,
    ) -> Result<ListUsersResponse> {
        let search = search::search(&request)?;
        let found = user_search::find(&self.db, caller.org(), &search).await?;
        let names = LoginNames::of(&self.db, &found.rows).await?;
        let result = found.rows.iter().map(|user| message(user, &names)).collect();
        Ok(ListUsersResponse { details: self.listed(found.total), result, ..Default::default() })
    }

    async fn deactivate_user(
        &self,
        caller: &Caller,
        request: DeactivateUserRequest,
    ) -> Result<DeactivateUserResponse> {
        let meta = self.change(&caller.author, &request.id, User::deactivate).await?;
        Ok(DeactivateUserResponse { details: meta.changed() })
    }

    async fn reactivate_user(
        &self,
        caller: &Caller,
        request: ReactivateUserRequest,
    ) -> Result<ReactivateUserResponse> {
        let meta = self.change(&caller.author, &request.id, User::reactivate).await?;
        Ok(ReactivateUserResponse { details: meta.changed() })
    }

    async fn lock_user(
        &self,
        caller: &Caller,
        request: LockUserRequest,
    ) -> Result<LockUserResponse> {
        let meta = self.change(&caller.author, &request.id, User::lock).await?;
        Ok(LockUserResponse { details: meta.changed() })
    }

    async fn unlock_user(
        &self,
        caller: &Caller,
        request: UnlockUserRequest,
    ) -> Result<UnlockUserResponse> {
        let meta = self.change(&caller.author, &request.id, User::unlock).await?;
        Ok(UnlockUserResponse { details: meta.changed() })
    }

    async fn resend_human_initialization(
        &self,
        caller: &Caller,
        request: ResendHumanInitializationRequest,
    ) -> Result<ResendHumanInitializationResponse> {
        let (email, code) = (request.email.as_str(), self.initialization_code()?);
        let resend = |user: &User| user.resend_initialization(email, code.clone());
        let meta = self.change(&caller.author, &request.user_id, resend).await?;
        Ok(ResendHumanInitializationResponse { details: meta.changed() })
    }

    async fn remove_user(
        &self,
        caller: &Caller,
        request: RemoveUserRequest,
    ) -> Result<RemoveUserResponse> {
        let id = request.id.as_str();
        let (author, stream) = (&caller.author, (User::STREAM, id));
        let remove = |push| self.remove_with_roles(push, id);
        let alone = members::scopes(&self.db, id).await?.is_empty()
            && user_grants::ids(&self.db, Of::User(id), None).await?.is_empty();
        let meta = if alone {
            self.commit(author, stream, remove).await?
        } else {
            self.commit_members(author, stream, remove).await?
        };
        Ok(RemoveUserResponse { details: meta.changed() })
    }
}

impl Core {
    /// A user of the organisation of the call.
    pub async fn user(&self, id: &str, caller: &Caller) -> Result<User> {
        let user = users::by_id(&self.db, id).await?;
        let user = user.ok_or_else(|| text::user::NOT_FOUND.not_found("QUERY-Dfbg2"))?;
        if user.owner != caller.org() {
            return Err(text::user::NOT_FOUND.not_found("MANAG-fpo4B"));
        }
        Ok(user)
    }

    /// The guards are for who becomes a member, or is granted roles, meanwhile: the push then runs
    /// again.
    async fn remove_with_roles<'a>(&self, mut push: Push<'a>, id: &str) -> Result<Push<'a>> {
        let mut user = push.own::<User>(id).await?;
        let events = user.remove()?;
        push.append(&mut user, events)?;
        let mut gone = Gone::default();
        gone.leaves(id, members::scopes(&self.db, id).await?);
        gone.end(&mut push).await?;
        push.guard(members::NONE, vec![id.into()]);
        self.remove_user_grants(&mut push, Of::User(id)).await?;
        Ok(push)
    }
}

/// A user as the API shows it.
pub fn message(user: &User, names: &LoginNames) -> message::User {
    message::User {
        id: user.id.clone(),
        details: user.details(),
        state: (user.state as i32).into(),
        user_name: user.user_name.clone(),
        login_names: names.all(user),
        preferred_login_name: names.preferred(user),
        r#type: if user.is_human() { human(user).into() } else { machine(user).into() },
    }
}

fn human(user: &User) -> message::Human {
    let email =
        message::Email { email: user.email.clone(), is_email_verified: user.email_verified };
    let phone =
        message::Phone { phone: user.phone.clone(), is_phone_verified: user.phone_verified };
    message::Human {
        profile: profile::message(user).into(),
        email: email.into(),
        phone: phone.into(),
        password_changed: user.password_changed_at.map(timestamp).into(),
    }
}

fn machine(user: &User) -> message::Machine {
    message::Machine {
        name: user.name.clone(),
        description: user.description.clone(),
        access_token_type: i32::try_from(user.token_type).unwrap_or_default().into(),
        has_secret: !user.secret_hash.is_empty(),
    }
}
