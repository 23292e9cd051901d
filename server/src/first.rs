//! The first start: an organisation, a machine with the instance-owner role, its token.

use crate::core::{Author, Core, Loaded, Push};
use crate::domain::Aggregate;
use crate::domain::human::{Codes, NewHuman, Verified};
use crate::domain::instance::{DefaultOrg, Event as InstanceEvent, Instance};
use crate::domain::member::Member;
use crate::domain::org::Org;
use crate::domain::user::{NewMachine, NewPat, User};
use crate::error::{Code, Error, Result};
use crate::views::instances;

const ORGANISATION: &str = "Bailey";
const OWNER: &str = "boss";

/// Whether there is an instance.
pub async fn done(core: &Core) -> Result<bool> {
    Ok(core.load::<Instance>(instances::ID).await?.exists())
}

/// Makes the instance; `false`: there was one. Its events come first, so that of two processes that
/// start at once one finds the other's.
pub async fn start(core: &Core, pat: &NewPat) -> Result<bool> {
    let (org, user) = (core.ids.next(core.clock), core.ids.next(core.clock));
    let author = Author { editor: user.clone(), owner: org.clone() };
    let (org, user) = (org.as_str(), user.as_str());
    let stream = (Instance::STREAM, instances::ID);
    match core
        .commit(&author, stream, |mut push| async move {
            let mut instance = push.any::<Instance>(instances::ID).await?;
            if instance.exists() {
                return Err(already());
            }
            let member = Member { user_id: user.into(), roles: vec!["IAM_OWNER".into()] };
            let default = DefaultOrg { org_id: org.into() };
            let names = instance.name(core.ids.next(core.clock), core.ids.next(core.clock));
            let events =
                [InstanceEvent::DefaultOrgSet(default), InstanceEvent::MemberAdded(member)];
            push.append(&mut instance, names.into_iter().chain(events))?;
            add_org(&mut push, org, ORGANISATION, user).await?;
            let mut machine = add_machine(&mut push, user, OWNER).await?;
            let events = machine.add_pat(pat.clone())?;
            push.append(&mut machine, events)?;
            Ok(push)
        })
        .await
    {
        Ok(_) => Ok(true),
        Err(error) if error == already() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives an instance that an earlier version made the ids that it lacks.
pub async fn complete(core: &Core) -> Result<()> {
    let instance = core.load::<Instance>(instances::ID).await?;
    if !instance.shown_id.is_empty() {
        return Ok(());
    }
    let author = Author { editor: String::new(), owner: instance.default_org };
    let (id, project) = (core.ids.next(core.clock), core.ids.next(core.clock));
    let name = |instance: &Instance| Ok(instance.name(id.clone(), project.clone()));
    core.change(&author, instances::ID, name).await.map(|_| ())
}

fn already() -> Error {
    Error::plain(Code::AlreadyExists, "the instance exists")
}

async fn add_org(push: &mut Push<'_>, id: &str, name: &str, maker: &str) -> Result<()> {
    let mut org = push.any::<Org>(id).await?;
    let events = org.add(name, maker)?;
    push.append(&mut org, events)
}

async fn add_machine(push: &mut Push<'_>, id: &str, name: &str) -> Result<Loaded<User>> {
    let mut machine = push.any::<User>(id).await?;
    let added = NewMachine { user_name: name.into(), name: name.into(), ..NewMachine::default() };
    let events = machine.add_as_machine(added)?;
    push.append(&mut machine, events)?;
    Ok(machine)
}

/// The example: organisation `acme` with the human `gigi` and the machine `robot`, whose ids are
/// their names.
pub async fn example(core: &Core) -> Result<()> {
    let instance = core.load::<Instance>(instances::ID).await?;
    let author = Author { editor: instance.owner().into(), owner: "acme".into() };
    let human = NewHuman {
        user_name: "gigi".into(),
        first_name: "Gigi".into(),
        last_name: "Giraffe".into(),
        email: "gigi@example.com".into(),
        phone: "+41791234567".into(),
        preferred_language: "en".into(),
        encoded_hash: core.passwords.hash("Secr3tP4ssw0rd!").await?,
        ..NewHuman::default()
    };
    let human = &human.added()?;
    let verified = Verified { email: true, phone: true };
    core.commit(&author, (Org::STREAM, "acme"), |mut push| async move {
        add_org(&mut push, "acme", "Acme", "gigi").await?;
        add_machine(&mut push, "robot", "robot").await?;
        let mut gigi = push.any::<User>("gigi").await?;
        let events = gigi.add_human(human.clone(), verified, Codes::default());
        push.append(&mut gigi, events)?;
        Ok(push)
    })
    .await
    .map(|_| ())
}
