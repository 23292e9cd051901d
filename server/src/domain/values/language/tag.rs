//! Reading a tag, subtag by subtag.

use std::fmt;
use std::iter::Peekable;

use super::{UNDETERMINED, registry};

/// The canonical form of a tag, and whether it has no fault: nothing malformed, unknown, incomplete
/// or out of place. Only a tag without a fault gets the codes in use for withdrawn ones.
pub fn read(tag: &str) -> (String, bool) {
    let tag = tag.to_ascii_lowercase().replace('_', "-");
    if let Some(modern) = registry::grandfathered(&tag) {
        return (modern.to_owned(), true);
    }
    let well_formed = tag.split('-').filter(|subtag| is_well_formed(subtag));
    let Some(mut read) = Tag::read(&mut well_formed.peekable()) else {
        return (UNDETERMINED.to_owned(), false);
    };
    let faultless = read.faultless && tag.split('-').all(is_well_formed);
    if faultless {
        read.renew();
    }
    (read.to_string(), faultless)
}

fn is_well_formed(subtag: &str) -> bool {
    (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What is read of a tag.
struct Tag {
    /// Empty in a tag for private use.
    language: String,
    script: Option<String>,
    region: Option<String>,
    /// Variants, extensions and what is for private use.
    rest: Vec<String>,
    /// Everything was registered, in its place and complete.
    faultless: bool,
}

impl Tag {
    fn read<'a>(subtags: &mut Peekable<impl Iterator<Item = &'a str>>) -> Option<Self> {
        let first = subtags.next_if(|subtag| matches!(subtag.len(), 2 | 3));
        if first.is_none() && subtags.peek() != Some(&"x") {
            return None;
        }
        let language = String::new();
        let mut tag =
            Self { language, script: None, region: None, rest: Vec::new(), faultless: true };
        if let Some(first) = first {
            tag.read_language(first, subtags);
        }
        tag.read_extensions(subtags);
        tag.faultless &= subtags.next().is_none();
        Some(tag)
    }

    /// Language, script, region and variants.
    fn read_language<'a>(
        &mut self,
        first: &str,
        subtags: &mut Peekable<impl Iterator<Item = &'a str>>,
    ) {
        let known = self.known(registry::language(first));
        self.language = known.unwrap_or(UNDETERMINED.to_owned());
        while let Some(extended) = subtags.next_if(|s| s.len() == 3 && starts_with_letter(s)) {
            let known = self.known(registry::language(extended));
            if let Some(known) = known.filter(|known| known != UNDETERMINED) {
                self.language = known;
            }
        }
        if let Some(script) = subtags.next_if(|s| s.len() == 4 && starts_with_letter(s)) {
            self.script = self.known(registry::script(script));
        }
        if let Some(region) = subtags.next_if(|s| matches!(s.len(), 2 | 3)) {
            self.region = self.known(registry::region(region));
        }
        while let Some(variant) = subtags.next_if(|s| s.len() >= 4) {
            let known = self.known(registry::is_variant(variant).then(|| variant.to_owned()));
            self.rest.extend(known);
        }
    }

    fn known(&mut self, found: Option<String>) -> Option<String> {
        self.faultless &= found.is_some();
        found
    }

    /// Extensions in the order of their singletons, then what is for private use.
    fn read_extensions<'a>(&mut self, subtags: &mut Peekable<impl Iterator<Item = &'a str>>) {
        let mut extensions = Vec::new();
        while let Some(singleton) = subtags.next_if(|s| s.len() == 1 && *s != "x") {
            let mut values = Vec::new();
            while let Some(value) = subtags.next_if(|s| s.len() > 1) {
                values.push(value);
            }
            let values = match singleton {
                "u" => unicode_values(&values),
                "t" => self.transformed(&values),
                _ => values.join("-"),
            };
            let extension = (!values.is_empty()).then(|| format!("{singleton}-{values}"));
            extensions.extend(self.known(extension));
        }
        extensions.sort();
        self.rest.append(&mut extensions);
        if subtags.next_if_eq(&"x").is_some() {
            let private: Vec<_> = subtags.collect();
            let private = (!private.is_empty()).then(|| format!("x-{}", private.join("-")));
            let private = self.known(private);
            self.rest.extend(private);
        }
    }

    /// The values of extension `t` (RFC 6497): a language, or fields whose keys end with a digit.
    fn transformed(&mut self, values: &[&str]) -> String {
        let Some((first, rest)) = values.split_first() else { return String::new() };
        let letters = first.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
        match first.len() {
            2 | 3 if letters => {
                let known = self.known(registry::language(first));
                let language = known.as_deref().unwrap_or(UNDETERMINED);
                [&[language], rest].concat().join("-")
            }
            2 => values.join("-"),
            _ => String::new(),
        }
    }

    /// Withdrawn codes become the ones in use, some with the script or region that they implied.
    fn renew(&mut self) {
        if let Some(current) = registry::current_language(&self.language) {
            let (language, implied) = current.split_once('-').unwrap_or((current, ""));
            self.language = language.into();
            match implied.len() {
                2 => _ = self.region.get_or_insert(implied.into()),
                4 => _ = self.script.get_or_insert(implied.into()),
                _ => {}
            }
        }
        self.script = self.script.take().map(registry::current_script);
        self.region = self.region.take().map(registry::current_region);
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let language = Some(&self.language).filter(|language| !language.is_empty());
        let parts = language.into_iter().chain(&self.script).chain(&self.region).chain(&self.rest);
        f.write_str(&parts.map(String::as_str).collect::<Vec<_>>().join("-"))
    }
}

fn starts_with_letter(subtag: &str) -> bool {
    subtag.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The values of extension `u` (RFC 6067): attributes, then keys of two characters with their
/// types, each in order and once.
fn unicode_values(values: &[&str]) -> String {
    let mut groups: Vec<String> = Vec::new();
    let mut keyed = false;
    for value in values {
        keyed |= value.len() == 2;
        match groups.last_mut() {
            Some(group) if keyed && value.len() > 2 => *group = format!("{group}-{value}"),
            _ => groups.push((*value).to_owned()),
        }
    }
    groups.sort_by_key(|group| (is_key(group), group.clone()));
    groups.dedup();
    groups.join("-")
}

fn is_key(group: &str) -> bool {
    group.find('-').unwrap_or(group.len()) == 2
}
