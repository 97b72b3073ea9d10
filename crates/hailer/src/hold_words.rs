//! What somebody holds, in a sentence: what, who, until when, why, and how it ends.

use std::time::SystemTime;

use hailer_reply::escape;
use hailer_store::{HeldName, Hold};

use crate::local_time::LocalTime;

/// Says what is held, by whom, until when and why, as Markdown: `**deploy/prod** is locked by Jo until 16:40: db move.`
pub fn sentence(hold: &Hold, bot: &str, times: LocalTime, now: SystemTime) -> String {
    let who = escape(&hold.by.name);
    let what = match &hold.held {
        HeldName::Lock(name) => format!("**{}** is locked by {who}", escape(name)),
        HeldName::Freeze(_) => format!("Everything that changes something here is frozen by {who}"),
        HeldName::FreezeAll => format!("Everything that changes something is frozen by {who}"),
    };
    let until = match hold.until_ms {
        Some(until) => format!(" until {}", times.moment(until, now)),
        None => format!(" since {}", times.moment(hold.since_ms, now)),
    };
    let why = match hold.reason.trim().trim_end_matches('.') {
        "" => String::new(),
        reason => format!(": {}", escape(reason)),
    };
    let way_out = match (&hold.held, hold.until_ms) {
        (_, Some(_)) => String::new(),
        (HeldName::Lock(name), None) => {
            format!(" **@{} unlock {}** ends it.", escape(bot), escape(name))
        }
        (HeldName::Freeze(_), None) => {
            format!(" **@{} unfreeze** ends it.", escape(bot))
        }
        (HeldName::FreezeAll, None) => {
            format!(" **@{} unfreeze --everywhere** ends it.", escape(bot))
        }
    };
    format!("{what}{until}{why}.{way_out}")
}
