//! The operations of the contract, found by operation id.

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use serde_json::Value;

use crate::fixture::Step;

/// An operation as the clients need it.
#[derive(Debug)]
pub struct Operation {
    pub facts: &'static contract::Operation,
    /// Request and response messages.
    pub method: MethodDescriptor,
    /// Whether REST takes the members that are not in the path as a JSON body.
    pub body: bool,
}

impl Operation {
    /// Whether calling it changes nothing, as far as method and name tell.
    pub fn is_read(&self) -> bool {
        let searches = self.facts.method == "POST" && self.facts.path.ends_with("/_search");
        self.facts.method == "GET" || searches
    }

    /// The path of the rpc on gRPC and gRPC-web.
    pub fn rpc_path(&self) -> String {
        format!("/{}/{}", self.facts.service, self.facts.rpc)
    }
}

/// The operation id of a row: the service's short name and the rpc.
pub fn id(facts: &contract::Operation) -> String {
    let service = facts.service.rsplit('.').next().unwrap_or_default();
    format!("{service}_{}", facts.rpc)
}

/// Every operation of the contract by operation id, `ManagementService_GetUserByID`.
#[derive(Debug)]
pub struct Catalogue {
    operations: BTreeMap<String, Operation>,
    pool: DescriptorPool,
}

impl Catalogue {
    /// # Errors
    /// When the descriptors of the contract do not hold a row of its table.
    pub fn new() -> Result<Self, String> {
        let pool = DescriptorPool::decode(contract::DESCRIPTORS).map_err(|e| e.to_string())?;
        let rows = contract::OPERATIONS.iter().map(|facts| {
            let service = pool.get_service_by_name(facts.service);
            let method = service.and_then(|s| s.methods().find(|m| m.name() == facts.rpc));
            let method = method.ok_or_else(|| format!("no descriptor of {}", id(facts)))?;
            let body = has_body(&method);
            Ok((id(facts), Operation { facts, method, body }))
        });
        let operations = rows.collect::<Result<_, String>>()?;
        Ok(Self { operations, pool })
    }

    /// A message of the contract by its full name, its members as protobuf JSON.
    ///
    /// # Errors
    /// When there is no such message, or it does not have these members.
    pub fn message(&self, name: &str, json: &Value) -> Result<DynamicMessage, String> {
        let kind = self.pool.get_message_by_name(name);
        let kind = kind.ok_or_else(|| format!("no message {name}"))?;
        DynamicMessage::deserialize(kind, json).map_err(|e| format!("{name}: {e}"))
    }

    /// # Errors
    /// When there is no such operation.
    pub fn find(&self, id: &str) -> Result<&Operation, String> {
        self.operations.get(id).ok_or_else(|| format!("no operation {id}"))
    }

    /// Whether playing the step changes nothing, so that it may be repeated.
    pub fn reads(&self, step: &Step) -> bool {
        match (&step.request, &step.call) {
            (Some(request), _) => request.method == "GET",
            (None, call) => {
                call.as_ref().is_some_and(|id| self.find(id).is_ok_and(Operation::is_read))
            }
        }
    }

    /// The operation that a request is for: an rpc by its path, a route by method and path, a
    /// fixed part of a path before a parameter.
    pub fn of_request(&self, method: &str, path: &str) -> Option<&Operation> {
        let path = path.split('?').next().unwrap_or_default();
        let fits = |operation: &&Operation| {
            let facts = operation.facts;
            path == operation.rpc_path() || (method == facts.method && on_route(path, facts.path))
        };
        self.operations
            .values()
            .filter(fits)
            .min_by_key(|operation| operation.facts.path.matches('{').count())
    }

    /// The operation id of the first service that has this rpc, the Management API's first.
    pub fn id_of_rpc(&self, rpc: &str) -> Option<String> {
        contract::OPERATIONS.iter().find(|facts| facts.rpc == rpc).map(id)
    }
}

/// Whether the path is on the route, parameters in braces.
fn on_route(path: &str, route: &str) -> bool {
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    let mut parts = path.iter().zip(&route);
    path.len() == route.len() && parts.all(|(part, name)| name.starts_with('{') || name == part)
}

/// Whether the `google.api.http` option names a body.
fn has_body(method: &MethodDescriptor) -> bool {
    let options = method.options();
    let mut set = options.extensions();
    let http = set.find(|(e, _)| e.full_name() == "google.api.http").map(|(_, value)| value);
    let body = http.and_then(|v| v.as_message()).and_then(|m| m.get_field_by_name("body"));
    body.is_some_and(|value| value.as_str().is_some_and(|name| !name.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_descriptor_and_its_body_rule() {
        let catalogue = Catalogue::new().unwrap();
        assert!(catalogue.find("ManagementService_UpdateHumanPhone").unwrap().body);
        assert!(!catalogue.find("ManagementService_RemoveHumanPhone").unwrap().body);
        assert!(catalogue.find("ManagementService_ListUsers").unwrap().is_read());
        assert!(!catalogue.find("ManagementService_AddHumanUser").unwrap().is_read());
        assert!(catalogue.find("ManagementService_Nothing").is_err());
        let rpc = |method: &str, path: &str| Some(catalogue.of_request(method, path)?.facts.rpc);
        let path = "/management/v1/users/${u}/metadata/_bulk?x=/y";
        assert_eq!(rpc("POST", path), Some("BulkSetUserMetadata"));
        assert_eq!(rpc("GET", path), Some("GetUserMetadata"));
        assert_eq!(rpc("GET", "/management/v1/users/1/"), None);
        let id = catalogue.id_of_rpc("GetMyUser").unwrap();
        assert_eq!(id, "AuthService_GetMyUser");
    }
}
