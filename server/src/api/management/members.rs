use contract::management::Members;
use contract::zitadel::management::v1::{AddOrgMemberRequest, AddOrgMemberResponse};

use crate::core::{Core, stream};
use crate::domain::Aggregate;
use crate::domain::member::Member;
use crate::domain::org::Org;
use crate::error::Result;
use crate::gate::Caller;
use crate::views::{members, users};

impl Members for Core {
    async fn add_org_member(
        &self,
        caller: &Caller,
        request: AddOrgMemberRequest,
    ) -> Result<AddOrgMemberResponse> {
        let member = Member { user_id: request.user_id, roles: request.roles };
        let (id, member) = (caller.org(), &member);
        let meta = self
            .commit_members(&caller.author, (Org::STREAM, id), |mut push| async move {
                let mut org = push.any::<Org>(id).await?;
                let known = users::by_id(&self.db, &member.user_id).await?.is_some();
                let already =
                    members::is_member(&self.db, &member.user_id, &stream::<Org>(id)).await?;
                let events = org.add_member(member.clone(), known, already)?;
                push.append(&mut org, events)?;
                push.guard(users::EXISTS, vec![(&member.user_id).into()]);
                Ok(push)
            })
            .await?;
        Ok(AddOrgMemberResponse { details: meta.added() })
    }
}
