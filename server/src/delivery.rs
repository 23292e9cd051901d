//! Sends what waits in the outbox: each code at least once, and not again after it was taken.
//!
//! A message is claimed before it is sent, for as long as sending may take at most; who dies in
//! between leaves it to be sent again. One that is not taken is tried later, each time after twice
//! the pause, until its attempts are used up: then it is marked as dead.

mod letter;
mod smtp;
mod webhook;

use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::core::Core;
use crate::domain::user::{Purpose, passwordless_link};
use crate::error::{Code, Error, Result};
use crate::views::outbox::{self, Due, Fate};
use letter::{Letter, Parts};
use smtp::Smtp;
use webhook::Webhook;

/// How often the outbox is looked at.
const ROUND: Duration = Duration::from_secs(1);
/// How long sending one message may take.
const SENDING: Duration = Duration::from_secs(30);
/// How long a claimed message is nobody else's, in microseconds.
const CLAIM: i64 = 60_000_000;
/// The longest pause between two attempts, in microseconds.
const LONGEST_PAUSE: i64 = 600_000_000;

/// What the operator says about delivery.
#[derive(Clone, Debug)]
pub struct Plan {
    /// `none`, `smtp://`, `smtps://`, `http://` or `https://`.
    pub url: String,
    /// What requests to a webhook are signed with; empty: not at all.
    pub secret: String,
    /// The sender of e-mails.
    pub from: String,
    /// Where users find the login, for links.
    pub public_url: String,
    pub attempts: i64,
    /// Before the second attempt, in seconds.
    pub pause: i64,
}

/// Who takes messages.
enum Driver {
    Smtp(Box<Smtp>),
    Webhook(Box<Webhook>),
}

/// Why a message was not taken.
#[derive(Debug)]
enum Failure {
    /// It may be taken later.
    Later(String),
    /// It never will be.
    Never(String),
}

struct Delivery {
    core: Core,
    plan: Plan,
    driver: Driver,
}

/// Delivers until the task is aborted; `None` where nothing is to be delivered.
///
/// Errors: one line that says what is wrong with the plan.
pub fn start(core: &Core, plan: Plan) -> Result<Option<JoinHandle<()>>, String> {
    let Some(driver) = Driver::new(&plan)? else { return Ok(None) };
    let delivery = Delivery { core: core.clone(), plan, driver };
    Ok(Some(tokio::spawn(std::sync::Arc::new(delivery).run())))
}

impl Driver {
    fn new(plan: &Plan) -> Result<Option<Self>, String> {
        let url = plan.url.as_str();
        match url.split_once(':').map_or(url, |(scheme, _)| scheme) {
            "none" => Ok(None),
            "smtp" | "smtps" => {
                Smtp::new(url, &plan.from).map(|smtp| Some(Self::Smtp(smtp.into())))
            }
            "http" | "https" => {
                Webhook::new(url, &plan.secret).map(|hook| Some(Self::Webhook(hook.into())))
            }
            _ => Err("--delivery takes none, smtp://…, smtps://…, http://… or https://…".into()),
        }
    }

    fn sends_sms(&self) -> bool {
        matches!(self, Self::Webhook(_))
    }

    /// `now` in seconds.
    async fn send(&self, letter: &Letter, now: i64) -> Result<(), Failure> {
        let send = async {
            match self {
                Self::Smtp(smtp) => smtp.send(letter).await,
                Self::Webhook(hook) => hook.send(letter, now).await,
            }
        };
        let late = |_| Err(Failure::Later(format!("no answer within {SENDING:?}")));
        timeout(SENDING, send).await.unwrap_or_else(late)
    }
}

impl Delivery {
    async fn run(self: std::sync::Arc<Self>) {
        loop {
            match outbox::due(&self.core.db, self.core.clock.now()).await {
                Ok(due) if !due.is_empty() => {
                    let mut sending = JoinSet::new();
                    for message in due {
                        let delivery = self.clone();
                        sending.spawn(async move { delivery.attempt(&message).await });
                    }
                    while sending.join_next().await.is_some() {}
                }
                // An error is in the log already; the database may come back.
                _ => sleep(ROUND).await,
            }
        }
    }

