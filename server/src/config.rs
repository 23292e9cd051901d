//! Every setting, its default and its environment name.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{RangedI64ValueParser, RangedU64ValueParser};
use clap::{ArgAction, Args, Parser, Subcommand};
use ipnet::IpNet;
use tracing::level_filters::LevelFilter;

use crate::delivery::Plan;
use crate::passwords::{self, Algorithm};
use crate::proxies;
use crate::serve::Limits;

/// ZITADEL's user management API as one small server.
#[derive(Debug, Parser)]
#[command(name = "bailey", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// What is logged: `off`, `error`, `warn`, `info`, `debug` (a line a request) or `trace`.
    #[arg(long, env = "BAILEY_LOG", global = true, default_value = "info", value_name = "LEVEL")]
    pub log: LevelFilter,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the API until Ctrl-C or SIGTERM.
    Serve(Box<Settings>),
    /// Replays the log of events and compares the outcome with the tables.
    Verify {
        #[command(flatten)]
        database: Database,
    },
    /// Prints the document of the Management API.
    Openapi {
        /// The version of OpenAPI.
        #[arg(value_parser = ["3.0", "3.1"], default_value = "3.0")]
        version: String,
    },
    /// Prints which operations are deprecated since when, and what replaces them.
    Deprecations,
}

#[derive(Clone, Debug, Args)]
pub struct Database {
    /// A SQLite file, `:memory:`, or `postgres://user:password@host/name`.
    #[arg(
        long = "database",
        env = "BAILEY_DATABASE",
        default_value = "bailey.db",
        hide_env_values = true
    )]
    pub url: String,
}

/// What `bailey serve` can be told, by flag or environment.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Address and port; port 0 lets the system choose.
    #[arg(long, env = "BAILEY_LISTEN", default_value = "127.0.0.1:8080", value_parser = address)]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub database: Database,
    /// Where the first start writes the instance owner's token (mode 0600).
    #[arg(long, env = "BAILEY_ADMIN_PAT_FILE", value_name = "FILE")]
    pub admin_pat_file: Option<PathBuf>,
    /// The file of the master key; without one it is kept beside the database (mode 0600).
    #[arg(long, env = "BAILEY_MASTERKEY_FILE", value_name = "FILE", conflicts_with = "masterkey")]
    pub masterkey_file: Option<PathBuf>,
    /// The master key itself, at least 32 characters.
    #[arg(long, env = "BAILEY_MASTERKEY", value_name = "TEXT", hide_env_values = true)]
    pub masterkey: Option<String>,
    /// The one host name that requests may name; any if it is not set.
    #[arg(long, env = "BAILEY_EXTERNAL_DOMAIN", default_value = "", hide_default_value = true, value_parser = host_name)]
    pub external_domain: String,
    /// Makes a small example organisation at the first start.
    #[arg(long, env = "BAILEY_EXAMPLE")]
    pub example: bool,
    /// Tells processes that share a database apart in generated ids.
    #[arg(long, env = "BAILEY_MACHINE_ID", default_value_t = default_machine_id(), hide_default_value = true)]
    pub machine_id: u16,
    /// The most bytes of a request's body.
    #[arg(long, env = "BAILEY_BODY_LIMIT", default_value_t = 4 << 20, value_name = "BYTES", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1 << 30))]
    pub body_limit: usize,
    /// Seconds that a request may take, from its head to the end of the answer.
    #[arg(long, env = "BAILEY_REQUEST_TIMEOUT", default_value_t = 30, value_name = "SECONDS", value_parser = RangedU64ValueParser::<u64>::new().range(1..=86_400))]
    pub request_timeout: u64,
    /// Seconds that the head of a request may take.
    #[arg(long, env = "BAILEY_HEADER_TIMEOUT", default_value_t = 10, value_name = "SECONDS", value_parser = RangedU64ValueParser::<u64>::new().range(1..=86_400))]
    pub header_timeout: u64,
    /// How new passwords are hashed: `argon2id`, or `bcrypt:<cost>` with a cost of 10 to 16, which
    /// refuses passwords over 72 bytes.
    #[arg(long, env = "BAILEY_PASSWORD_HASH", default_value = "argon2id", value_parser = passwords::algorithm)]
    pub password_hash: Algorithm,
    /// Whether the answers of deprecated operations say so in headers; ZITADEL's do not.
    #[arg(long, env = "BAILEY_DEPRECATION_HEADERS", default_value_t = true, action = ArgAction::Set, value_name = "BOOL")]
    pub deprecation_headers: bool,
    /// The reverse proxies whose `X-Forwarded-*` is believed: addresses and networks.
    #[arg(long, env = "BAILEY_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORKS", value_parser = proxies::network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Who delivers codes: `none`, `smtp://user:password@host:587` (STARTTLS; without TLS only with
    /// `?tls=none`), `smtps://…` (TLS), or the `https://…` of a webhook, which gets them as JSON
    /// (`http://…` sends them in the clear).
    #[arg(
        long,
        env = "BAILEY_DELIVERY",
        default_value = "none",
        value_name = "URL",
        hide_env_values = true
    )]
    pub delivery: String,
    /// What requests to a webhook are signed with (Standard Webhooks): `whsec_` and the base64 of 24
    /// to 64 random bytes.
    #[arg(
        long,
        env = "BAILEY_DELIVERY_SECRET",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub delivery_secret: String,
    /// The sender of e-mails.
    #[arg(
        long,
        env = "BAILEY_DELIVERY_FROM",
        default_value = "Bailey <bailey@localhost>",
        value_name = "ADDRESS"
    )]
    pub delivery_from: String,
    /// How often a message is tried before it is given up.
    #[arg(long, env = "BAILEY_DELIVERY_ATTEMPTS", default_value_t = 10, value_name = "NUMBER", value_parser = RangedI64ValueParser::<i64>::new().range(1..=100))]
    pub delivery_attempts: i64,
    /// Seconds before the second attempt; before each further one twice as many, at most 600.
    #[arg(long, env = "BAILEY_DELIVERY_PAUSE", default_value_t = 5, value_name = "SECONDS", value_parser = RangedI64ValueParser::<i64>::new().range(0..=600))]
    pub delivery_pause: i64,
    /// Where users reach this server; links in messages begin with it.
    #[arg(
        long,
        env = "BAILEY_PUBLIC_URL",
        default_value = "http://localhost:8080",
        value_name = "URL",
        value_parser = base_url
    )]
    pub public_url: String,
    /// The most connections at once; further ones wait.
    #[arg(long, env = "BAILEY_CONNECTIONS", default_value_t = 10_000, value_name = "NUMBER", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub connections: usize,
}

