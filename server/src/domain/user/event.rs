//! What can happen to a user.

use std::ops::Not;

use serde::{Deserialize, Serialize};

use super::code::{Code, PasswordCode, PasswordlessCode};
use super::factor::{CredentialRemoved, NewCredential, OtpSecret, ReadyCredential};
use crate::domain::events;
use crate::domain::human::NewHuman;
use crate::domain::idp::{IdpLink, IdpLinkRemoved};

events! {
    "user.human.added" HumanAdded(NewHuman),
    "user.human.profile.changed" ProfileChanged(ProfileChanged),
    "user.human.email.changed" EmailChanged(EmailChanged),
    "user.human.email.verified" EmailVerified,
    "user.human.email.code.added" EmailCodeAdded(Code),
    "user.human.phone.changed" PhoneChanged(PhoneChanged),
    "user.human.phone.verified" PhoneVerified,
    "user.human.phone.removed" PhoneRemoved,
    "user.human.phone.code.added" PhoneCodeAdded(Code),
    "user.human.initialization.code.added" InitializationCodeAdded(Code),
    "user.human.avatar.removed" AvatarRemoved,
    "user.human.password.changed" PasswordChanged(PasswordChanged),
    "user.human.password.code.added" PasswordCodeAdded(PasswordCode),
    "user.human.passwordless.initialization.code.added" PasswordlessCodeAdded(PasswordlessCode),
    "user.username.changed" UserNameChanged(UserName),
    "user.human.passwordless.initialization.code.requested"
        PasswordlessCodeRequested(PasswordlessCode),
    "user.human.passwordless.token.added" PasskeyAdded(NewCredential),
    "user.human.passwordless.token.verified" PasskeyVerified(ReadyCredential),
    "user.human.passwordless.token.removed" PasskeyRemoved(CredentialRemoved),
    "user.human.mfa.u2f.token.added" U2fAdded(NewCredential),
    "user.human.mfa.u2f.token.verified" U2fVerified(ReadyCredential),
    "user.human.mfa.u2f.token.removed" U2fRemoved(CredentialRemoved),
    "user.human.mfa.otp.added" OtpAdded(OtpSecret),
    "user.human.mfa.otp.verified" OtpVerified,
    "user.human.mfa.otp.removed" OtpRemoved,
    "user.human.mfa.otp.sms.added" OtpSmsAdded,
    "user.human.mfa.otp.sms.removed" OtpSmsRemoved,
    "user.human.mfa.otp.email.added" OtpEmailAdded,
    "user.human.mfa.otp.email.removed" OtpEmailRemoved,
    "user.human.externalidp.added" IdpLinkAdded(IdpLink),
    "user.human.externalidp.removed" IdpLinkRemoved(IdpLinkRemoved),
    "user.machine.added" MachineAdded(NewMachine),
    "user.machine.changed" MachineChanged(MachineChanged),
    "user.machine.secret.set" MachineSecretSet(MachineSecret),
    "user.machine.secret.removed" MachineSecretRemoved,
    "user.machine.key.added" KeyAdded(NewKey),
    "user.machine.key.removed" KeyRemoved(KeyRemoved),
    "user.pat.added" PatAdded(NewPat),
    "user.pat.removed" PatRemoved(PatRemoved),
    "user.metadata.set" MetadataSet(Metadata),
    "user.metadata.removed" MetadataRemoved(MetadataRemoved),
    "user.locked" Locked,
    "user.unlocked" Unlocked,
    "user.deactivated" Deactivated,
    "user.reactivated" Reactivated,
    "user.removed" Removed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserName {
    pub user_name: String,
    /// Unique in its organisation, not in the instance.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub org_scoped: bool,
}

/// Only what changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProfileChanged {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nick_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmailChanged {
    pub email: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhoneChanged {
    pub phone: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordChanged {
    pub encoded_hash: String,
    pub change_required: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewMachine {
    pub user_name: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default)]
    pub access_token_type: i64,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub org_scoped: bool,
}

/// Only what changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MachineChanged {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_type: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineSecret {
    pub encoded_hash: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPat {
    pub token_id: String,
    /// SHA-256 of the token, in hexadecimal.
    pub hash: String,
    /// Microseconds since 1970.
    pub expiration: i64,
    pub scopes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatRemoved {
    pub token_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewKey {
    pub key_id: String,
    /// Microseconds since 1970.
    pub expiration: i64,
    /// PKIX in DER, in base64.
    pub public_key: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRemoved {
    pub key_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetadataRemoved {
    pub key: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    pub key: String,
    /// Base64.
    pub value: String,
}
