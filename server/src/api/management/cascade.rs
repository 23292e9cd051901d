//! What goes along when something else goes.

use std::collections::BTreeMap;

use crate::core::{Core, Push, stream};
use crate::domain::Aggregate;
use crate::domain::instance::{self, Instance};
use crate::domain::member::MemberRemoved;
use crate::domain::org::{self, Org};
use crate::domain::project::{self, GrantId, GrantMemberRemoved, Project};
use crate::domain::user_grant::{Event, UserGrant};
use crate::error::Result;
use crate::views::instances;
use crate::views::members::Scope;
use crate::views::projects;
use crate::views::user_grants::{self, Of};

impl Core {
    /// Removes user grants. The guard is for grants that are made meanwhile.
    pub async fn remove_user_grants(&self, push: &mut Push<'_>, of: Of<'_>) -> Result<()> {
        self.end_user_grants(push, of).await?;
        let (sql, params) = user_grants::none(of, None)?;
        push.guard(sql, params);
        Ok(())
    }

    /// Removes user grants, without a guard.
    pub async fn end_user_grants(&self, push: &mut Push<'_>, of: Of<'_>) -> Result<()> {
        for id in user_grants::ids(&self.db, of, None).await? {
            tokio::task::yield_now().await;
            let mut grant = push.any::<UserGrant>(&id).await?;
            if grant.exists() {
                push.append(&mut grant, [Event::CascadeRemoved])?;
            }
        }
        Ok(())
    }

    /// Takes roles out of user grants. The guard is for grants that receive one meanwhile.
    pub async fn take_roles(
        &self,
        push: &mut Push<'_>,
        of: Of<'_>,
        roles: &[String],
    ) -> Result<()> {
        for id in user_grants::ids(&self.db, of, Some(roles)).await? {
            tokio::task::yield_now().await;
            let mut grant = push.any::<UserGrant>(&id).await?;
            if let Some(lost) = grant.lose(roles) {
                push.append(&mut grant, [lost])?;
            }
        }
        let (sql, params) = user_grants::none(of, Some(roles))?;
        push.guard(sql, params);
        Ok(())
    }
}

/// What ends on other streams, by stream: each can be appended to once in a push.
#[derive(Default)]
pub struct Gone(BTreeMap<String, Vec<Ending>>);

enum Ending {
    Member { user_id: String, grant_id: String },
    Project,
    Grant(String),
}

impl Gone {
    /// A user is a member no more.
    pub fn leaves(&mut self, user_id: &str, scopes: Vec<Scope>) {
        for Scope { stream, grant_id } in scopes {
            self.add(stream, Ending::Member { user_id: user_id.into(), grant_id });
        }
    }

    /// All that an organisation has to do with projects.
    pub async fn leaves_projects(&mut self, core: &Core, org: &str) -> Result<()> {
        for (project, grant) in projects::grants_to_org(&core.db, org).await? {
            self.add(stream::<Project>(&project), Ending::Grant(grant.id));
        }
        for id in projects::ids_of_org(&core.db, org).await? {
            self.0.insert(stream::<Project>(&id), vec![Ending::Project]);
        }
        self.0.remove(&stream::<Org>(org));
        Ok(())
    }

    fn add(&mut self, stream: String, ending: Ending) {
        self.0.entry(stream).or_default().push(ending);
    }

    pub async fn end(self, push: &mut Push<'_>) -> Result<()> {
        for (stream, endings) in self.0 {
            match stream.split_once('/') {
                Some((Org::STREAM, id)) => {
                    let mut org = push.any::<Org>(id).await?;
                    let events = removed(endings).map(org::Event::MemberCascadeRemoved);
                    push.append(&mut org, events)?;
                }
                Some((Project::STREAM, id)) => {
                    let mut project = push.any::<Project>(id).await?;
                    push.append(&mut project, endings.into_iter().map(in_project))?;
                }
                _ => {
                    let mut instance = push.any::<Instance>(instances::ID).await?;
                    let events = removed(endings).map(instance::Event::MemberCascadeRemoved);
                    push.append(&mut instance, events)?;
                }
            }
        }
        Ok(())
    }
}

fn removed(endings: Vec<Ending>) -> impl Iterator<Item = MemberRemoved> {
    endings.into_iter().filter_map(|ending| match ending {
        Ending::Member { user_id, .. } => Some(MemberRemoved { user_id }),
        Ending::Project | Ending::Grant(_) => None,
    })
}

fn in_project(ending: Ending) -> project::Event {
    match ending {
        Ending::Project => project::Event::Removed,
        Ending::Grant(grant_id) => project::Event::GrantRemoved(GrantId { grant_id }),
        Ending::Member { user_id, grant_id } if grant_id.is_empty() => {
            project::Event::MemberCascadeRemoved(MemberRemoved { user_id })
        }
        Ending::Member { user_id, grant_id } => {
            project::Event::GrantMemberCascadeRemoved(GrantMemberRemoved { grant_id, user_id })
        }
    }
}
