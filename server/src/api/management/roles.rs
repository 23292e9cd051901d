use contract::management::Roles;
use contract::zitadel::management::v1::{ListOrgMemberRolesRequest, ListOrgMemberRolesResponse};

use crate::core::Core;
use crate::domain::role;
use crate::error::Result;
use crate::gate::Caller;

impl Roles for Core {
    async fn list_org_member_roles(
        &self,
        _caller: &Caller,
        _request: ListOrgMemberRolesRequest,
    ) -> Result<ListOrgMemberRolesResponse> {
        let result = role::ORG_ROLES.map(String::from).to_vec();
        Ok(ListOrgMemberRolesResponse { result })
    }
}
