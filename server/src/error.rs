//! What a caller is refused with, on every transport the same: a code, a text and an id.

use std::borrow::Cow;
use std::fmt;

/// The canonical codes of gRPC that are in use (<https://grpc.io/docs/guides/status-codes>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

impl Code {
    /// The HTTP status that the REST wire answers for this code.
    pub fn http(self) -> u16 {
        match self {
            Self::InvalidArgument | Self::FailedPrecondition => 400,
            Self::DeadlineExceeded => 504,
            Self::NotFound => 404,
            Self::AlreadyExists | Self::Aborted => 409,
            Self::PermissionDenied => 403,
            Self::ResourceExhausted => 429,
            Self::Unimplemented => 501,
            Self::Unavailable => 503,
            Self::Unauthenticated => 401,
            Self::Unknown | Self::Internal => 500,
        }
    }
}

/// A refusal. With an id it is an rpc's own error, shown as `<text> (<id>)` and with one detail;
/// without one the text stands alone (validation, routing, decoding).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub code: Code,
    pub id: &'static str,
    pub text: Cow<'static, str>,
}

impl Error {
    /// A refusal without id and detail.
    pub fn plain(code: Code, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, id: "", text: text.into() }
    }

    /// A request that its field rules or its decoder refuse.
    pub fn invalid(text: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(Code::InvalidArgument, text)
    }

    /// Lost a race for a stream; the push may be tried again.
    pub fn conflict() -> Self {
        Self::plain(Code::Aborted, "another write came first, try again")
    }

    /// Something failed that the caller cannot mend. The cause goes to the log, never to the wire.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        text::INTERNAL.internal("BAILEY-int01")
    }

    /// The text as the wire shows it.
    pub fn message(&self) -> Cow<'_, str> {
        if self.id.is_empty() {
            Cow::Borrowed(&self.text)
        } else {
            Cow::Owned(format!("{} ({})", self.text, self.id))
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Error {}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One English text of the reference; [`text`] lists them by noun.
#[derive(Clone, Copy, Debug)]
pub struct Text(pub &'static str);

impl Text {
    fn refuse(self, code: Code, id: &'static str) -> Error {
        Error { code, id, text: Cow::Borrowed(self.0) }
    }

    pub fn invalid(self, id: &'static str) -> Error {
        self.refuse(Code::InvalidArgument, id)
    }

    pub fn not_found(self, id: &'static str) -> Error {
        self.refuse(Code::NotFound, id)
    }

    pub fn already_exists(self, id: &'static str) -> Error {
        self.refuse(Code::AlreadyExists, id)
    }

    pub fn precondition(self, id: &'static str) -> Error {
        self.refuse(Code::FailedPrecondition, id)
    }

    pub fn denied(self, id: &'static str) -> Error {
        self.refuse(Code::PermissionDenied, id)
    }

    pub fn unauthenticated(self, id: &'static str) -> Error {
        self.refuse(Code::Unauthenticated, id)
    }

    pub fn internal(self, id: &'static str) -> Error {
        self.refuse(Code::Internal, id)
    }
}

/// The texts, by noun. Where the reference has no English text it shows the key, and so do we.
pub mod text {
    use super::Text;

    pub const INTERNAL: Text = Text("An internal error occurred");
    pub const INVALID_ARGUMENT: Text = Text("Errors.Invalid.Argument");
    pub const NOT_FOUND: Text = Text("Errors.NotFound");
    pub const ID_MISSING: Text = Text("ID missing");

    pub mod auth {
        use super::Text;

        pub const INVALID_HEADER: Text = Text("invalid auth header");
        pub const TOKEN_INVALID: Text = Text("Errors.Token.Invalid");
        pub const NO_ORGANISATION: Text = Text("Organisation doesn't exist");
        pub const NO_MEMBERSHIP: Text = Text("membership not found");
        pub const NO_PERMISSION: Text = Text("No matching permissions found");
    }

    pub mod user {
        use super::Text;

        pub const NOT_FOUND: Text = Text("User could not be found");
        pub const ALREADY_EXISTS: Text = Text("User already exists");
        pub const ALREADY_EXISTING: Text = Text("Errors.User.AlreadyExisting");
        pub const NOT_EXISTING: Text = Text("Errors.User.NotExisting");
        pub const NOT_CHANGED: Text = Text("Errors.User.NotChanged");
        pub const NOT_HUMAN: Text = Text("The User must be personal");
        pub const WRONG_TYPE: Text = Text("Not allowed for this user type");
        pub const NOT_INITIALISED: Text = Text("User is not yet initialized");
        pub const ALREADY_INITIALISED: Text = Text("User is already initialized");
        pub const AVATAR_NOT_FOUND: Text = Text("Errors.Users.NotFound");
        pub const CANT_DEACTIVATE_INITIAL: Text =
            Text("User with state initial can only be deleted not deactivated");
        pub const ALREADY_INACTIVE: Text = Text("User already inactive");
        pub const NOT_INACTIVE: Text = Text("User is not inactive");
        pub const SHOULD_BE_ACTIVE_OR_INITIAL: Text = Text("User is not active or initial");
        pub const NOT_LOCKED: Text = Text("User is not locked");
        pub const NAME_NOT_CHANGED: Text = Text("Username not changed");
        pub const DOMAIN_NOT_ALLOWED: Text = Text("Domain is already reserved and cannot be used");
        pub const FIRST_NAME_EMPTY: Text = Text("First name in profile is empty");
        pub const LAST_NAME_EMPTY: Text = Text("Last name in profile is empty");
    }

    pub mod email {
        use super::Text;

        pub const INVALID: Text = Text("Email is invalid");
        pub const NOT_FOUND: Text = Text("Email not found");
        pub const NOT_CHANGED: Text = Text("Email not changed");
        pub const ALREADY_VERIFIED: Text = Text("Email is already verified");
    }

    pub mod phone {
        use super::Text;

        pub const INVALID: Text = Text("Phone is invalid");
        pub const NOT_FOUND: Text = Text("Phone not found");
        pub const NOT_CHANGED: Text = Text("Phone not changed");
        pub const ALREADY_VERIFIED: Text = Text("Phone already verified");
    }

    pub mod profile {
        use super::Text;

        pub const NOT_FOUND: Text = Text("Profile not found");
        pub const NOT_CHANGED: Text = Text("Profile not changed");
    }

    pub mod password {
        use super::Text;

        pub const NOT_FOUND: Text = Text("Password not found");
        pub const INVALID: Text = Text("Password is invalid");
        pub const TOO_SHORT: Text = Text("Password is too short");
        pub const TOO_LONG: Text = Text("Password is longer than 72 bytes");
        pub const NO_LOWER: Text = Text("Password must contain lower case");
        pub const NO_UPPER: Text = Text("Password must contain upper case");
        pub const NO_NUMBER: Text = Text("Password must contain number");
        pub const NO_SYMBOL: Text = Text("Password must contain symbol");
    }

    pub mod machine {
        use super::Text;

        pub const NO_SECRET: Text = Text("Secret doesn't exist");
    }

    pub mod factor {
        use super::Text;

        pub const OTP_NOT_EXISTING: Text = Text("Multifactor OTP (OneTimePassword) doesn't exist");
        pub const KEY_NOT_FOUND: Text = Text("WebAuthN Token could not be found");
    }

    pub mod key {
        use super::Text;

        pub const EXPIRE_BEFORE_NOW: Text = Text("Errors.AuthNKey.ExpireBeforeNow");
        pub const NOT_FOUND: Text = Text("Machine key not found");
        pub const NOT_FOUND_READ: Text = Text("Errors.AuthNKey.NotFound");
        pub const INVALID: Text =
            Text("Public key is not a valid RSA public key in PKIX format with PEM encoding");
    }

    pub mod pat {
        use super::Text;

        pub const NOT_FOUND: Text = Text("Personal Access Token not found");
        pub const NOT_FOUND_READ: Text = Text("Errors.PersonalAccessToken.NotFound");
    }

    pub mod idp {
        use super::Text;

        pub const NOT_EXISTING: Text = Text("Identity Provider Configuration doesn't exist");
        pub const CREATION_NOT_ALLOWED: Text = Text("Errors.ExternalIDP.CreationNotAllowed");
        pub const LINK_TAKEN: Text = Text("External IDP already taken");
        pub const LINK_NOT_FOUND: Text = Text("External IDP not found");
    }

    pub mod metadata {
        use super::Text;

        pub const NOT_FOUND: Text = Text("Metadata not found");
        pub const NO_DATA: Text = Text("Metadata list is empty");
        pub const KEY_NOT_EXISTING: Text = Text("One or more keys do not exist");
    }

    pub mod instance {
        use super::Text;

        pub const MEMBER_INVALID: Text = Text("Errors.IAM.MemberInvalid");
        pub const MEMBER_EXISTS: Text = Text("Errors.IAM.Member.AlreadyExists");
    }

    pub mod search {
        use super::Text;

        pub const TOO_MANY_LEVELS: Text = Text("Too many query nesting levels (Max 20)");
    }

    pub mod project {
        use super::Text;

        pub const NOT_FOUND: Text = Text("Project not found");
        pub const ALREADY_EXISTS: Text = Text("Project already exists on organization");
        pub const NOT_ACTIVE: Text = Text("Project is not active");
        pub const NOT_INACTIVE: Text = Text("Project is not deactivated");
        pub const NO_SUCH_ROLE: Text = Text("Errors.Project.Role.NotFound");
        pub const ROLE_NOT_FOUND: Text = Text("Role not found");
        pub const ROLE_EXISTS: Text = Text("Role already exists");
        pub const GRANT_NOT_FOUND: Text = Text("Project Grant not found");
        pub const GRANT_EXISTS: Text = Text("Project Grant already exists");
        pub const GRANT_NOT_ACTIVE: Text = Text("Project Grant is not active");
        pub const MEMBER_INVALID: Text = Text("Errors.Project.MemberInvalid");
        pub const MEMBER_EXISTS: Text = Text("Errors.Project.Member.AlreadyExists");
    }

    pub mod user_grant {
        use super::Text;

        pub const NOT_FOUND: Text = Text("User grant not found");
        pub const ALREADY_EXISTS: Text = Text("User grant already exists");
        pub const NOT_CHANGED: Text = Text("User grant has not been changed");
        pub const ID_MISSING: Text = Text("Id missing");
        pub const OTHER_PROJECT: Text = Text("User has no permissions on this project");
    }

    pub mod org {
        use super::Text;

        pub const NOT_FOUND: Text = Text("Organisation not found");
        pub const INVALID: Text = Text("Organisation is invalid");
        pub const ALREADY_EXISTS: Text = Text("Organisation's name or id already taken");
        pub const DEFAULT: Text = Text("Default Organisation must not be deleted");
        pub const DEFAULT_INACTIVE: Text = Text("Default Organisation must not be deactivated");
        pub const ALREADY_INACTIVE: Text = Text("Organisation is already deactivated");
        pub const NOT_INACTIVE: Text = Text("Organisation is not deactivated");
        pub const DOMAIN_EXISTS: Text = Text("Domain already exists");
        pub const DOMAIN_INVALID: Text =
            Text("Only alphanumeric characters, . and - are allowed for a domain");
        pub const POLICY_EXISTS: Text = Text("Errors.Org.DomainPolicy.AlreadyExists");
        pub const MEMBER_INVALID: Text = Text("Errors.Org.MemberInvalid");
        pub const MEMBER_EXISTS: Text = Text("Errors.Org.Member.AlreadyExists");
    }
}
