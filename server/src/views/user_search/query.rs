//! What is asked of `user_search`, and its answer.

use super::login_name::on_name;
use crate::db::{Db, Value, fold};
use crate::domain::user::User;
use crate::error::Result;
use crate::views::domains;
use crate::views::list::{Filter, Listed, Match, Method, Page, Source, count, select};
use crate::views::table::Table;

/// What a user is found by.
#[derive(Clone, Debug)]
pub enum Query {
    Text(Text, Match, String),
    LoginName(Match, String),
    State(i64),
    Kind(i64),
    Ids(Vec<String>),
    /// Compared with case.
    Emails(Vec<String>),
    Any(Vec<Query>),
    All(Vec<Query>),
    Not(Box<Query>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    UserName,
    FirstName,
    LastName,
    NickName,
    DisplayName,
    Email,
}

#[derive(Clone, Copy, Debug, Default)]
pub enum Order {
    #[default]
    Id,
    Text(Text),
    State,
    Kind,
    Creation,
}

/// A search among the users of an organisation: all queries hold.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub queries: Vec<Query>,
    /// Equal ones are in order of their id, in the same direction.
    pub order: Order,
    pub page: Page,
}

impl Query {
    fn asks_login_name(&self) -> bool {
        match self {
            Self::LoginName(..) => true,
            Self::Any(queries) | Self::All(queries) => queries.iter().any(Self::asks_login_name),
            Self::Not(query) => query.asks_login_name(),
            _ => false,
        }
    }
}

impl Text {
    fn column(self) -> &'static str {
        match self {
            Self::UserName => "user_name",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::NickName => "nick_name",
            Self::DisplayName => "display_name",
            Self::Email => "email",
        }
    }

    /// Whether the matches stand together in an index.
    fn has_order(self, method: Method) -> bool {
        matches!(self, Self::UserName | Self::DisplayName | Self::Email)
            && matches!(method, Method::Equals | Method::StartsWith)
    }
}

impl Order {
    fn column(self) -> String {
        match self {
            Self::Id => "id".into(),
            Self::Text(text) => format!("{}_folded", text.column()),
            Self::State => "state".into(),
            Self::Kind => "kind".into(),
            Self::Creation => "created_at".into(),
        }
    }
}

/// Users of an organisation.
///
/// Errors: those of [`Filter::params`] and of an offset that is too large.
pub async fn find(db: &Db, org: &str, search: &Search) -> Result<Listed<User>> {
    let asks = search.queries.iter().any(Query::asks_login_name);
    let endings = if asks { domains::login_endings(db, org).await? } else { Vec::new() };
    let filter = Builder { db, endings }.filter(org, &search.queries);
    if search.queries.is_empty() {
        return all(db, org, search, &filter).await;
    }
    let rows = rows(db, search.order, &filter, search.page).await?;
    let total = match search.page.whole(rows.len()) {
        Some(total) => total,
        None => count(db, "user_search", &filter).await?,
    };
    Ok(Listed { total, rows })
}

/// Without a query the total is known, so a page is reached from the end that is nearer.
async fn all(db: &Db, org: &str, search: &Search, filter: &Filter) -> Result<Listed<User>> {
    const TOTAL: &str = "SELECT users FROM user_totals WHERE owner = $1";
    let parts = db.query(TOTAL, &[org.into()], |row| row.integer(0)).await?;
    let total = parts.iter().sum::<i64>().unsigned_abs();
    let turned = search.page.turned(total);
    let mut rows = rows(db, search.order, filter, turned.unwrap_or(search.page)).await?;
    if turned.is_some() {
        rows.reverse();
    }
    let total = if rows.is_empty() { 0 } else { total };
    Ok(Listed { total, rows })
}

async fn rows(db: &Db, order: Order, filter: &Filter, page: Page) -> Result<Vec<User>> {
    let (sql, params) = statement(order, filter, page)?;
    db.scan(sql, &params, Table::read).await
}

/// The offset is skipped in the index, before any user is read.
fn statement(order: Order, filter: &Filter, page: Page) -> Result<(String, Vec<Value>)> {
    let by = order.column();
    let columns = format!("id AS found, {by} AS sorted");
    let source = Source { columns: &columns, tables: "user_search", order: &[&by, "id"] };
    let (found, params) = select(source, filter, page)?;
    let (users, order) = (&User::sql().all, page.order(&["sorted", "found"]));
    let sql = format!(
        "SELECT {users} FROM ({found}) page JOIN users ON users.id = found ORDER BY {order}"
    );
    Ok((sql, params))
}

/// What the conditions of an organisation's users are made with.
struct Builder<'a> {
    db: &'a Db,
    /// What its login names end in behind the user name; not asked for if no query needs it.
    endings: Vec<String>,
}

