//! What a text contains, by FTS5 (<https://www.sqlite.org/fts5.html#the_trigram_tokenizer>).

use std::collections::BTreeSet;

/// Letters of a trigram.
const LETTERS: usize = 3;

/// An index of what stands in the columns of a table, which has a `number`. It holds which rows a
/// trigram is in, and nothing else: who asks has to look at the rows.
pub fn create(name: &str, table: &str, columns: &str) -> String {
    format!(
        "CREATE VIRTUAL TABLE {name} USING fts5({columns}, content='{table}', \
         content_rowid='number', tokenize='trigram case_sensitive 1', detail=none, columnsize=0);\n\
         INSERT INTO {name}({name}) VALUES ('rebuild')"
    )
}

/// How many parts of a size become one of the next: the more, the seldomer a trigram is written
/// again, and the more parts a search looks at
/// (<https://www.sqlite.org/fts5.html#the_automerge_configuration_option>).
pub fn merge(count: &str, name: &str) -> String {
    format!("INSERT INTO {name} ({name}, rank) VALUES ('automerge', {count})")
}

/// What MATCH asks for rows with all trigrams of a text.
pub fn pattern(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let trigrams: BTreeSet<String> = letters.windows(LETTERS).map(quoted).collect();
    let all: Vec<String> = trigrams.into_iter().collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// A text of FTS5: in double quotes, which are doubled inside.
fn quoted(letters: &[char]) -> String {
    format!("\"{}\"", letters.iter().collect::<String>().replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn all_trigrams_once() {
        assert_eq!(pattern("äb"), None);
        assert_eq!(pattern("äbc").as_deref(), Some("\"äbc\""));
        assert_eq!(pattern("aaaa\"").as_deref(), Some("\"aa\"\"\" \"aaa\""));
    }
}
