//! Lists: the conditions, the order and the page of every operation that searches.

use super::table::Table;
use crate::db::{Db, Row, Value, fold};
use crate::error::{Error, Result};

/// Values that one search may carry; PostgreSQL and SQLite take few more.
const MOST_VALUES: usize = 30_000;

/// The part of a list that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Page {
    pub offset: u64,
    /// 0: no limit.
    pub limit: u32,
    pub asc: bool,
}

/// What a search found.
#[derive(Debug)]
pub struct Listed<T> {
    /// All matches, whatever the limit; 0 when the offset skips them all.
    pub total: u64,
    pub rows: Vec<T>,
}

/// How a text is compared. `%`, `_` and `\` stand for themselves. The empty text is part of every
/// text, and equal to the empty one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Equals,
    StartsWith,
    Contains,
    EndsWith,
}

/// A [`Method`], and whether it disregards case, letter by letter (see [`fold`]).
#[derive(Clone, Copy, Debug)]
pub struct Match {
    pub method: Method,
    pub ignore_case: bool,
}

/// Conditions that all hold, and their parameters. A comparison with NULL is neither true nor
/// false, here as in SQL.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    conditions: Vec<String>,
    params: Vec<Value>,
}

impl Filter {
    pub fn equal(&mut self, column: &str, value: impl Into<Value>) {
        let value = self.param(value);
        self.condition(format!("{column} = {value}"));
    }

    /// Whether the column has one of these values; none is found among no values.
    pub fn one_of(&mut self, column: &str, values: impl IntoIterator<Item = impl Into<Value>>) {
        let values: Vec<String> = values.into_iter().map(|value| self.param(value)).collect();
        if values.is_empty() {
            return self.condition("1 = 0");
        }
        self.condition(format!("{column} IN ({})", values.join(", ")));
    }

    /// Compares a column as it is, or in lower case.
    pub fn text(&mut self, column: &str, how: Match, value: &str) {
        if how.ignore_case {
            self.compare(&format!("fold({column})"), how.method, &fold(value));
        } else {
            self.compare(column, how.method, value);
        }
    }

    /// Compares an expression; each comparison but [`Method::EndsWith`] and [`Method::Contains`]
    /// can use an index on it.
    pub fn compare(&mut self, expression: &str, method: Method, value: &str) {
        match method {
            Method::Equals => self.equal(expression, value),
            Method::StartsWith => self.prefix(expression, value),
            Method::Contains => self.like(expression, format!("%{}%", plain(value))),
            Method::EndsWith => self.like(expression, format!("%{}", plain(value))),
        }
    }

    /// Texts that begin so are a range, because they sort by code point.
    fn prefix(&mut self, expression: &str, value: &str) {
        let from = self.param(value);
        let until = after_prefix(value).map(|until| self.param(until));
        let until = until.map(|until| format!(" AND {expression} < {until}")).unwrap_or_default();
        self.condition(format!("({expression} >= {from}{until})"));
    }

    fn like(&mut self, expression: &str, pattern: String) {
        let pattern = self.param(pattern);
        self.condition(format!("{expression} LIKE {pattern} ESCAPE '\\'"));
    }

    /// A condition in SQL; its values are [`Self::param`]s.
    pub fn condition(&mut self, sql: impl Into<String>) {
        self.conditions.push(sql.into());
    }

