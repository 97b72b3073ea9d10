//! What outlives a reply: the store, and follow-ups to Teams.

use std::time::Duration;

use hailer::Config;
use hailer_store::{JobFilter, OpenError, Role, Store};

use super::report::Check;
use crate::metrics_page::MetricsPage;

/// A store that takes longer is of no use to a bot that answers within five seconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens the store beside whatever runs, and asks it something.
pub(super) async fn store(config: &Config) -> Check {
    let Some(url) = &config.store else {
        return Check::skip("store", "[store] is off, so nothing outlives a restart");
    };
    let opening = tokio::time::timeout(PATIENCE, Store::open(url, Role::Tool));
    let store = match opening.await {
        Err(_) => return Check::fail("store", "HL222", format!("{url} does not answer")),
        Ok(Err(OpenError::Missing { .. })) => {
            return Check::skip("store", format!("{url} is made when the bot first starts"));
        }
        Ok(Err(error)) => return Check::fail("store", "HL222", error.to_string()),
        Ok(Ok(store)) => store,
    };
    match store.jobs(&JobFilter::default()).await {
        Ok(_) => Check::ok("store", url.to_string()),
        Err(error) => Check::fail("store", "HL222", error.to_string()),
    }
}

/// Says whether follow-ups reach Teams, as far as the running bot knows.
pub(super) async fn follow_ups(config: &Config) -> Option<Check> {
    if config.follow_ups.is_empty() {
        return None;
    }
    let page = match config.server.admin_listen {
        Some(admin) => MetricsPage::fetch(admin).await,
        None => None,
    };
    let names: Vec<&str> = config
        .follow_ups
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let names = names.join(", ");
    let Some(page) = page else {
        return Some(Check::skip(
            "follow-ups",
            format!("{names}; no bot that could say how they go"),
        ));
    };
    let lost = page
        .follow_ups
        .iter()
        .find(|((_, outcome), count)| outcome == LOST && **count > 0);
    if let Some(((name, _), count)) = lost {
        let text = format!("{count} posts of {name} were given up");
        return Some(Check::warn("follow-ups", "HL241", text));
    }
    let posted: u64 = page
        .follow_ups
        .iter()
        .filter(|((_, outcome), _)| outcome == POSTED)
        .map(|(_, count)| count)
        .sum();
    Some(Check::ok(
        "follow-ups",
        format!("{names} · {posted} posted since the bot started"),
    ))
}

const POSTED: &str = "ok";
const LOST: &str = "failed";
