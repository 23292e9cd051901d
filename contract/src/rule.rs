//! The field rules; the texts are those of the reference (protoc-gen-validate's).

use buffa::{EnumValue, Enumeration};

/// The rules of a message's fields.
pub trait Validate {
    /// The first rule that is broken, as `invalid <Message>.<Field>: <reason>`.
    fn validate(&self) -> Result<(), String> {
        Ok(())
    }
}

type Checked = Result<(), String>;

fn broken(at: &str, reason: impl std::fmt::Display) -> Checked {
    Err(format!("invalid {at}: {reason}"))
}

fn length(at: &str, unit: &str, length: u64, min: Option<u64>, max: Option<u64>) -> Checked {
    if length >= min.unwrap_or(0) && length <= max.unwrap_or(u64::MAX) {
        return Ok(());
    }
    match (min, max) {
        (Some(min), Some(max)) => broken(
            at,
            format_args!("value length must be between {min} and {max} {unit}, inclusive"),
        ),
        (Some(min), None) => broken(at, format_args!("value length must be at least {min} {unit}")),
        _ => broken(
            at,
            format_args!("value length must be at most {} {unit}", max.unwrap_or_default()),
        ),
    }
}

pub fn runes(at: &str, value: &str, min: Option<u64>, max: Option<u64>, empty: bool) -> Checked {
    if empty && value.is_empty() {
        return Ok(());
    }
    length(at, "runes", value.chars().count() as u64, min, max)
}

pub fn bytes(at: &str, value: &[u8], min: Option<u64>, max: Option<u64>, empty: bool) -> Checked {
    if empty && value.is_empty() {
        return Ok(());
    }
    length(at, "bytes", value.len() as u64, min, max)
}

pub fn prefix(at: &str, value: &str, prefix: &str) -> Checked {
    if value.starts_with(prefix) {
        return Ok(());
    }
    broken(at, format_args!("value does not have prefix {prefix:?}"))
}

pub fn email(at: &str, value: &str) -> Checked {
    if value.contains('@') { Ok(()) } else { broken(at, "value must be a valid email address") }
}

pub fn defined<E: Enumeration>(at: &str, value: &EnumValue<E>) -> Checked {
    if value.is_known() {
        return Ok(());
    }
    broken(at, "value must be one of the defined enum values")
}

pub fn not_zero<E: Enumeration>(at: &str, value: &EnumValue<E>, name: &str) -> Checked {
    if value.to_i32() != 0 {
        return Ok(());
    }
    broken(at, format_args!("value must not be in list [{name}]"))
}

pub fn required(at: &str, set: bool) -> Checked {
    if set { Ok(()) } else { broken(at, "value is required") }
}

pub fn max_items(at: &str, items: usize, most: usize) -> Checked {
    if items <= most {
        return Ok(());
    }
    broken(at, format_args!("value must contain no more than {most} item(s)"))
}

pub fn embedded(at: &str, value: &impl Validate) -> Checked {
    value.validate().or_else(|cause| {
        broken(at, format_args!("embedded message failed validation | caused by: {cause}"))
    })
}

mod generated {
    #![allow(clippy::all, unused_variables, unused_qualifications)]
    use super::{self as rule, Validate};
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zitadel::management::v1::{
        AddHumanUserRequest, AddMachineKeyRequest, ListUsersRequest, UpdateHumanPhoneRequest,
    };

    fn phone(user_id: &str, phone: &str) -> Result<(), String> {
        let (user_id, phone) = (user_id.into(), phone.into());
        UpdateHumanPhoneRequest { user_id, phone, ..Default::default() }.validate()
    }

    #[test]
    fn the_first_broken_rule_in_order_of_declaration_is_named() {
        assert_eq!(phone("1", "+41791234567"), Ok(()));
        let text = "value length must be between 1 and 200 runes, inclusive";
        assert_eq!(phone("", ""), Err(format!("invalid UpdateHumanPhoneRequest.UserId: {text}")));
        let text = "value length must be between 1 and 50 runes, inclusive";
        let refused = Err(format!("invalid UpdateHumanPhoneRequest.Phone: {text}"));
        assert_eq!(phone("1", &"1".repeat(51)), refused);
        let refused = "invalid UpdateHumanPhoneRequest.Phone: value does not have prefix \"+\"";
        assert_eq!(phone("1", &"\u{e9}".repeat(50)), Err(refused.into()));
    }

    #[test]
    fn a_rule_inside_names_the_whole_way() {
        let mut request =
            AddHumanUserRequest { user_name: "gigi".into(), ..AddHumanUserRequest::default() };
        let refused = "invalid AddHumanUserRequest.Profile: value is required";
        assert_eq!(request.validate(), Err(refused.into()));
        request.profile.get_or_insert_default();
        let refused = "invalid AddHumanUserRequest.Profile: embedded message failed validation | \
            caused by: invalid AddHumanUserRequest_Profile.FirstName: \
            value length must be between 1 and 200 runes, inclusive";
        assert_eq!(request.validate(), Err(refused.into()));
    }

    #[test]
    fn lists_enums_and_oneofs() {
        let mut request = ListUsersRequest::default();
        request.queries.push(Default::default());
        let refused = "invalid ListUsersRequest.Queries[0]: embedded message failed validation | \
            caused by: invalid SearchQuery.Query: value is required";
        assert_eq!(request.validate(), Err(refused.into()));
        let mut request = AddMachineKeyRequest { user_id: "1".into(), ..Default::default() };
        let list = "value must not be in list [KEY_TYPE_UNSPECIFIED]";
        assert_eq!(request.validate(), Err(format!("invalid AddMachineKeyRequest.Type: {list}")));
        request.r#type = 2.into();
        let text = "value must be one of the defined enum values";
        assert_eq!(request.validate(), Err(format!("invalid AddMachineKeyRequest.Type: {text}")));
    }
}
