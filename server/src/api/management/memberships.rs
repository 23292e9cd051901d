use contract::management::Memberships;
use contract::zitadel::management::v1::{ListUserMembershipsRequest, ListUserMembershipsResponse};
use contract::zitadel::user::v1 as message;
use contract::zitadel::user::v1::membership::Type;
use contract::zitadel::user::v1::membership_query::Query;

use crate::api::details::Details;
use crate::api::list::page;
use crate::core::{Core, stream};
use crate::domain::instance::Instance;
use crate::domain::org::Org;
use crate::domain::project::Project;
use crate::error::Result;
use crate::gate::Caller;
use crate::views::instances;
use crate::views::list::{Filter, list};
use crate::views::members::Named;

/// The name that the instance has in the answer.
const NAME: &str = "Bailey";

impl Memberships for Core {
    async fn list_user_memberships(
        &self,
        caller: &Caller,
        request: ListUserMembershipsRequest,
    ) -> Result<ListUserMembershipsResponse> {
        let mut filter = Filter::default();
        filter.equal("user_id", request.user_id);
        filter.one_of("place", [instances::STREAM, &stream::<Org>(caller.org())]);
        for query in request.queries.into_iter().filter_map(|query| query.query) {
            restrict(&mut filter, query);
        }
        let order = ["scope", "grant_id"];
        let listed = list::<Named>(&self.db, &filter, &order, page(&request.query)).await?;
        let instance = if listed.rows.iter().any(|row| row.scope == instances::STREAM) {
            self.load::<Instance>(instances::ID).await?.shown_id
        } else {
            String::new()
        };
        let result = listed.rows.into_iter().map(|row| message(row, &instance)).collect();
        Ok(ListUserMembershipsResponse { details: self.listed(listed.total), result })
    }
}

/// The value of the query for the instance is not looked at.
fn restrict(filter: &mut Filter, query: Query) {
    let (scope, grant_id) = match query {
        Query::IamQuery(_) => (instances::STREAM.into(), String::new()),
        Query::OrgQuery(by) => (stream::<Org>(&by.org_id), String::new()),
        Query::ProjectQuery(by) => (stream::<Project>(&by.project_id), String::new()),
        Query::ProjectGrantQuery(by) if by.project_grant_id.is_empty() => {
            return filter.condition("1 = 0");
        }
        Query::ProjectGrantQuery(by) => return filter.equal("grant_id", by.project_grant_id),
    };
    filter.equal("scope", scope);
    filter.equal("grant_id", grant_id);
}

/// `instance`: the id that answers show for the instance.
fn message(mut named: Named, instance: &str) -> message::Membership {
    let r#type = match named.scope.split_once('/') {
        Some(("org", id)) => Type::OrgId(id.into()),
        Some(("project", id)) if named.grant_id.is_empty() => Type::ProjectId(id.into()),
        Some(("project", _)) => Type::ProjectGrantId(named.grant_id.clone()),
        _ => Type::Iam(true),
    };
    if r#type == Type::Iam(true) {
        (named.owner, named.name) = (instance.into(), NAME.into());
    }
    message::Membership {
        details: named.details(),
        user_id: named.user_id,
        roles: named.roles,
        display_name: named.name,
        r#type: Some(r#type),
    }
}
