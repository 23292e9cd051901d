use contract::management::Domains;
use contract::zitadel::management::v1::{
    AddOrgDomainRequest, AddOrgDomainResponse, ListOrgDomainsRequest, ListOrgDomainsResponse,
};
use contract::zitadel::org::v1 as message;
use contract::zitadel::org::v1::domain_search_query::Query;

use crate::api::details::Details;
use crate::api::list::{matching, page};
use crate::core::Core;
use crate::domain::Aggregate;
use crate::domain::org::{Held, Org};
use crate::error::Result;
use crate::gate::Caller;
use crate::views::domains::{self, Domain};
use crate::views::list::{self, Filter};

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

    async fn list_org_domains(
        &self,
        caller: &Caller,
        request: ListOrgDomainsRequest,
    ) -> Result<ListOrgDomainsResponse> {
        let org = self.load::<Org>(caller.org()).await?;
        let mut filter = Filter::default();
        filter.equal("org_id", caller.org());
        for query in &request.queries {
            if let Some(Query::DomainNameQuery(name)) = &query.query {
                filter.text("domain", matching(name.method), &name.name);
            }
        }
        let page = page(&request.query);
        let listed = list::list::<Domain>(&self.db, &filter, &["domain"], page).await?;
        let shown = |domain: Domain| shown(domain, &org.primary_domain);
        Ok(ListOrgDomainsResponse {
            details: self.listed(listed.total),
            result: listed.rows.into_iter().map(shown).collect(),
        })
    }
}

fn shown(domain: Domain, primary: &str) -> message::Domain {
    message::Domain {
        details: domain.details(),
        org_id: domain.org_id,
        is_verified: domain.claim.is_some(),
        is_primary: domain.domain == primary,
        domain_name: domain.domain,
        ..Default::default()
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
