//! The JSON dialect of the REST wire: the protobuf mapping, read and written as protojson does with
//! unknown members discarded.

use serde::{Serialize, de::DeserializeOwned};

mod kind;
mod query;
mod reader;
mod scalar;
mod syntax;
mod text;

pub use query::decode_query;

/// Decodes the body of a REST request: its first JSON value, which has to be an object. An empty
/// body is an empty object.
///
/// # Errors
/// The text of the refusal (400, code 3, no details). A body that is no JSON is refused for that,
/// whatever else is wrong with it; then the first member counts that its field does not take.
pub fn decode<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, String> {
    let Some(value) = syntax::first_value(body)? else { return Ok(T::default()) };
    let mut reader = reader::Reader::new(text::checked(value)?);
    lenient(|| T::deserialize(&mut reader)).map_err(|fault| fault.to_string())
}

/// Encodes a message. What has no JSON form, a time beyond the year 9999, gives an empty body.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    serde_json::to_vec(message).unwrap_or_default()
}

/// An enum value of an unknown name counts as unset.
fn lenient<T>(decode: impl FnOnce() -> T) -> T {
    let options = buffa::json::JsonParseOptions::new().ignore_unknown_enum_values(true);
    buffa::json::with_json_parse_options(&options, decode)
}

#[cfg(test)]
mod tests {
    use buffa::{EnumValue, MessageField};
    use buffa_types::google::protobuf::Timestamp;
    use serde::de::DeserializeOwned;

    use super::{decode, encode};
    use crate::zitadel::{management::v1 as pb, user::v1::Phone, v1::ObjectDetails};

    fn read<T: DeserializeOwned + Default>(body: &str) -> Result<T, String> {
        decode(body.as_bytes())
    }

    fn refused<T: DeserializeOwned + Default>(table: &[(&str, &str)]) {
        for (body, wanted) in table {
            assert_eq!(read::<T>(body).err().as_deref(), Some(*wanted), "{body}");
        }
    }

