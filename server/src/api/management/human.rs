use std::collections::BTreeSet;

use buffa_types::google::protobuf::Duration;
use contract::management::Human;
use contract::zitadel::management::v1::import_human_user_request::IDP;
use contract::zitadel::management::v1::import_human_user_response::PasswordlessRegistration;
use contract::zitadel::management::v1::{
    AddHumanUserRequest, AddHumanUserResponse, ImportHumanUserRequest, ImportHumanUserResponse,
};

use crate::api::code::LINK_LIFETIME;
use crate::core::{Core, Loaded, Meta};
use crate::domain::Aggregate;
use crate::domain::human::{
    Codes, NewHuman, Origin, Verified, check_imported_hash, check_password,
};
use crate::domain::idp::{IdpLink, check_creation};
use crate::domain::user::{Event, User, passwordless_link};
use crate::error::Result;
use crate::gate::Caller;
use crate::views::idps;

/// The two requests name the same members, by types of their own.
macro_rules! new_human {
    ($request:ident) => {
        NewHuman {
            user_name: $request.user_name.clone(),
            first_name: $request.profile.first_name.clone(),
            last_name: $request.profile.last_name.clone(),
            nick_name: $request.profile.nick_name.clone(),
            display_name: $request.profile.display_name.clone(),
            preferred_language: $request.profile.preferred_language.clone(),
            gender: $request.profile.gender.to_i32().into(),
            email: $request.email.email.clone(),
            phone: $request.phone.phone.clone(),
            ..NewHuman::default()
        }
    };
}

macro_rules! verified {
    ($request:ident) => {
        Verified {
            email: $request.email.is_email_verified,
            phone: $request.phone.is_phone_verified,
        }
    };
}

impl Human for Core {
    async fn add_human_user(
        &self,
        caller: &Caller,
        request: AddHumanUserRequest,
    ) -> Result<AddHumanUserResponse> {
        let verified = verified!(request);
        let mut human = new_human!(request).added()?;
        self.refuse_reserved(&human.user_name, caller).await?;
        if !request.initial_password.is_empty() {
            check_password(&request.initial_password, Origin::Add)?;
            human.change_required = true;
        }
        human.encoded_hash = self.passwords.hash(&request.initial_password).await?;
        let codes = self.codes(verified)?;
        let events = |user: &User, human| user.add_human(human, verified, codes.clone());
        let (user_id, meta) = self.add_human(caller, human, events).await?;
        Ok(AddHumanUserResponse { user_id, details: meta.added() })
    }

    async fn import_human_user(
        &self,
        caller: &Caller,
        request: ImportHumanUserRequest,
    ) -> Result<ImportHumanUserResponse> {
        let verified = verified!(request);
        let mut human = new_human!(request).imported()?;
        self.refuse_reserved(&human.user_name, caller).await?;
        human.user_name = human.user_name.trim().into();
        if !request.password.is_empty() {
            check_password(&request.password, Origin::ImportOrSet)?;
        }
        let hash = request.hashed_password.value.as_str();
        if !hash.is_empty() {
            check_imported_hash(hash)?;
        }
        let links = self.links(&request.idps).await?;
        if hash.is_empty() {
            human.encoded_hash = self.passwords.hash(&request.password).await?;
            human.change_required =
                request.password_change_required && !request.password.is_empty();
        } else {
            human.encoded_hash = hash.into();
        }
        let mut codes = self.codes(verified)?;
        let mut plain = String::new();
        if request.request_passwordless_registration {
            let (code, text) = self.passwordless_code()?;
            codes.passwordless = Some(code);
            plain = text;
        }
        let events =
            |user: &User, human| user.import_human(human, verified, codes.clone(), links.clone());
        let (user_id, meta) = self.add_human(caller, human, events).await?;
        let registration = codes
            .passwordless
            .as_ref()
            .map(|code| {
                passwordless_link(&caller.origin, [&user_id, caller.org(), &code.id, &plain])
            })
            .map(registration);
        let passwordless_registration = registration.into();
        Ok(ImportHumanUserResponse { user_id, details: meta.added(), passwordless_registration })
    }
}

impl Core {
    async fn add_human(
        &self,
        caller: &Caller,
        human: NewHuman,
        events: impl Fn(&User, NewHuman) -> Vec<Event>,
    ) -> Result<(String, Meta)> {
        let id = self.ids.next(self.clock);
        let (user_id, human, events) = (id.as_str(), &human, &events);
        let meta = self
            .commit(&caller.author, (User::STREAM, user_id), |mut push| async move {
                let mut user = Loaded::new(user_id);
                let org_scoped = self.home(&mut push, caller.org()).await?.login_must_be_domain;
                let events = events(&user, NewHuman { org_scoped, ..human.clone() });
                push.append(&mut user, events)?;
                Ok(push)
            })
            .await?;
        Ok((id, meta))
    }

    fn codes(&self, verified: Verified) -> Result<Codes> {
        Ok(Codes {
            initialization: self.initialization_code()?,
            email: self.contact_code(verified.email)?,
            phone: self.contact_code(verified.phone)?,
            passwordless: None,
        })
    }

    /// Links to providers of whatever organisation; the first bad one is refused.
    async fn links(&self, wanted: &[IDP]) -> Result<Vec<IdpLink>> {
        let mut checked = BTreeSet::new();
        for idp in wanted {
            if checked.insert(&idp.config_id) {
                check_creation(idps::creation_allowed(&self.db, &idp.config_id).await?)?;
            }
        }
        let link = |idp: &IDP| IdpLink {
            idp_config_id: idp.config_id.clone(),
            user_id: idp.external_user_id.clone(),
            display_name: idp.display_name.clone(),
        };
        Ok(wanted.iter().map(link).collect())
    }
}

fn registration(link: String) -> PasswordlessRegistration {
    let lifetime = Duration { seconds: LINK_LIFETIME, ..Default::default() };
    let (expiration, lifetime) = (lifetime.clone().into(), lifetime.into());
    PasswordlessRegistration { link, lifetime, expiration }
}
