use contract::admin::{Domain, Policies};
use contract::zitadel::admin::v1::{
    AddCustomDomainPolicyRequest, AddCustomDomainPolicyResponse, GetDomainPolicyRequest,
    GetDomainPolicyResponse,
};
use contract::zitadel::policy::v1 as message;

use crate::api::details::read;
use crate::core::{Author, Core, Push};
use crate::domain::Aggregate;
use crate::domain::instance::Instance;
use crate::domain::org::{DomainPolicy, Org};
use crate::domain::user::User;
use crate::error::Result;
use crate::gate::Caller;
use crate::views::{instances, users};

impl Domain for Core {
    async fn get_domain_policy(
        &self,
        _caller: &Caller,
        _request: GetDomainPolicyRequest,
    ) -> Result<GetDomainPolicyResponse> {
        let instance = self.load::<Instance>(instances::ID).await?;
        let made = instances::made(&self.db).await?;
        let details = read(1, made, made, &instance.shown_id);
        let policy = message::DomainPolicy { details, is_default: true, ..Default::default() };
        Ok(GetDomainPolicyResponse { policy: policy.into() })
    }
}

impl Policies for Core {
    async fn add_custom_domain_policy(
        &self,
        caller: &Caller,
        request: AddCustomDomainPolicyRequest,
    ) -> Result<AddCustomDomainPolicyResponse> {
        let policy = &DomainPolicy {
            user_login_must_be_domain: request.user_login_must_be_domain,
            validate_org_domains: request.validate_org_domains,
            smtp_sender_address_matches_instance_domain: request
                .smtp_sender_address_matches_instance_domain,
        };
        let id = request.org_id.as_str();
        let author = Author { editor: caller.user_id().into(), owner: id.into() };
        let meta = self
            .commit(&author, (Org::STREAM, id), |mut push| async move {
                let mut org = push.any::<Org>(id).await?;
                let events = org.add_domain_policy(policy.clone())?;
                push.append(&mut org, events)?;
                self.scope_names(&mut push, &org).await?;
                Ok(push)
            })
            .await?;
        Ok(AddCustomDomainPolicyResponse { details: meta.added() })
    }
}

impl Core {
    /// The policy decides where a name is unique, so it writes an event to each user of the
    /// organisation (`fixtures/users/human/domains.yaml`).
    async fn scope_names(&self, push: &mut Push<'_>, org: &Org) -> Result<()> {
        let scoped = org.login_must_be_domain;
        let ids = users::ids_of_org(&self.db, &org.id).await?;
        for mut user in push.own_all::<User>(&ids).await? {
            if let Some(event) = user.scope_name(scoped).filter(|_| user.exists()) {
                push.append(&mut user, [event])?;
            }
        }
        push.guard(users::ALL_SCOPED, vec![(&org.id).into(), scoped.into()]);
        Ok(())
    }
}