    #[test]
    fn members_are_read() {
        for (body, phone, verified) in [
            ("", "", false),
            ("{}", "", false),
            ("{\n \"phone\" : \"+41\" , \"isPhoneVerified\" : true } {", "+41", true),
            (r#"{"is_phone_verified":true}"#, "", true),
            (r#"{"Phone":"+41","IsPhoneVerified":1,"2":[],"@type":"x","":1}"#, "", false),
            (r#"{"phone":null,"isPhoneVerified":null}"#, "", false),
            (r#"{"\u0070hone":"\u002b41"}"#, "+41", false),
            (r#"{"a":{"b":[1,{"c":null}],"phone":"x"},"a":2,"phone":"+41"}"#, "+41", false),
        ] {
            let request: pb::UpdateHumanPhoneRequest = read(body).unwrap();
            assert_eq!((&*request.phone, request.is_phone_verified), (phone, verified), "{body}");
        }
    }

    #[test]
    fn members_are_not_coerced() {
        refused::<pb::UpdateHumanPhoneRequest>(&[
            ("null", "proto: syntax error (line 1:1): unexpected token null"),
            ("[]", "proto: syntax error (line 1:1): unexpected token ["),
            (r#" "x""#, r#"proto: syntax error (line 1:1): unexpected token "x""#),
            (
                r#"{"phone":41791234567}"#,
                "proto: (line 1:10): invalid value for string field phone: 41791234567",
            ),
            (
                r#"{"phone":{"value":"+41"}}"#,
                "proto: (line 1:10): invalid value for string field phone: {",
            ),
            (
                "{\n  \"is_phone_verified\": \"true\"}",
                "proto: (line 2:24): invalid value for bool field isPhoneVerified: \"true\"",
            ),
            (r#"{"phone":1,"phone":tru}"#, "invalid character '}' in literal true (expecting 'e')"),
        ]);
    }

    #[test]
    fn a_member_stands_once() {
        refused::<pb::UpdateHumanPhoneRequest>(&[
            (r#"{"phone":null,"phone":"x"}"#, r#"proto: (line 1:15): duplicate field "phone""#),
            (r#"{"userId":"a","user_id":"b"}"#, r#"proto: (line 1:15): duplicate field "user_id""#),
        ]);
        refused::<pb::ListUsersRequest>(&[
            (
                r#"{"queries":[{"typeQuery":null,"type_query":{}}]}"#,
                r#"proto: (line 1:31): duplicate field "type_query""#,
            ),
            (
                r#"{"queries":[{"typeQuery":{},"emailQuery":{}}]}"#,
                "proto: (line 1:29): error parsing \"emailQuery\", \
                 multiple oneof fields set for 'query'",
            ),
        ]);
        let once = r#"{"queries":[{"typeQuery":null,"emailQuery":{}}]}"#;
        assert_eq!(read::<pb::ListUsersRequest>(once).unwrap().queries.len(), 1);
    }

    #[test]
    fn messages_and_lists_have_their_brackets() {
        refused::<pb::ListUsersRequest>(&[
            (r#"{"query":[]}"#, "proto: syntax error (line 1:10): unexpected token ["),
            (r#"{"query":"x"}"#, "proto: syntax error (line 1:10): unexpected token \"x\""),
            (r#"{"queries":{}}"#, "proto: syntax error (line 1:12): unexpected token {"),
            (r#"{"queries":[null]}"#, "proto: syntax error (line 1:13): unexpected token null"),
        ]);
        refused::<pb::BulkRemoveUserMetadataRequest>(&[
            (r#"{"keys":["a",2]}"#, "proto: (line 1:14): invalid value for string field keys: 2"),
            (r#"{"keys":[null]}"#, "proto: (line 1:10): invalid value for string field keys: null"),
        ]);
        let request: pb::BulkRemoveUserMetadataRequest = read(r#"{"keys":["a","b"]}"#).unwrap();
        assert_eq!(request.keys, ["a", "b"]);
        assert!(!read::<pb::ListUsersRequest>(r#"{"query":null}"#).unwrap().query.is_set());
        assert!(read::<pb::ListUsersRequest>(r#"{"query":{}}"#).unwrap().query.is_set());
    }

    #[test]
    fn numbers_are_whole() {
        let page = |value: &str| {
            read::<pb::ListUsersRequest>(&format!(r#"{{"query":{{"limit":{value}}}}}"#))
                .map(|request| request.query.limit)
        };
        for value in ["2", "2.0", "2e0", r#""2""#, r#""2.0""#] {
            assert_eq!(page(value), Ok(2), "{value}");
        }
        for value in ["1.5", "-1", "4294967296", "true", "[", r#"" 1""#, r#""""#, r#""x""#] {
            let end = if value == "[" { "]" } else { "" };
            let place = "proto: (line 1:19): invalid value for uint32 field limit";
            assert_eq!(page(&format!("{value}{end}")), Err(format!("{place}: {value}")));
        }
    }

    #[test]
    fn enums_are_names_or_numbers() {
        let gender = |value: &str| {
            read::<pb::UpdateHumanProfileRequest>(&format!(r#"{{"gender":{value}}}"#))
                .map(|request| request.gender.to_i32())
        };
        for (value, wanted) in [
            (r#""GENDER_MALE""#, 2),
            (r#""male""#, 0),
            (r#""2""#, 0),
            ("null", 0),
            ("2", 2),
            ("2.0", 2),
            ("9", 9),
            ("-1", -1),
        ] {
            assert_eq!(gender(value), Ok(wanted), "{value}");
        }
        for value in ["2.5", "2147483648", "true"] {
            let text = format!("proto: (line 1:11): invalid value for enum field gender: {value}");
            assert_eq!(gender(value), Err(text));
        }
    }

    #[test]
    fn bytes_are_base64() {
        let value = |text: &str| {
            read::<pb::SetUserMetadataRequest>(&format!(r#"{{"value":"{text}"}}"#))
                .map(|request| request.value)
        };
        for (text, wanted) in [
            ("-_8", &[0xfb, 0xff][..]),
            ("+/8=", &[0xfb, 0xff]),
            (r"\u002b/8", &[0xfb, 0xff]),
            ("eB==", b"x"),
            (r"eH\r\nh4", b"xxx"),
            ("", b""),
        ] {
            assert_eq!(value(text).as_deref(), Ok(wanted), "{text}");
        }
        let refusal = "proto: (line 1:10): invalid value for bytes field value: \"YQ=\"";
        assert_eq!(value("YQ="), Err(refusal.to_owned()));
    }

    #[test]
    fn times_are_rfc_3339() {
        let time = |value: &str| {
            read::<pb::AddPersonalAccessTokenRequest>(&format!(r#"{{"expirationDate":{value}}}"#))
                .map(|r| r.expiration_date.as_option().map(|time| (time.seconds, time.nanos)))
        };
        assert_eq!(time("null"), Ok(None));
        assert_eq!(time(r#""1970-01-01T02:00:01,5+02:00""#), Ok(Some((1, 500_000_000))));
        for value in [
            r#""2099-01-02""#,
            r#""2099-01-02t03:04:05Z""#,
            r#""2098-12-31T23:59:60Z""#,
            r#""2099-01-02T03:04:05.1234567891Z""#,
            r#""0000-01-01T00:00:00Z""#,
        ] {
            let text = "proto: (line 1:19): invalid google.protobuf.Timestamp value";
            assert_eq!(time(value), Err(format!("{text} {value}")));
        }
        let text = "proto: syntax error (line 1:19): unexpected token 4070908800";
        assert_eq!(time("4070908800"), Err(text.to_owned()));
    }

    #[test]
    fn an_optional_string_is_a_string_like_any_other() {
        let id = |value: &str| {
            read::<pb::AddMachineUserRequest>(&format!(r#"{{"userId":{value}}}"#))
                .map(|r| r.user_id)
        };
        assert_eq!(id("null"), Ok(None));
        assert_eq!(id(r#""""#), Ok(Some(String::new())));
        let like_a_time = "2099-01-02T3:04:05,5Z".to_owned();
        assert_eq!(id(&format!("{like_a_time:?}")), Ok(Some(like_a_time)));
        let text = "proto: (line 1:11): invalid value for string field userId: 1";
        assert_eq!(id("1"), Err(text.to_owned()));
    }

    #[test]
    fn nesting_does_not_exhaust_the_stack() {
        let unknown = format!(r#"{{"a":{}{}}}"#, "[".repeat(9_999), "]".repeat(9_999));
        assert!(read::<pb::UpdateHumanPhoneRequest>(&unknown).is_ok());
        let known = |depth: usize| {
            let (open, close) = (r#"{"orQuery":{"queries":["#.repeat(depth), "]}}".repeat(depth));
            read::<pb::ListUsersRequest>(&format!(r#"{{"queries":[{open}{close}]}}"#)).map(drop)
        };
        assert_eq!(known(330), Ok(()));
        let refusal = known(3_000).unwrap_err();
        assert!(refusal.ends_with("exceeded maximum recursion depth"), "{refusal}");
    }

    #[test]
    fn messages_are_written() {
        let time = Timestamp { seconds: 1, nanos: 120_000_000, ..Default::default() };
        let details = ObjectDetails { sequence: 5, change_date: time.into(), ..Default::default() };
        let phone =
            pb::GetHumanPhoneResponse { details: details.into(), phone: Phone::default().into() };
        let wanted =
            r#"{"details":{"sequence":"5","changeDate":"1970-01-01T00:00:01.120Z"},"phone":{}}"#;
        assert_eq!(String::from_utf8(encode(&phone)).unwrap(), wanted);
        let profile = pb::UpdateHumanProfileRequest {
            first_name: "<\"ä\\\n\u{1}>".to_owned(),
            gender: EnumValue::from(9),
            ..Default::default()
        };
        let wanted = r#"{"firstName":"<\"ä\\\n\u0001>","gender":9}"#;
        assert_eq!(String::from_utf8(encode(&profile)).unwrap(), wanted);
        let value = pb::SetUserMetadataRequest { value: vec![0xfb, 0xff], ..Default::default() };
        assert_eq!(encode(&value), br#"{"value":"+/8="}"#);
        assert_eq!(encode(&pb::SetUserMetadataRequest::default()), b"{}");
        let unset = pb::GetHumanPhoneResponse { phone: MessageField::none(), ..Default::default() };
        assert_eq!(encode(&unset), b"{}");
    }
}
