use contract::management::Members;
use contract::zitadel::management::v1::{
    AddOrgMemberRequest, AddOrgMemberResponse, RemoveOrgMemberRequest, RemoveOrgMemberResponse,
    UpdateOrgMemberRequest, UpdateOrgMemberResponse,
};

use crate::core::{Author, Core, Meta, Stored, stream};
use crate::domain::Aggregate;
use crate::domain::member::{Candidate, Member, MemberRemoved};
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
        let meta = self.add_member(&caller.author, caller.org(), &member, Org::add_member).await?;
        Ok(AddOrgMemberResponse { details: meta.added() })
    }

    async fn update_org_member(
        &self,
        caller: &Caller,
        request: UpdateOrgMemberRequest,
    ) -> Result<UpdateOrgMemberResponse> {
        let member = &Member { user_id: request.user_id, roles: request.roles };
        let id = caller.org();
        let meta = self
            .commit(&caller.author, (Org::STREAM, id), |mut push| async move {
                let mut org = push.own::<Org>(id).await?;
                let found = members::find(&self.db, &member.user_id, &stream::<Org>(id)).await?;
                let roles = found.as_ref().map(|found| found.roles.as_slice());
                match (org.change_member(member.clone(), roles)?, &found) {
                    (None, Some(found)) => push.stays(found.sequence, found.changed_at),
                    (event, _) => push.append(&mut org, event)?,
                }
                Ok(push)
            })
            .await?;
        Ok(UpdateOrgMemberResponse { details: meta.changed() })
    }

    async fn remove_org_member(
        &self,
        caller: &Caller,
        request: RemoveOrgMemberRequest,
    ) -> Result<RemoveOrgMemberResponse> {
        let removed = MemberRemoved { user_id: request.user_id };
        let remove = |org: &Org, removed, is_member| Ok(org.remove_member(removed, is_member));
        let meta = self.remove_member(&caller.author, caller.org(), &removed, remove).await?;
        Ok(RemoveOrgMemberResponse { details: meta.changed() })
    }
}

impl Core {
    /// A new member of an aggregate of the author's organisation. The guard is for who is removed
    /// meanwhile: the push then runs again.
    pub async fn add_member<A: Stored>(
        &self,
        author: &Author,
        id: &str,
        member: &Member,
        decide: impl Fn(&A, Member, Candidate) -> Result<[A::Event; 1]> + Sync,
    ) -> Result<Meta> {
        let (user, decide) = (member.user_id.as_str(), &decide);
        self.commit_members(author, (A::STREAM, id), |mut push| async move {
            let mut loaded = push.own::<A>(id).await?;
            let candidate = if users::by_id(&self.db, user).await?.is_none() {
                Candidate::Unknown
            } else if members::find(&self.db, user, &stream::<A>(id)).await?.is_some() {
                Candidate::Member
            } else {
                Candidate::NoMember
            };
            let events = decide(&loaded, member.clone(), candidate)?;
            push.append(&mut loaded, events)?;
            push.guard(users::EXISTS, vec![user.into()]);
            Ok(push)
        })
        .await
    }

    /// A success that writes nothing, if the user is no member; it answers the last removal.
    pub async fn remove_member<A: Stored>(
        &self,
        author: &Author,
        id: &str,
        removed: &MemberRemoved,
        decide: impl Fn(&A, MemberRemoved, bool) -> Result<Option<A::Event>> + Sync,
    ) -> Result<Meta> {
        let (scope, decide) = (&stream::<A>(id), &decide);
        self.commit(author, (A::STREAM, id), |mut push| async move {
            let mut loaded = push.own::<A>(id).await?;
            let found = members::find(&self.db, &removed.user_id, scope).await?;
            if let Some(event) = decide(&loaded, removed.clone(), found.is_some())? {
                push.append(&mut loaded, [event])?;
            } else if let Some((sequence, at)) = members::left(&self.db, scope, removed).await? {
                push.stays(sequence, at);
            }
            Ok(push)
        })
        .await
    }
}
