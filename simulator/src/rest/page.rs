//! Lists: pages, their links, and filters by date.
//!
//! <https://www.twilio.com/docs/usage/twilios-response#pagination>

use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use super::request::{Form, Reply, Request};

/// Twilio's default and its largest size of a page.
const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 1_000;

/// The requested page of a list, `sids` newest first.
pub(super) fn reply(
    request: &Request<'_>,
    name: &str,
    sids: &[String],
    show: impl Fn(&str) -> Option<Value>,
) -> Reply {
    let number = |name| request.query.get(name).and_then(|value| value.parse::<usize>().ok());
    let size = number("PageSize").unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE);
    let page = number("Page").unwrap_or(0);
    // The token names the last item of the page before, so that new items do
    // not shift the pages of whoever is reading.
    let after = request.query.get("PageToken").and_then(|token| token.strip_prefix("PA"));
    let after = after.and_then(|last| sids.iter().position(|sid| sid == last));
    let start = after.map_or(page.saturating_mul(size), |position| position + 1).min(sids.len());
    let end = (start + size).min(sids.len());
    let items: Vec<Value> = sids[start..end].iter().filter_map(|sid| show(sid)).collect();
    let link = |page: usize, token: Option<&String>| link(request, size, page, token);
    let next = (end < sids.len()).then(|| link(page + 1, sids[start..end].last()));
    let previous = (page > 0).then(|| {
        let before = start.checked_sub(size + 1).and_then(|at| sids.get(at));
        link(page - 1, before)
    });
    let mut body = Map::new();
    body.insert("end".into(), json!((page * size + items.len()).saturating_sub(1)));
    body.insert("first_page_uri".into(), json!(link(0, None)));
    body.insert("next_page_uri".into(), json!(next));
    body.insert("page".into(), json!(page));
    body.insert("page_size".into(), json!(size));
    body.insert("previous_page_uri".into(), json!(previous));
    body.insert("start".into(), json!(page * size));
    body.insert("uri".into(), json!(request.uri.to_string()));
    body.insert(name.into(), Value::Array(items));
    Reply::ok(Value::Object(body))
}

/// The requested page of a list of the newer APIs: `all` has what each item is shown as by its SID, in
/// the order of the list.
pub(super) fn with_meta(request: &Request<'_>, key: &str, all: Vec<(String, Value)>) -> Reply {
    let number = |name| request.query.get(name).and_then(|value| value.parse::<usize>().ok());
    let size = number("PageSize").unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE);
    let page = number("Page").unwrap_or(0);
    let after = request.query.get("PageToken").and_then(|token| token.strip_prefix("PA"));
    let after = after.and_then(|last| all.iter().position(|(sid, _)| sid == last));
    let start = after.map_or(page.saturating_mul(size), |position| position + 1).min(all.len());
    let end = (start + size).min(all.len());
    let base = &request.simulator.base;
    let link =
        |page: usize, token: Option<&String>| format!("{base}{}", link(request, size, page, token));
    let token = |at: usize| all.get(at).map(|(sid, _)| sid);
    let next = (end < all.len()).then(|| link(page + 1, token(end - 1)));
    let previous = (page > 0).then(|| {
        let before = start.checked_sub(size + 1).and_then(token);
        link(page - 1, before)
    });
    let items: Vec<&Value> = all[start..end].iter().map(|(_, shown)| shown).collect();
    let meta = json!({
        "first_page_url": link(0, None),
        "key": key,
        "next_page_url": next,
        "page": page,
        "page_size": size,
        "previous_page_url": previous,
        "url": link(page, start.checked_sub(1).and_then(token)),
    });
    let mut body = Map::new();
    body.insert("meta".into(), meta);
    body.insert(key.into(), json!(items));
    Reply::ok(Value::Object(body))
}

fn link(request: &Request<'_>, size: usize, page: usize, token: Option<&String>) -> String {
    let is_paging = |name: &str| matches!(name, "PageSize" | "Page" | "PageToken");
    let mut query: Vec<(String, String)> = request.query.0.clone();
    query.retain(|(name, _)| !is_paging(name));
    query.push(("PageSize".to_owned(), size.to_string()));
    query.push(("Page".to_owned(), page.to_string()));
    if let (Some(token), true) = (token, page > 0) {
        query.push(("PageToken".to_owned(), format!("PA{token}")));
    }
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    format!("{}?{query}", request.uri.path())
}

/// Whether a moment passes the filters `name`, `name<` and `name>`: on that day,
/// at or before, at or after.
pub(super) fn within(query: &Form, name: &str, moment: Option<OffsetDateTime>) -> bool {
    let bound = |suffix: &str| query.get(&format!("{name}{suffix}")).and_then(parse);
    let on = bound("").is_none_or(|on| moment.is_some_and(|at| at.date() == on.date()));
    let before = bound("<").is_none_or(|bound| moment.is_some_and(|at| at <= bound));
    let after = bound(">").is_none_or(|bound| moment.is_some_and(|at| at >= bound));
    on && before && after
}

/// `YYYY-MM-DD` (its midnight), or a moment in ISO 8601.
fn parse(text: &str) -> Option<OffsetDateTime> {
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(moment);
    }
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(day.midnight().assume_utc())
}