    /// Carries a value and gives its name in SQL.
    pub fn param(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    /// At least one of the conditions that `build` adds.
    pub fn any(&mut self, build: impl FnOnce(&mut Self)) {
        self.group(" OR ", "", build);
    }

    /// All of the conditions that `build` adds.
    pub fn all(&mut self, build: impl FnOnce(&mut Self)) {
        self.group(" AND ", "", build);
    }

    /// Not all of the conditions that `build` adds.
    pub fn not(&mut self, build: impl FnOnce(&mut Self)) {
        self.group(" AND ", "NOT ", build);
    }

    fn group(&mut self, operator: &str, before: &str, build: impl FnOnce(&mut Self)) {
        let outer = self.conditions.len();
        build(self);
        let inner = self.conditions.split_off(outer);
        self.condition(format!("{before}({})", joined(&inner, operator)));
    }

    /// What stands behind WHERE.
    pub fn sql(&self) -> String {
        joined(&self.conditions, " AND ")
    }

    /// The parameters, if a database can take them.
    ///
    /// Errors: too many, or one with a NUL character, which PostgreSQL has no text for.
    pub fn params(&self) -> Result<&[Value]> {
        if self.params.len() > MOST_VALUES {
            return Err(Error::invalid(format!("a search takes {MOST_VALUES} values at most")));
        }
        if self.params.iter().any(Value::has_nul) {
            return Err(Error::invalid("no text has a NUL character: leave it out"));
        }
        Ok(&self.params)
    }
}

/// Joins by halves: a database refuses what nests too deep, and a chain of AND nests to the left.
fn joined(conditions: &[String], operator: &str) -> String {
    match conditions {
        [] => "1 = 1".into(),
        [one] => one.clone(),
        _ => {
            let (left, right) = conditions.split_at(conditions.len() / 2);
            format!("({}{operator}{})", joined(left, operator), joined(right, operator))
        }
    }
}

/// The pattern of LIKE that means this text.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// The first text behind all that begin with this one; `None` if nothing is behind them.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        // A range of `char` steps over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

/// Where a list comes from. `order` is what stands behind ORDER BY, one direction for all of it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub columns: &'a str,
    pub tables: &'a str,
    pub order: &'a [&'a str],
}

/// A page of a table, in this order of columns that are not NULL.
pub async fn list<T: Table>(
    db: &Db,
    filter: &Filter,
    order: &[&str],
    page: Page,
) -> Result<Listed<T>> {
    let sql = T::sql();
    let source = Source { columns: &sql.all, tables: sql.table, order };
    list_from(db, source, filter, page, T::read).await
}

/// [`list`] from any tables.
///
/// Errors: an offset above 9223372036854775807; those of [`Filter::params`].
pub async fn list_from<T>(
    db: &Db,
    source: Source<'_>,
    filter: &Filter,
    page: Page,
    read: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Listed<T>> {
    let rows = rows(db, source, filter, page, read).await?;
    let total = match page.whole(rows.len()) {
        Some(total) => total,
        None => count(db, source.tables, filter).await?,
    };
    Ok(Listed { total, rows })
}

/// The rows of a page.
pub async fn rows<T>(
    db: &Db,
    source: Source<'_>,
    filter: &Filter,
    page: Page,
    read: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let (sql, params) = select(source, filter, page)?;
    db.scan(sql, &params, read).await
}

/// The SELECT of a page, and its parameters.
///
/// Errors: as [`list_from`].
pub fn select(source: Source<'_>, filter: &Filter, page: Page) -> Result<(String, Vec<Value>)> {
    let mut params = filter.params()?.to_vec();
    let (limit, offset) = page.bounds()?;
    let (first, second) = (params.len() + 1, params.len() + 2);
    params.extend([limit.into(), offset.into()]);
    let Source { columns, tables, .. } = source;
    let (found, order) = (filter.sql(), page.order(source.order));
    let sql = format!(
        "SELECT {columns} FROM {tables} WHERE {found} ORDER BY {order} LIMIT ${first} OFFSET ${second}"
    );
    Ok((sql, params))
}

/// How many rows match.
pub async fn count(db: &Db, tables: &str, filter: &Filter) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM {tables} WHERE {}", filter.sql());
    let counted = db.scan(sql, filter.params()?, |row| row.integer(0)).await?;
    Ok(counted.first().map_or(0, |count| count.unsigned_abs()))
}

impl Page {
    /// The total, when a page of so many rows shows it: it is the last one, or past the end.
    pub fn whole(&self, found: usize) -> Option<u64> {
        let found = found as u64;
        match found {
            0 => Some(0),
            _ if self.limit > 0 && found >= u64::from(self.limit) => None,
            _ => Some(self.offset + found),
        }
    }

    fn bounds(&self) -> Result<(i64, i64)> {
        let offset = i64::try_from(self.offset)
            .map_err(|_| Error::invalid("the offset is above 9223372036854775807"))?;
        Ok((if self.limit == 0 { i64::MAX } else { self.limit.into() }, offset))
    }