    /// What goes wrong with the database leaves the message claimed, and it is due again later, or
    /// unclaimed, and it is due at once.
    async fn attempt(&self, due: &Due) {
        match self.deliver(due).await {
            Ok(()) => {}
            Err(error) if error.code == Code::Aborted => {}
            Err(error) => {
                tracing::warn!(%error, "a message was not settled");
                sleep(ROUND).await;
            }
        }
    }

    async fn deliver(&self, due: &Due) -> Result<()> {
        let (db, now) = (&self.core.db, self.core.clock.now());
        let reachable = !due.address().is_empty() && (!due.message.sms || self.driver.sends_sms());
        if due.message.expires_at <= now || !reachable {
            return outbox::settle(db, due, Fate::Dropped).await;
        }
        outbox::claim(db, due, now.saturating_add(CLAIM)).await?;
        let attempt = due.attempts.saturating_add(1);
        match self.driver.send(&self.letter(due)?, now / 1_000_000).await {
            Ok(()) => outbox::settle(db, due, Fate::Delivered).await,
            Err(Failure::Later(why)) if attempt < self.plan.attempts => {
                let pause = self.pause(attempt);
                let (id, seconds) = (due.message.id(), pause / 1_000_000);
                tracing::info!(id, attempt, seconds, why, "a message is to be sent again");
                outbox::postpone(db, due, self.core.clock.now().saturating_add(pause)).await
            }
            Err(Failure::Later(why) | Failure::Never(why)) => {
                tracing::warn!(
                    id = due.message.id(),
                    attempt,
                    why,
                    "a message cannot be delivered"
                );
                outbox::settle(db, due, Fate::Dead).await
            }
        }
    }

    /// In microseconds, behind this attempt.
    fn pause(&self, attempt: i64) -> i64 {
        let doublings = u32::try_from(attempt - 1).unwrap_or_default().min(20);
        let pause = self.plan.pause.saturating_mul(1_000_000);
        pause.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
    }

    fn letter(&self, due: &Due) -> Result<Letter> {
        let message = &due.message;
        let code = self.core.key.decrypt(&message.code).and_then(|b| String::from_utf8(b).ok());
        let code = code.ok_or_else(|| Error::internal("a code of another master key"))?;
        let link = (message.purpose == Purpose::Passwordless).then(|| {
            let parts = [&message.user_id, &message.owner, &message.code_id, &code].map(|s| &**s);
            passwordless_link(self.plan.public_url.trim_end_matches('/'), parts)
        });
        let hours = (message.expires_at - message.created_at) / 3_600_000_000;
        let parts = Parts { name: &due.name, code: &code, link: link.as_deref(), hours };
        Ok(Letter::new(message, due.address(), &parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(url: &str) -> Plan {
        let (from, public_url) = ("Bailey <bailey@localhost>".into(), "http://localhost".into());
        Plan { url: url.into(), secret: String::new(), from, public_url, attempts: 3, pause: 5 }
    }

    #[test]
    fn only_known_kinds_of_delivery_are_taken() {
        let refused = |url: &str| Driver::new(&plan(url)).err().unwrap_or_default();
        assert!(matches!(Driver::new(&plan("none")), Ok(None)));
        for url in ["smtp://h", "smtps://u:p@h:465", "https://h/x", "http://h", "smtp://h?tls=none"]
        {
            assert_eq!(refused(url), "", "{url}");
        }
        for url in ["", "pigeon://h", "https://", "smtp://", "smtp://h?tls=maybe"] {
            assert_ne!(refused(url), "", "{url}");
        }
        let from = Plan { from: "nobody".into(), ..plan("smtp://h") };
        assert!(Driver::new(&from).is_err());
        let secret = Plan { secret: "x".into(), ..plan("https://h") };
        assert!(Driver::new(&secret).is_err());
    }
}
