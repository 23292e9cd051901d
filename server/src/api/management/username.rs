use contract::management::Username;
use contract::zitadel::management::v1::{UpdateUserNameRequest, UpdateUserNameResponse};

use crate::core::{Core, Push};
use crate::domain::Aggregate;
use crate::domain::org::Org;
use crate::domain::user::{User, name};
use crate::error::{Result, text};
use crate::gate::Caller;
use crate::views::{domains, orgs};

impl Username for Core {
    async fn update_user_name(
        &self,
        caller: &Caller,
        request: UpdateUserNameRequest,
    ) -> Result<UpdateUserNameResponse> {
        let (id, name) = (request.user_id.as_str(), request.user_name.as_str());
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |mut push| async move {
                let mut user = push.own::<User>(id).await?;
                let events = user.rename(name)?;
                if !user.org_scoped {
                    self.refuse_foreign_domain(name.trim(), caller.org()).await?;
                }
                push.append(&mut user, events)?;
                Ok(push)
            })
            .await?;
        Ok(UpdateUserNameResponse { details: meta.changed() })
    }
}

impl Core {
    /// The organisation in which a user is made. It has to stand, and its policy to stay, until the
    /// push is written.
    pub async fn home(&self, push: &mut Push<'_>, org: &str) -> Result<Org> {
        let home = self.load::<Org>(org).await?;
        home.standing()?;
        push.guard(orgs::STANDS, vec![org.into(), home.login_must_be_domain.into()]);
        Ok(home)
    }

    /// Refuses a name for a new human that ends in the domain of another organisation, unless the
    /// policy of its own puts a domain behind it.
    pub async fn refuse_reserved(&self, name: &str, caller: &Caller) -> Result<()> {
        if name::domain(name).is_none()
            || self.load::<Org>(caller.org()).await?.login_must_be_domain
        {
            return Ok(());
        }
        self.refuse_foreign_domain(name, caller.org()).await
    }

    async fn refuse_foreign_domain(&self, name: &str, org: &str) -> Result<()> {
        let Some(domain) = name::domain(name) else { return Ok(()) };
        if domains::is_foreign(&self.db, domain, org).await? {
            return Err(text::user::DOMAIN_NOT_ALLOWED.invalid("COMMAND-SFd21"));
        }
        Ok(())
    }
}