    /// What stands behind ORDER BY. Only the first column may be NULL: NULL sorts as the largest.
    pub fn order(&self, columns: &[&str]) -> String {
        let (direction, nulls) = if self.asc { ("ASC", "LAST") } else { ("DESC", "FIRST") };
        let columns = columns.iter().enumerate().map(|(index, column)| match index {
            0 => format!("{column} {direction} NULLS {nulls}"),
            _ => format!("{column} {direction}"),
        });
        columns.collect::<Vec<_>>().join(", ")
    }

    /// The same rows in reverse order, if that is nearer, with all rows known.
    pub fn turned(&self, total: u64) -> Option<Self> {
        let left = total.checked_sub(self.offset).filter(|left| *left > 0)?;
        let found = if self.limit == 0 { left } else { left.min(self.limit.into()) };
        let offset = left - found;
        let limit = u32::try_from(found).ok()?;
        (offset < self.offset).then_some(Self { offset, limit, asc: !self.asc })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(build: impl FnOnce(&mut Filter)) -> String {
        let mut filter = Filter::default();
        build(&mut filter);
        filter.sql()
    }

    #[test]
    fn conditions_hold_together() {
        assert_eq!(sql(|_| {}), "1 = 1");
        let two = sql(|filter| {
            filter.equal("a", "x");
            filter.one_of("b", [1, 2]);
        });
        assert_eq!(two, "(a = $1 AND b IN ($2, $3))");
        assert_eq!(sql(|filter| filter.one_of("b", Vec::<i64>::new())), "1 = 0");
    }

    #[test]
    fn groups_take_what_was_added_inside() {
        let grouped = sql(|filter| {
            filter.equal("a", 1);
            filter.any(|filter| {
                filter.equal("b", 2);
                filter.not(|filter| filter.equal("c", 3));
            });
        });
        assert_eq!(grouped, "(a = $1 AND ((b = $2 OR NOT (c = $3))))");
    }

    #[test]
    fn many_conditions_do_not_nest_deep() {
        let many = sql(|filter| (0..4096).for_each(|number| filter.equal("a", number)));
        let depth = many.chars().scan(0, |depth, letter| {
            *depth += i32::from(letter == '(') - i32::from(letter == ')');
            Some(*depth)
        });
        assert_eq!(depth.max(), Some(12));
    }

    #[test]
    fn wildcards_are_plain() {
        assert_eq!(plain(r"50%_\x"), r"50\%\_\\x");
    }

    #[test]
    fn a_prefix_ends_before_the_next_text() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{10ffff}"), None);
        assert_eq!(after_prefix(""), None);
    }

    #[test]
    fn a_page_that_is_not_full_shows_the_total() {
        let page = Page { offset: 10, limit: 5, asc: true };
        assert_eq!(page.whole(0), Some(0));
        assert_eq!(page.whole(2), Some(12));
        assert_eq!(page.whole(5), None);
        assert_eq!(Page { limit: 0, ..page }.whole(5), Some(15));
    }

    #[test]
    fn a_page_near_the_end_is_reached_from_there() {
        let page = |offset, limit, asc| Page { offset, limit, asc };
        assert_eq!(page(0, 10, true).turned(100), None);
        assert_eq!(page(90, 10, true).turned(100), Some(page(0, 10, false)));
        assert_eq!(page(95, 10, false).turned(100), Some(page(0, 5, true)));
        assert_eq!(page(60, 10, true).turned(100), Some(page(30, 10, false)));
        assert_eq!(page(60, 0, true).turned(100), Some(page(0, 40, false)));
        assert_eq!(page(100, 10, true).turned(100), None);
    }

    #[test]
    fn null_sorts_as_the_largest() {
        let page = Page { asc: true, ..Page::default() };
        assert_eq!(page.order(&["a", "b"]), "a ASC NULLS LAST, b ASC");
        assert_eq!(Page::default().order(&["a", "b"]), "a DESC NULLS FIRST, b DESC");
    }

    #[test]
    fn what_no_database_takes_is_refused() {
        let mut filter = Filter::default();
        filter.equal("a", "\0");
        assert!(filter.params().is_err());
        assert!(Page { offset: 1 << 63, ..Page::default() }.bounds().is_err());
        let mut filter = Filter::default();
        filter.one_of("a", 0..=MOST_VALUES as i64);
        assert!(filter.params().is_err());
    }
}
