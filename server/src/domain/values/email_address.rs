//! E-mail addresses: one address of RFC 5322 without a display name.
//!
//! Read as Go's `net/mail` reads it (`fixtures/users/human/emails.yaml`,
//! `fixtures/users/email/formats.yaml`).

mod encoded_word;
mod parser;

use parser::{Name, Parser};

/// Why a text is not accepted as an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not one address.
    Malformed,
    /// It is one address with a display name; a comment behind the address is one too.
    Named,
}

/// Accepts one address without a display name. White space around it may stay.
pub fn check(address: &str) -> Result<(), Fault> {
    match Parser::only_mailbox(address) {
        None => Err(Fault::Malformed),
        Some(Name::Given) => Err(Fault::Named),
        Some(Name::Empty) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, check};

    const ACCEPTED: &[&str] = &[
        "a@b.c",
        "a@b",
        "a@-b.c",
        " a@b.c",
        "a+tag@b.c",
        "a@localhost",
        "a@b.c ",
        "a@123",
        "<a@b.c>",
        "A@B.C",
        "\"q q\"@b.c",
        "a@[127.0.0.1]",
        "group:a@b.c;",
        "ü@b.c",
        "a@b_c.d",
        "a@bü.c",
        "a@b.c\t",
        "\u{feff}a@b.c",
        "a@ b.c",
        " hal@example.com ",
        "a@[::1]",
        "a@b.c ()",
        "\"\" <a@b.c>",
        "a@b.c (=?utf-8?q??=)",
        "<a@b.c> (c)",
        "\"a\\\"b\"@c.d",
        "a@b\u{a0}c",
    ];

    const NAMED: &[&str] = &[
        "\"Name\" <a@b.c>",
        "a@b.c (comment)",
        "Name <a@b.c>",
        "=?utf-8?q?a?= <a@b.c>",
        "Kim <kim@example.com>",
        "a@b.c (a(b)c)",
        "a@b.c (\\))",
        "g:N <a@b.c>;",
        "\"\" \"\" <a@b.c>",
        "N =?koi8-r?q?a?= <a@b.c>",
        "=?utf-8?x?a?= <a@b.c>",
        "N (c) <a@b.c>",
        "N <a@b.c> (c)",
    ];

    const MALFORMED: &[&str] = &[
        "a..b@c.d",
        ".a@b.c",
        "a@b.c\n",
        "a",
        "a.@b.c",
        "a,b@c.d",
        "@b.c",
        "a@b..c",
        "a;b@c.d",
        "a@",
        "a@b@c.d",
        "a b@c.d",
        "a@b.c,d@e.f",
        "<>",
        "(c)a@b.c",
        "\"\"@b.c",
        "a@[IPv6:::1]",
        "a@b.c.",
        "a@.b",
        "a@b c.d",
        "a @b.c",
        "<a@b.c",
        "   ",
        "",
        "nonsense",
        "a@[1.2.3]",
        "a@[01.2.3.4]",
        "a@b.c (x",
        "g:a@b.c,d@e.f;",
        "g:;",
        "g:h:a@b.c;;",
        "=?utf-8?q??= <a@b.c>",
        "=?koi8-r?q?a?= <a@b.c>",
        "=?utf-8?b?YQ==?= (c) <a@b.c>",
        "\"a\n\"@c.d",
        "a@b,",
        "a@b",
        "@a,@b:c@d.e",
        "<@a:c@d.e>",
    ];

    #[test]
    fn one_address_is_accepted() {
        for address in ACCEPTED {
            assert_eq!(check(address), Ok(()), "{address:?}");
        }
    }

    #[test]
    fn an_address_with_a_name_is_refused() {
        for address in NAMED {
            assert_eq!(check(address), Err(Fault::Named), "{address:?}");
        }
    }

    #[test]
    fn what_is_not_one_address_is_refused() {
        for address in MALFORMED {
            assert_eq!(check(address), Err(Fault::Malformed), "{address:?}");
        }
    }
}
