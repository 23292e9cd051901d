//! One row of the table of operations.

/// What the roles of a caller have to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// No token needed.
    None,
    /// Any valid token.
    Authenticated,
    /// A role with this permission, on the instance or in the organisation of the call.
    Named(&'static str),
}

/// An rpc of v2.
#[derive(Debug)]
pub struct Successor {
    /// As `package.Service/Rpc`.
    pub rpc: &'static str,
    /// As `GET /path/{parameter}`; empty if it is only reached by its rpc.
    pub route: &'static str,
}

/// An error of the reference.
#[derive(Debug)]
pub struct Refused {
    /// The canonical code of gRPC.
    pub code: i32,
    pub id: &'static str,
    pub text: &'static str,
    /// The condition, as the rest of a sentence that begins with "if".
    pub when: &'static str,
}

/// An rpc of the contract with its route and facts.
#[derive(Debug)]
pub struct Operation {
    /// Its index in [`OPERATIONS`](crate::OPERATIONS).
    pub number: usize,
    pub rpc: &'static str,
    /// The full name of the gRPC service.
    pub service: &'static str,
    pub method: &'static str,
    /// The route with its parameters in braces, prefix included.
    pub path: &'static str,
    /// The same route with every parameter filled in: what poem's router is asked for.
    pub routed: &'static str,
    /// Whether the request is the JSON body, apart from the parameters of the path.
    pub has_body: bool,
    pub permission: Permission,
    /// `YYYY-MM-DD`, empty if not deprecated.
    pub deprecated_since: &'static str,
    /// What replaces it in v2.
    pub successors: &'static [Successor],
    /// What it alone is refused with, in the order of its checks.
    pub refusals: &'static [Refused],
    /// Whether there is a handler; `openapi/missing.txt` lists the others.
    pub served: bool,
}

impl Operation {
    /// Its name in the document, `ManagementService_GetUserByID`.
    pub fn id(&self) -> String {
        format!("{}_{}", self.service.rsplit('.').next().unwrap_or_default(), self.rpc)
    }
}
