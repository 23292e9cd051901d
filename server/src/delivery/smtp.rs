//! E-mail by SMTP (RFC 5321), over TLS (RFC 8314) or STARTTLS (RFC 3207).

use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::Failure;
use super::letter::Letter;

pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// `smtps://` is TLS from the start, `smtp://` demands STARTTLS; only `?tls=none` does without.
    ///
    /// Errors: one line that says what is wrong.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let url = match url.split_once('?') {
            None if url.starts_with("smtp:") => format!("{url}?tls=required"),
            None => url.into(),
            Some((server, "tls=none")) if url.starts_with("smtp:") => server.into(),
            Some(_) => return Err("--delivery smtp://… takes ?tls=none and nothing else".into()),
        };
        let from = from.parse().map_err(|_| "--delivery-from is no e-mail address")?;
        let built = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url);
        // The cause may hold the password.
        let transport = built.map_err(|_| "--delivery: not a usable address of an SMTP server")?;
        Ok(Self { transport: transport.build(), from })
    }

    /// Taken once the server answered 250 to all of it.
    pub async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let to = letter.to.trim().parse::<Mailbox>();
        let to = to.map_err(|_| Failure::Never("not an address that e-mail knows".into()))?;
        let id = format!("<{}@bailey>", letter.id.replace('/', "."));
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.email))
            .subject(letter.subject)
            .message_id(Some(id))
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
            .map_err(|error| Failure::Never(error.to_string()))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // Its text may hold the address.
            Err(error) if error.is_permanent() => Err(Failure::Never(why(&error))),
            Err(error) => Err(Failure::Later(why(&error))),
        }
    }
}

fn why(error: &lettre::transport::smtp::Error) -> String {
    error.status().map_or("no connection to the SMTP server".into(), |code| format!("SMTP {code}"))
}
