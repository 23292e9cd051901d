//! The queries of a search for users.

use buffa::EnumValue;
use contract::zitadel::management::v1::ListUsersRequest;
use contract::zitadel::user::v1::search_query::Query as Wire;
use contract::zitadel::user::v1::{SearchQuery, UserFieldName};
use contract::zitadel::v1::TextQueryMethod;

use crate::api::list::{matching, page};
use crate::error::{Error, Result, text};
use crate::views::user_search::{Order, Query, Search, Text};

/// Queries may stand in so many others.
const MOST_LEVELS: u32 = 20;

/// Errors: too many levels, wherever they are; a list or a `notQuery` without anything in it.
pub fn search(request: &ListUsersRequest) -> Result<Search> {
    if levels(&request.queries) > MOST_LEVELS + 1 {
        return Err(text::search::TOO_MANY_LEVELS.invalid("USER-zsQ97"));
    }
    let order = order(request.sorting_column.as_known().unwrap_or_default());
    Ok(Search { queries: queries(&request.queries)?, order, page: page(&request.query) })
}

fn order(column: UserFieldName) -> Order {
    match column {
        UserFieldName::Unspecified => Order::Id,
        UserFieldName::UserName => Order::Text(Text::UserName),
        UserFieldName::FirstName => Order::Text(Text::FirstName),
        UserFieldName::LastName => Order::Text(Text::LastName),
        UserFieldName::NickName => Order::Text(Text::NickName),
        UserFieldName::DisplayName => Order::Text(Text::DisplayName),
        UserFieldName::Email => Order::Text(Text::Email),
        UserFieldName::State => Order::State,
        UserFieldName::Type => Order::Kind,
        UserFieldName::CreationDate => Order::Creation,
    }
}

/// How deep queries stand in each other; 1 for those that hold no others.
fn levels(queries: &[SearchQuery]) -> u32 {
    let inner = |query: &SearchQuery| match &query.query {
        Some(Wire::OrQuery(q)) => levels(&q.queries),
        Some(Wire::AndQuery(q)) => levels(&q.queries),
        Some(Wire::NotQuery(q)) => levels(q.query.as_option().map_or(&[], std::slice::from_ref)),
        _ => 0,
    };
    queries.iter().map(|query| 1 + inner(query)).max().unwrap_or_default()
}

fn queries(queries: &[SearchQuery]) -> Result<Vec<Query>> {
    queries.iter().map(query).collect()
}

fn query(query: &SearchQuery) -> Result<Query> {
    let Some(query) = &query.query else { return Err(nothing_in("SearchQuery")) };
    Ok(match query {
        Wire::UserNameQuery(q) => by(Text::UserName, q.method, &q.user_name),
        Wire::FirstNameQuery(q) => by(Text::FirstName, q.method, &q.first_name),
        Wire::LastNameQuery(q) => by(Text::LastName, q.method, &q.last_name),
        Wire::NickNameQuery(q) => by(Text::NickName, q.method, &q.nick_name),
        Wire::DisplayNameQuery(q) => by(Text::DisplayName, q.method, &q.display_name),
        Wire::EmailQuery(q) => by(Text::Email, q.method, &q.email_address),
        Wire::LoginNameQuery(q) => Query::LoginName(matching(q.method), q.login_name.clone()),
        Wire::StateQuery(q) => Query::State(q.state.to_i32().into()),
        Wire::TypeQuery(q) => Query::Kind(q.r#type.to_i32().into()),
        Wire::InUserIdsQuery(q) => Query::Ids(some("inUserIdsQuery", q.user_ids.clone())?),
        Wire::InUserEmailsQuery(q) => {
            Query::Emails(some("inUserEmailsQuery", q.user_emails.clone())?)
        }
        Wire::OrQuery(q) => Query::Any(some("orQuery", queries(&q.queries)?)?),
        Wire::AndQuery(q) => Query::All(some("andQuery", queries(&q.queries)?)?),
        Wire::NotQuery(q) => Query::Not(inner(q.query.as_option())?.into()),
    })
}

fn by(text: Text, method: EnumValue<TextQueryMethod>, value: &str) -> Query {
    Query::Text(text, matching(method), value.into())
}

fn inner(found: Option<&SearchQuery>) -> Result<Query> {
    found.map_or_else(|| Err(nothing_in("notQuery")), query)
}

fn some<T>(kind: &str, list: Vec<T>) -> Result<Vec<T>> {
    if list.is_empty() { Err(nothing_in(kind)) } else { Ok(list) }
}

fn nothing_in(kind: &str) -> Error {
    Error::invalid(format!("{kind} is empty"))
}

#[cfg(test)]
mod tests {
    use contract::zitadel::user::v1::{NotQuery, OrQuery};

    use super::*;

    fn nested(levels: usize, leaf: Wire) -> SearchQuery {
        let leaf = SearchQuery { query: Some(leaf) };
        let wrap = |inner: SearchQuery, _| {
            let or = OrQuery { queries: vec![inner] };
            SearchQuery { query: Some(or.into()) }
        };
        (0..levels).fold(leaf, wrap)
    }

    fn refused(queries: &[SearchQuery]) -> Option<Error> {
        search(&ListUsersRequest { queries: queries.to_vec(), ..Default::default() }).err()
    }

    fn leaf() -> Wire {
        Wire::StateQuery(Default::default())
    }

    #[test]
    fn twenty_levels_pass() {
        assert!(refused(&[nested(20, leaf())]).is_none());
        assert_eq!(refused(&[nested(21, leaf())]).unwrap().id, "USER-zsQ97");
    }

    #[test]
    fn what_is_empty_is_refused_unless_something_is_too_deep() {
        let empty = || Wire::from(OrQuery::default());
        assert_eq!(refused(&[nested(20, empty())]).unwrap().text, "orQuery is empty");
        assert_eq!(refused(&[nested(21, empty())]).unwrap().id, "USER-zsQ97");
        let behind = [nested(0, empty()), nested(21, leaf())];
        assert_eq!(refused(&behind).unwrap().id, "USER-zsQ97");
        let not = Wire::from(NotQuery::default());
        assert_eq!(refused(&[nested(0, not)]).unwrap().text, "notQuery is empty");
    }
}
