//! Deactivate, reactivate, lock, unlock, remove.

use super::{Event, State, User};
use crate::domain::Aggregate;
use crate::error::{Error, Result, text};

impl User {
    fn present(&self, id: &'static str) -> Result<(), Error> {
        if self.exists() { Ok(()) } else { Err(text::user::NOT_FOUND.not_found(id)) }
    }

    pub fn deactivate(&self) -> Result<[Event; 1]> {
        self.present("COMMAND-3M9ds")?;
        match self.state {
            State::Initial => Err(text::user::CANT_DEACTIVATE_INITIAL.not_found("COMMAND-ke0fw")),
            State::Inactive => Err(text::user::ALREADY_INACTIVE.precondition("COMMAND-5M0sf")),
            _ => Ok([Event::Deactivated]),
        }
    }

    pub fn reactivate(&self) -> Result<[Event; 1]> {
        self.present("COMMAND-4M0sd")?;
        match self.state {
            State::Inactive => Ok([Event::Reactivated]),
            _ => Err(text::user::NOT_INACTIVE.precondition("COMMAND-6M0sf")),
        }
    }

    pub fn lock(&self) -> Result<[Event; 1]> {
        self.present("COMMAND-5M9fs")?;
        match self.state {
            State::Active | State::Initial => Ok([Event::Locked]),
            _ => Err(text::user::SHOULD_BE_ACTIVE_OR_INITIAL.precondition("COMMAND-3NN8v")),
        }
    }

    pub fn unlock(&self) -> Result<[Event; 1]> {
        self.present("COMMAND-M0dos")?;
        match self.state {
            State::Locked => Ok([Event::Unlocked]),
            _ => Err(text::user::NOT_LOCKED.precondition("COMMAND-4M0ds")),
        }
    }

    pub fn remove(&self) -> Result<[Event; 1]> {
        self.present("COMMAND-m9od")?;
        Ok([Event::Removed])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::Kind;

    type Decision = fn(&User) -> Result<[Event; 1]>;

    #[test]
    fn every_state_and_every_operation() {
        let decisions: [Decision; 4] =
            [User::deactivate, User::reactivate, User::lock, User::unlock];
        let table = [
            (State::Active, ["", "COMMAND-6M0sf", "", "COMMAND-4M0ds"]),
            (State::Initial, ["COMMAND-ke0fw", "COMMAND-6M0sf", "", "COMMAND-4M0ds"]),
            (State::Inactive, ["COMMAND-5M0sf", "", "COMMAND-3NN8v", "COMMAND-4M0ds"]),
            (State::Locked, ["", "COMMAND-6M0sf", "COMMAND-3NN8v", ""]),
        ];
        for (state, ids) in table {
            let user = User { kind: Kind::Machine, state, ..User::default() };
            assert!(user.remove().is_ok());
            for (decide, id) in decisions.iter().zip(ids) {
                assert_eq!(decide(&user).err().map_or("", |e| e.id), id, "{state:?}");
            }
        }
    }

    #[test]
    fn an_absent_user_is_not_found() {
        let absent = User::default();
        let ids = [User::deactivate, User::reactivate, User::lock, User::unlock, User::remove]
            .map(|decide: Decision| decide(&absent).unwrap_err().id);
        let known = ["COMMAND-3M9ds", "COMMAND-4M0sd", "COMMAND-5M9fs", "COMMAND-M0dos"];
        assert_eq!(ids[..4], known);
        assert_eq!(ids[4], "COMMAND-m9od");
    }
}
