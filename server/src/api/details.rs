//! `details` of answers, in the forms that ZITADEL v4 gives them.

use buffa::{Inline, MessageField};
use buffa_types::google::protobuf::Timestamp;
use contract::zitadel::v1::{ListDetails, ObjectDetails};

use crate::core::{Core, Meta};
use crate::domain::org::Org;
use crate::domain::project::Project;
use crate::domain::user::User;
use crate::views::domains::Domain;
use crate::views::keys::Key;
use crate::views::metadata::Entry;
use crate::views::pats::Pat;
use crate::views::projects::Role;
use crate::views::{members, user_grants};

type ListDetailsField = MessageField<ListDetails, Inline<ListDetails>>;
type DetailsField = MessageField<ObjectDetails, Inline<ObjectDetails>>;

/// Microseconds since 1970 as a message.
pub fn timestamp(micros: i64) -> Timestamp {
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1000).unwrap_or_default();
    Timestamp { seconds: micros.div_euclid(1_000_000), nanos, ..Default::default() }
}

/// What reads show.
pub fn read(sequence: i64, created: i64, changed: i64, owner: &str) -> DetailsField {
    let details = ObjectDetails {
        sequence: sequence.unsigned_abs(),
        creation_date: timestamp(created).into(),
        change_date: timestamp(changed).into(),
        resource_owner: owner.into(),
    };
    details.into()
}

impl Meta {
    /// The form without `changeDate`.
    pub fn added(self) -> DetailsField {
        let details = ObjectDetails {
            sequence: self.sequence.unsigned_abs(),
            creation_date: timestamp(self.at).into(),
            resource_owner: self.owner,
            ..Default::default()
        };
        details.into()
    }

    /// The form without `creationDate`, and without `changeDate` where nothing ever happened.
    pub fn changed(self) -> DetailsField {
        let details = ObjectDetails {
            sequence: self.sequence.unsigned_abs(),
            change_date: (self.at != 0).then(|| timestamp(self.at)).into(),
            resource_owner: self.owner,
            ..Default::default()
        };
        details.into()
    }
}

impl Core {
    /// The details of a list; it is true at the time that it is read.
    pub fn listed(&self, total: u64) -> ListDetailsField {
        let view_timestamp = timestamp(self.clock.now()).into();
        ListDetails { total_result: total, view_timestamp, ..Default::default() }.into()
    }
}

/// What reads show of a row.
pub trait Details {
    fn details(&self) -> DetailsField;
}

impl Details for User {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.changed_at, &self.owner)
    }
}

impl Details for Domain {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.changed_at, &self.org_id)
    }
}

impl Details for Org {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.changed_at, &self.owner)
    }
}

impl Details for Key {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.created_at, &self.owner)
    }
}

impl Details for Pat {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.created_at, &self.owner)
    }
}

impl Details for Entry {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.changed_at, &self.owner)
    }
}

impl Details for Project {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.changed_at, &self.owner)
    }
}

impl Details for Role {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.created_at, &self.owner)
    }
}

impl Details for members::Named {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.changed_at, &self.owner)
    }
}

impl Details for members::Seen {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.changed_at, &self.owner)
    }
}

impl Details for user_grants::Seen {
    fn details(&self) -> DetailsField {
        read(self.sequence, self.created_at, self.changed_at, &self.owner)
    }
}