impl Settings {
    pub fn delivery(&self) -> Plan {
        Plan {
            url: self.delivery.clone(),
            secret: self.delivery_secret.clone(),
            from: self.delivery_from.clone(),
            public_url: self.public_url.clone(),
            attempts: self.delivery_attempts,
            pause: self.delivery_pause,
        }
    }

    /// The settings of a test: defaults, a free port of this machine, this database, a key of tests.
    pub fn for_tests(database: &str) -> Self {
        #[derive(Parser)]
        struct Defaults {
            #[command(flatten)]
            settings: Settings,
        }
        let key = "the master key of every test there is";
        let mut arguments = vec!["bailey", "--listen", "127.0.0.1:0", "--database", database];
        arguments.extend(["--masterkey", key]);
        Defaults::parse_from(arguments).settings
    }

    pub fn limits(&self) -> Limits {
        Limits {
            connections: self.connections,
            header_read: Duration::from_secs(self.header_timeout),
            request: Duration::from_secs(self.request_timeout),
            ..Limits::default()
        }
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "give an IP address and a port: 127.0.0.1:8080")
}

fn host_name(text: &str) -> Result<String, &'static str> {
    if text.contains(['/', ':', ' ']) {
        return Err("give a host name alone, without scheme, port and path: auth.example.com");
    }
    Ok(text.into())
}

fn base_url(text: &str) -> Result<String, &'static str> {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if !matches!(scheme, "http" | "https") || rest.is_empty() || rest.contains(['?', '#', ' ']) {
        return Err("give an http:// or https:// URL without a query: https://auth.example.com");
    }
    Ok(text.into())
}

/// The process id and the clock spread processes over the 65,536 numbers.
fn default_machine_id() -> u16 {
    let time = crate::clock::Clock.now();
    let mixed = u64::from(std::process::id()).wrapping_mul(0x9e37_79b9) ^ time.unsigned_abs();
    (mixed & 0xffff) as u16
}
