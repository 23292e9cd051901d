//! What the history of a user calls its events.

/// In order of the kinds. The texts of avatars that are added, of identity providers, of the first
/// login, of factors and of passkeys are ours: no recording has them.
#[rustfmt::skip]
const TEXTS: [(&str, &str); 48] = [
    ("user.deactivated", "User deactivated"),
    ("user.human.added", "Person added"),
    ("user.human.avatar.added", "Avatar added"),
    ("user.human.avatar.removed", "Avatar removed"),
    ("user.human.email.changed", "Email address changed"),
    ("user.human.email.code.added", "Email address verification code generated"),
    ("user.human.email.verified", "Email address verified"),
    ("user.human.externalidp.added", "External IDP added"),
    ("user.human.externalidp.removed", "External IDP removed"),
    ("user.human.initialization.check.succeeded", "Initialization check succeeded"),
    ("user.human.initialization.code.added", "Initialization code generated"),
    ("user.human.mfa.otp.added", "Multifactor OTP added"),
    ("user.human.mfa.otp.email.added", "Multifactor OTP Email added"),
    ("user.human.mfa.otp.email.removed", "Multifactor OTP Email removed"),
    ("user.human.mfa.otp.removed", "Multifactor OTP removed"),
    ("user.human.mfa.otp.sms.added", "Multifactor OTP SMS added"),
    ("user.human.mfa.otp.sms.removed", "Multifactor OTP SMS removed"),
    ("user.human.mfa.otp.verified", "Multifactor OTP verified"),
    ("user.human.mfa.u2f.token.added", "Multifactor U2F Token added"),
    ("user.human.mfa.u2f.token.removed", "Multifactor U2F Token removed"),
    ("user.human.mfa.u2f.token.verified", "Multifactor U2F Token verified"),
    ("user.human.password.changed", "Password changed"),
    ("user.human.password.code.added", "Password code generated"),
    ("user.human.passwordless.initialization.code.added", "Passkey initialization code added"),
    ("user.human.passwordless.initialization.code.requested", "Passkey initialization code requested"),
    ("user.human.passwordless.token.added", "Passkey added"),
    ("user.human.passwordless.token.removed", "Passkey removed"),
    ("user.human.passwordless.token.verified", "Passkey verified"),
    ("user.human.phone.changed", "Phone number changed"),
    ("user.human.phone.code.added", "Phone number code generated"),
    ("user.human.phone.removed", "Phone number removed"),
    ("user.human.phone.verified", "Phone number verified"),
    ("user.human.profile.changed", "User profile changed"),
    ("user.locked", "User locked"),
    ("user.machine.added", "Technical user added"),
    ("user.machine.changed", "Technical user changed"),
    ("user.machine.key.added", "Key added"),
    ("user.machine.key.removed", "Key removed"),
    ("user.machine.secret.removed", "Secret removed"),
    ("user.machine.secret.set", "Secret set"),
    ("user.metadata.removed", "User metadata removed"),
    ("user.metadata.set", "User metadata set"),
    ("user.pat.added", "Personal Access Token added"),
    ("user.pat.removed", "Personal Access Token removed"),
    ("user.reactivated", "User reactivated"),
    ("user.removed", "User removed"),
    ("user.unlocked", "User unlocked"),
    ("user.username.changed", "Username changed"),
];

/// The English text of a kind of event; the kind itself if it has none.
pub fn text(kind: &str) -> &str {
    let row = TEXTS.binary_search_by_key(&kind, |(kind, _)| kind);
    row.ok().and_then(|row| TEXTS.get(row)).map_or(kind, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::KINDS;

    #[test]
    fn every_event_has_a_text() {
        assert!(TEXTS.is_sorted());
        assert_eq!(text("user.locked"), "User locked");
        assert_eq!(text("user.flown"), "user.flown");
        for kind in KINDS {
            assert_ne!(text(kind), *kind, "{kind}");
        }
    }
}
