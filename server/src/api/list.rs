//! Paging and text methods of requests.

use buffa::EnumValue;
use contract::zitadel::v1::{ListQuery, TextQueryMethod};

use crate::views::list::{Match, Method, Page};

pub fn page(query: &ListQuery) -> Page {
    Page { offset: query.offset, limit: query.limit, asc: query.asc }
}

/// A page of a list that knows no direction, as those without a column to sort by.
pub fn in_order(query: &ListQuery) -> Page {
    Page { asc: true, ..page(query) }
}

/// The field rules refuse unknown methods before.
pub fn matching(method: EnumValue<TextQueryMethod>) -> Match {
    use TextQueryMethod as Wire;
    let method = method.as_known().unwrap_or_default();
    let ignore_case = matches!(
        method,
        Wire::EqualsIgnoreCase
            | Wire::StartsWithIgnoreCase
            | Wire::ContainsIgnoreCase
            | Wire::EndsWithIgnoreCase
    );
    let method = match method {
        Wire::Equals | Wire::EqualsIgnoreCase => Method::Equals,
        Wire::StartsWith | Wire::StartsWithIgnoreCase => Method::StartsWith,
        Wire::Contains | Wire::ContainsIgnoreCase => Method::Contains,
        Wire::EndsWith | Wire::EndsWithIgnoreCase => Method::EndsWith,
    };
    Match { method, ignore_case }
}
