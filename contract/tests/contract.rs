//! The `.proto` files against the table of names and numbers that was taken from the reference.

use buffa::Message;
use contract::zitadel::management::v1::{ListUsersRequest, UpdateHumanPhoneRequest};
use contract::{DESCRIPTORS, OPERATIONS, Permission};
use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind};

const TABLE: &str = include_str!("../contract.txt");
const MISSING: &str = include_str!("../../openapi/missing.txt");

fn field(field: &FieldDescriptor) -> String {
    let kind = match field.kind() {
        Kind::Message(message) => message.full_name().to_string(),
        Kind::Enum(kind) => kind.full_name().to_string(),
        other => format!("{other:?}").to_lowercase(),
    };
    let repeated = if field.cardinality() == Cardinality::Repeated { "repeated " } else { "" };
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    let oneof = oneof.map(|oneof| format!(" oneof {}", oneof.name())).unwrap_or_default();
    let (name, number, json) = (field.full_name(), field.number(), field.json_name());
    format!("field {name} {number} {repeated}{kind} {json}{oneof}")
}

/// The rows of the contract are those of the table, in order.
fn same(rows: &[String], table: Vec<&str>) {
    let missing: Vec<_> = rows.iter().filter(|row| !table.contains(&row.as_str())).collect();
    let surplus: Vec<_> = table.iter().filter(|row| !rows.iter().any(|r| r == *row)).collect();
    let wrong = "the .proto files and contract/contract.txt differ";
    assert!(missing.is_empty(), "{wrong}, only in the .proto files: {missing:#?}");
    assert!(surplus.is_empty(), "{wrong}, only in contract/contract.txt: {surplus:#?}");
    assert!(rows.iter().eq(table), "contract/contract.txt is not sorted");
}

#[test]
fn names_numbers_and_types_are_those_of_the_reference() {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let ours = |name: &str| name.starts_with("zitadel.");
    let messages = pool.all_messages().filter(|message| ours(message.full_name()));
    let mut rows: Vec<String> =
        messages.flat_map(|m| m.fields().collect::<Vec<_>>()).map(|f| field(&f)).collect();
    for kind in pool.all_enums().filter(|kind| ours(kind.full_name())) {
        let row = |value: prost_reflect::EnumValueDescriptor| {
            format!("enum {}.{} {}", kind.full_name(), value.name(), value.number())
        };
        rows.extend(kind.values().map(row));
    }
    rows.sort();
    let others = |line: &&str| !line.starts_with("rpc ") && !line.starts_with('#');
    same(&rows, TABLE.lines().filter(others).collect());
}

#[test]
fn operations_are_those_of_the_reference() {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let mut rows: Vec<String> = Vec::new();
    for operation in OPERATIONS {
        let service = pool.get_service_by_name(operation.service).unwrap();
        let method = service.methods().find(|method| method.name() == operation.rpc).unwrap();
        let area = operation.service.split('.').nth(1).unwrap();
        let path = operation.path.strip_prefix(&format!("/{area}/v1")).unwrap();
        let permission = match operation.permission {
            Permission::None => "-",
            Permission::Authenticated => "authenticated",
            Permission::Named(name) => name,
        };
        let start = format!("rpc {}/{}", operation.service, operation.rpc);
        let types = format!("{} {}", method.input().full_name(), method.output().full_name());
        let deprecated = if operation.deprecated_since.is_empty() { "" } else { " deprecated" };
        let body = if operation.has_body { "body" } else { "-" };
        rows.push(format!(
            "{start} {types} {} {path} {body} {permission}{deprecated}",
            operation.method
        ));
    }
    rows.sort();
    same(&rows, TABLE.lines().filter(|line| line.starts_with("rpc ")).collect());
}

#[test]
fn the_list_of_missing_operations_is_exact_and_sorted() {
    let not_served = OPERATIONS.iter().filter(|operation| !operation.served);
    let id = |service: &str, rpc: &str| format!("{}_{rpc}", service.rsplit('.').next().unwrap());
    let mut missing: Vec<String> = not_served.map(|o| id(o.service, o.rpc)).collect();
    missing.sort();
    assert_eq!(missing, MISSING.lines().collect::<Vec<_>>());
}

/// As ZITADEL v4 does: like an unknown field, also in a message inside.
#[test]
fn a_known_field_with_another_wire_type_is_skipped() {
    let phone = UpdateHumanPhoneRequest::decode_from_slice(b"\x08\x01\x12\x02+4\x1a\x01x").unwrap();
    assert_eq!((phone.user_id.as_str(), phone.phone.as_str()), ("", "+4"));
    assert!(!phone.is_phone_verified);
    let page = ListUsersRequest::decode_from_slice(b"\x0a\x05\x12\x01a\x18\x01").unwrap();
    assert!(page.query.asc && page.query.limit == 0);
    assert!(ListUsersRequest::decode_from_slice(b"\x0a\x02\x12\x05").is_err());
}