impl Builder<'_> {
    fn filter(&self, org: &str, queries: &[Query]) -> Filter {
        let mut filter = Filter::default();
        filter.equal("owner", org);
        queries.iter().for_each(|query| self.add(&mut filter, query, true));
        filter
    }

    /// `positive`: not inside of a NOT. There a row that an index does not name can be left out at
    /// once; inside of a NOT it matters whether the comparison is false or unknown.
    fn add(&self, filter: &mut Filter, query: &Query, positive: bool) {
        match query {
            Query::Text(text, how, value) => {
                if positive && !text.has_order(how.method) {
                    trigrams(self.db, filter, value);
                }
                compare(filter, *text, *how, value);
            }
            Query::LoginName(how, value) => {
                let names = self.endings.iter().flat_map(|ending| on_name(ending, *how, value));
                self.any(filter, &names.collect::<Vec<_>>(), positive);
            }
            Query::State(state) => filter.equal("state", *state),
            Query::Kind(kind) => filter.equal("kind", *kind),
            Query::Ids(ids) => filter.one_of("id", ids),
            Query::Emails(emails) => filter.all(|filter| {
                filter.one_of("email_folded", emails.iter().map(|email| fold(email)));
                filter.one_of("email", emails);
            }),
            Query::Any(queries) => self.any(filter, queries, positive),
            Query::All(queries) => filter.all(|filter| {
                queries.iter().for_each(|query| self.add(filter, query, positive));
            }),
            Query::Not(query) => filter.not(|filter| self.add(filter, query, false)),
        }
    }

    /// At least one of them; among no queries none is true.
    fn any(&self, filter: &mut Filter, queries: &[Query], positive: bool) {
        if queries.is_empty() {
            return filter.condition("1 = 0");
        }
        filter.any(|filter| {
            for query in queries {
                filter.all(|filter| self.add(filter, query, positive));
            }
        });
    }
}

/// With case the comparison without it stands beside, because the indexes disregard case.
fn compare(filter: &mut Filter, text: Text, how: Match, value: &str) {
    let column = text.column();
    filter.all(|filter| {
        filter.compare(&format!("{column}_folded"), how.method, &fold(value));
        if !how.ignore_case {
            filter.compare(column, how.method, value);
        }
    });
}

/// Names the rows that have all trigrams of a text, in whatever column.
fn trigrams(db: &Db, filter: &mut Filter, value: &str) {
    if let Some(pattern) = db.trigrams(&fold(value)) {
        let pattern = filter.param(pattern);
        filter.condition(format!(
            "number IN (SELECT rowid FROM user_trigrams WHERE user_trigrams MATCH {pattern})"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::start::MIGRATIONS;

    /// How SQLite goes about a search.
    async fn plan(queries: &[Query], order: Order) -> String {
        let db = Db::open(":memory:", &MIGRATIONS).await.unwrap();
        let endings = vec!["@x.test".to_string()];
        let filter = Builder { db: &db, endings }.filter("org", queries);
        let (sql, params) = statement(order, &filter, Page::default()).unwrap();
        let steps = db.query(format!("EXPLAIN QUERY PLAN {sql}"), &params, |row| row.text(3));
        steps.await.unwrap().join("; ")
    }

    fn by(text: Text, method: Method) -> Query {
        Query::Text(text, Match { method, ignore_case: false }, "gigi".into())
    }

    #[tokio::test]
    async fn each_text_has_its_index() {
        let indexed = [
            (Text::UserName, "user_search_by_user_name (owner=? AND user_name_folded"),
            (Text::DisplayName, "user_search_by_display_name (owner=? AND display_name_folded"),
            (Text::Email, "user_search_by_email (owner=? AND email_folded"),
        ];
        for (text, index) in indexed {
            for method in [Method::Equals, Method::StartsWith] {
                let plan = plan(&[by(text, method)], Order::Creation).await;
                assert!(plan.contains(index), "{text:?} {method:?}: {plan}");
            }
            for method in [Method::Contains, Method::EndsWith] {
                let plan = plan(&[by(text, method)], Order::Creation).await;
                assert!(plan.contains("INTEGER PRIMARY KEY (rowid=?)"), "{method:?}: {plan}");
            }
        }
        let first_name = plan(&[by(Text::FirstName, Method::Equals)], Order::Id).await;
        assert!(first_name.contains("INTEGER PRIMARY KEY (rowid=?)"), "{first_name}");
    }

    #[tokio::test]
    async fn queries_in_others_keep_their_indexes() {
        let how = Match { method: Method::Contains, ignore_case: true };
        let either =
            Query::Any(vec![by(Text::Email, Method::Equals), Query::LoginName(how, "gigi".into())]);
        let plan = plan(&[either], Order::default()).await;
        assert!(plan.contains("MULTI-INDEX OR"), "{plan}");
    }

    #[tokio::test]
    async fn a_page_without_query_is_read_in_order() {
        let orders = [Order::Id, Order::Creation, Order::Text(Text::UserName)];
        for order in orders.into_iter().chain([Order::Text(Text::Email)]) {
            let plan = plan(&[], order).await;
            assert!(plan.contains("USING COVERING INDEX user_search_by"), "{order:?}: {plan}");
            // The one that may be is for the users of the page.
            assert!(plan.matches("TEMP B-TREE").count() <= 1, "{order:?}: {plan}");
        }
    }

    #[tokio::test]
    async fn a_candidate_is_not_asked_for_inside_of_a_not() {
        let query = Query::Not(Box::new(by(Text::FirstName, Method::Contains)));
        let plan = plan(&[query], Order::Id).await;
        assert!(!plan.contains("user_trigrams"), "{plan}");
    }
}
