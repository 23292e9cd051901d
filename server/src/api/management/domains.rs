use contract::management::Domains;
use contract::zitadel::management::v1::{AddOrgDomainRequest, AddOrgDomainResponse};

use crate::core::Core;
use crate::domain::Aggregate;
use crate::domain::org::{Held, Org};
use crate::error::Result;
use crate::gate::Caller;
use crate::views::domains;

impl Domains for Core {
    async fn add_org_domain(
        &self,
        caller: &Caller,
        request: AddOrgDomainRequest,
    ) -> Result<AddOrgDomainResponse> {
        let (id, domain) = (caller.org(), request.domain.trim());
        let meta = self
            .commit(&caller.author, (Org::STREAM, id), |mut push| async move {
                let mut org = push.any::<Org>(id).await?;
                let events = org.add_domain(domain, self.held(id, domain).await?)?;
                push.append(&mut org, events)?;
                Ok(push)
            })
            .await?;
        Ok(AddOrgDomainResponse { details: meta.added() })
    }
}

impl Core {
    async fn held(&self, org: &str, domain: &str) -> Result<Held> {
        if domains::has(&self.db, org, domain).await? {
            return Ok(Held::Here);
        }
        Ok(match domains::owner(&self.db, domain).await? {
            None => Held::ByNobody,
            Some(owner) if owner == org => Held::Here,
            Some(_) => Held::Elsewhere,
        })
    }
}
