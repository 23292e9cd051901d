//! What a user reads.

use buffa_types::google::protobuf::Timestamp;
use serde::Serialize;

use crate::domain::user::Purpose;
use crate::views::outbox::Message;

/// A message with its code: what a webhook gets as JSON, and what an e-mail is made of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    /// The same at each attempt.
    pub id: String,
    pub purpose: &'static str,
    pub channel: &'static str,
    pub to: String,
    pub user_id: String,
    pub organization_id: String,
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    pub expires_at: Timestamp,
    pub subject: &'static str,
    pub text: String,
    pub html: String,
}

pub struct Parts<'a> {
    pub name: &'a str,
    pub code: &'a str,
    pub link: Option<&'a str>,
    /// How long the code works.
    pub hours: i64,
}

impl Letter {
    pub fn new(message: &Message, to: &str, parts: &Parts<'_>) -> Self {
        let (subject, why) = words(message.purpose);
        let seconds = message.expires_at.div_euclid(1_000_000);
        Self {
            id: message.id(),
            purpose: message.purpose.name(),
            channel: if message.sms { "sms" } else { "email" },
            to: to.into(),
            user_id: message.user_id.clone(),
            organization_id: message.owner.clone(),
            code: parts.code.into(),
            link: parts.link.map(Into::into),
            expires_at: Timestamp { seconds, ..Default::default() },
            subject,
            text: if message.sms { short(subject, parts) } else { plain(why, parts) },
            html: html(subject, why, parts),
        }
    }
}

/// The subject, and the sentence that says what the code is for.
fn words(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::Initialization => (
            "Finish setting up your account",
            "an account was made for you. Use this code at your first login:",
        ),
        Purpose::Email => (
            "Confirm your e-mail address",
            "use this code to confirm that this e-mail address is yours:",
        ),
        Purpose::Phone => (
            "Confirm your phone number",
            "use this code to confirm that this phone number is yours:",
        ),
        Purpose::Password => (
            "Choose a new password",
            "somebody asked to reset the password of your account. If it was you, use this code:",
        ),
        Purpose::Passwordless => (
            "Add a passkey to your account",
            "open this link on the device with which you want to log in without a password:",
        ),
    }
}

fn lifetime(hours: i64) -> String {
    if hours == 1 { "one hour".into() } else { format!("{hours} hours") }
}

fn short(subject: &str, parts: &Parts<'_>) -> String {
    format!("{subject}: {} (works for {})", parts.code, lifetime(parts.hours))
}

fn plain(why: &str, parts: &Parts<'_>) -> String {
    let Parts { name, code, link, hours } = parts;
    let (it, lifetime) = (link.unwrap_or(code), lifetime(*hours));
    format!(
        "Hello {name},\n\n{why}\n\n    {it}\n\nIt works for {lifetime}, and only once. If you did \
         not expect this message, you can ignore it.\n"
    )
}

fn html(subject: &str, why: &str, parts: &Parts<'_>) -> String {
    let (name, code, lifetime) = (escaped(parts.name), parts.code, lifetime(parts.hours));
    let it = match parts.link.map(escaped) {
        Some(link) => format!("<a href=\"{link}\">{link}</a>"),
        None => format!("<strong style=\"font-size:1.5em\">{}</strong>", escaped(code)),
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{subject}</title>\
         </head><body><p>Hello {name},</p><p>{why}</p><p>{it}</p><p>It works for {lifetime}, and \
         only once. If you did not expect this message, you can ignore it.</p></body></html>"
    )
}

/// A text within HTML and its attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(purpose: Purpose, sms: bool, parts: &Parts<'_>) -> Letter {
        let message = Message {
            user_id: "1".into(),
            purpose,
            code_id: String::new(),
            sequence: 2,
            owner: "o".into(),
            sms,
            code: String::new(),
            created_at: 0,
            expires_at: 3_600_000_000,
        };
        Letter::new(&message, "a@b.c", parts)
    }

    #[test]
    fn each_purpose_has_its_words_and_the_code() {
        let parts = Parts { name: "Gigi", code: "ABC123", link: None, hours: 72 };
        let mut subjects = std::collections::BTreeSet::new();
        for purpose in Purpose::ALL {
            let letter = letter(purpose, false, &parts);
            assert!(letter.text.contains("ABC123") && letter.text.contains("72 hours"));
            assert!(letter.html.contains("ABC123"));
            assert!(subjects.insert(letter.subject));
        }
    }

    #[test]
    fn a_name_is_text_within_html() {
        let name = "<script>\"x\" & 'y'";
        let link = Some("http://h/?a=1&b=2");
        let letter =
            letter(Purpose::Passwordless, false, &Parts { name, code: "c", link, hours: 1 });
        assert!(letter.html.contains("&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;"));
        assert!(letter.html.contains("href=\"http://h/?a=1&amp;b=2\""));
        assert!(letter.text.contains("http://h/?a=1&b=2") && letter.text.contains("one hour"));
    }

    #[test]
    fn a_short_message_is_one_line() {
        let parts = Parts { name: "Gigi", code: "ABC123", link: None, hours: 1 };
        let letter = letter(Purpose::Phone, true, &parts);
        assert_eq!(letter.text, "Confirm your phone number: ABC123 (works for one hour)");
        assert_eq!((letter.channel, letter.id.as_str()), ("sms", "1/phone/2"));
    }
}
