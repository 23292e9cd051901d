//! The operations of the contract, found by operation id.

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, MethodDescriptor};

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
pub struct Catalogue(BTreeMap<String, Operation>);

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
        rows.collect::<Result<_, String>>().map(Self)
    }

    /// # Errors
    /// When there is no such operation.
    pub fn find(&self, id: &str) -> Result<&Operation, String> {
        self.0.get(id).ok_or_else(|| format!("no operation {id}"))
    }

    /// The operation id of the first service that has this rpc, the Management API's first.
    pub fn id_of_rpc(&self, rpc: &str) -> Option<String> {
        contract::OPERATIONS.iter().find(|facts| facts.rpc == rpc).map(id)
    }
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
        assert!(catalogue.find("ManagementService_Nothing").is_err());
        let id = catalogue.id_of_rpc("GetMyUser").unwrap();
        assert_eq!(id, "AuthService_GetMyUser");
    }
}
