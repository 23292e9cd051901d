//! The grammar of an address: RFC 5322 section 3.4 without its obsolete forms, with the extension
//! of RFC 6532 to all of Unicode.
//!
//! Narrower than the RFC: comments stand behind an address or between the words of a name only, a
//! domain literal is an IP address. Wider: blanks may follow the `@`, names may hold dots.

use std::net::IpAddr;

use super::encoded_word::{self, Word};

/// The display name of a mailbox.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Empty,
    Given,
}

/// What is left to read. Every rule returns `None` if the text breaks it.
#[derive(Clone, Copy)]
pub struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    /// The name of the one mailbox that the whole text is.
    pub fn only_mailbox(text: &'a str) -> Option<Name> {
        let mut parser = Self { rest: text };
        let name = parser.address(true)?;
        parser.skip_comments()?;
        parser.rest.is_empty().then_some(name)
    }

    /// address = addr-spec \[comment\] / \[phrase\] "<" addr-spec ">" / group
    fn address(&mut self, groups: bool) -> Option<Name> {
        self.skip_blanks();
        if let Some(rest) = self.without_addr_spec() {
            self.rest = rest;
            self.skip_blanks();
            return if self.rest.starts_with('(') {
                self.comment_name()
            } else {
                Some(Name::Empty)
            };
        }
        let name = if self.rest.starts_with('<') { Name::Empty } else { self.phrase()? };
        self.skip_blanks();
        if groups && self.take(':').is_some() {
            return self.group();
        }
        self.take('<')?;
        self.rest = self.without_addr_spec()?;
        self.take('>')?;
        Some(name)
    }

    /// The members of a group up to the semicolon; one only, as one address is wanted.
    fn group(&mut self) -> Option<Name> {
        let name = self.address(false)?;
        self.skip_comments()?;
        self.take(';')?;
        Some(name)
    }

    /// What follows an addr-spec = local-part "@" domain.
    fn without_addr_spec(mut self) -> Option<&'a str> {
        self.skip_blanks();
        if self.rest.starts_with('"') {
            self.quoted_string().filter(|local| !local.is_empty())?;
        } else {
            self.dot_atom()?;
        }
        self.take('@')?;
        self.skip_blanks();
        if self.rest.starts_with('[') {
            self.domain_literal()?
        } else {
            self.dot_atom()?
        };
        Some(self.rest)
    }

    /// dot-atom = 1*atext *("." 1*atext)
    fn dot_atom(&mut self) -> Option<&'a str> {
        let atom = self.atom()?;
        atom.split('.').all(|part| !part.is_empty()).then_some(atom)
    }

    /// A run of atext and dots.
    fn atom(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|c| !is_atext(c)).unwrap_or(self.rest.len());
        let (atom, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!atom.is_empty()).then_some(atom)
    }

    /// The text between quotation marks, escapes and all.
    fn quoted_string(&mut self) -> Option<&'a str> {
        let text = self.rest.strip_prefix('"')?;
        let mut escaped = false;
        for (at, c) in text.char_indices() {
            match c {
                '"' if !escaped => {
                    let (text, rest) = text.split_at_checked(at)?;
                    self.rest = rest.strip_prefix('"')?;
                    return Some(text);
                }
                _ if !is_visible(c) && !is_blank(c) => return None,
                _ => escaped = c == '\\' && !escaped,
            }
        }
        None
    }

    /// domain-literal = "[" an IPv4 or IPv6 address "]"
    fn domain_literal(&mut self) -> Option<&'a str> {
        let (literal, rest) = self.rest.strip_prefix('[')?.split_once(']')?;
        literal.parse::<IpAddr>().ok()?;
        self.rest = rest;
        Some(literal)
    }

    /// phrase = 1*(atom / quoted-string), comments allowed behind a word that is not encoded.
    fn phrase(&mut self) -> Option<Name> {
        let mut words = Vec::new();
        loop {
            if words.iter().any(|word| matches!(word, Word::Plain { .. })) {
                self.skip_comments()?;
            }
            self.skip_blanks();
            match self.word() {
                Some(Word::Encoded { empty: true }) => {}
                Some(word) if word != Word::Unreadable => words.push(word),
                _ => break,
            }
        }
        (!words.is_empty()).then(|| name_of(&words))
    }

    fn word(&mut self) -> Option<Word> {
        if self.rest.starts_with('"') {
            return self.quoted_string().map(|text| Word::Plain { empty: text.is_empty() });
        }
        self.atom().map(encoded_word::decode)
    }

    /// A comment behind the address, as the name that it is.
    fn comment_name(&mut self) -> Option<Name> {
        let text = self.comment()?;
        let words = text.split([' ', '\t']).filter(|word| !word.is_empty());
        let words: Vec<_> = words.map(encoded_word::decode).collect();
        (!words.contains(&Word::Unreadable)).then(|| name_of(&words))
    }

    /// The text of a comment. Comments nest; a backslash goes, the next character says nothing.
    fn comment(&mut self) -> Option<String> {
        let inner = self.rest.strip_prefix('(')?;
        let (mut text, mut depth) = (String::new(), 1);
        let mut chars = inner.chars();
        while depth > 0 {
            let c = chars.next()?;
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            text.push(if c == '\\' { chars.next()? } else { c });
        }
        text.pop();
        self.rest = chars.as_str();
        Some(text)
    }

    fn skip_comments(&mut self) -> Option<()> {
        self.skip_blanks();
        while self.rest.starts_with('(') {
            self.comment()?;
            self.skip_blanks();
        }
        Some(())
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }

    fn take(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(c)?;
        Some(())
    }
}

fn name_of(words: &[Word]) -> Name {
    match words {
        [] | [Word::Plain { empty: true } | Word::Encoded { empty: true }] => Name::Empty,
        _ => Name::Given,
    }
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

/// RFC 6532: everything outside ASCII is visible.
fn is_visible(c: char) -> bool {
    c.is_ascii_graphic() || !c.is_ascii()
}

fn is_atext(c: char) -> bool {
    is_visible(c) && !"()<>[]:;@\\,\"".contains(c)
}
