//! What people read about requests: what is asked, of whom, until when, and what to type.

use std::time::Duration;

use hailer_dispatch::Need;
use hailer_reply::{Reply, escape};
use hailer_store::{JobId, NewRequest};

/// Asks whoever sent a command whether they mean it.
pub(crate) fn really(text: &str, code: &str, bot: &str, within: Duration, needs: &[&str]) -> Reply {
    let then = match needs {
        [] => String::new(),
        needs => format!("\nThen it waits for {}.", escape(&needs.join("; "))),
    };
    Reply::markdown(format!(
        "Really **{}**? Type **@{} yes {code}** within {}. Only you can.{then}",
        escape(text),
        escape(bot),
        spoken(within)
    ))
}

/// Says that a call waits for others.
pub(crate) fn waits(text: &str, id: &JobId, bot: &str, needs: &str, until: &str) -> Reply {
    let bot = escape(bot);
    Reply::markdown(format!(
        "**{}** waits for {} (request {id}, until {until}).\nWhoever may approve it types **approve {id}** or **deny {id}**. Whoever asked takes it back with **@{bot} deny {id}**",
        escape(text),
        escape(needs)
    ))
}

/// Says that the same waits already.
pub(crate) fn waits_already(id: &JobId, bot: &str) -> Reply {
    Reply::markdown(format!(
        "That waits for a yes already, as request {id}: **@{} approvals**",
        escape(bot)
    ))
}

/// Says that what was let go runs.
pub(crate) fn goes_on(text: &str, id: &JobId, bot: &str, is_posted: bool) -> Reply {
    let result = if is_posted {
        "I'll post the result here.".to_owned()
    } else {
        format!("Ask me in a minute: **@{} job {id}**", escape(bot))
    };
    Reply::markdown(format!(
        "**{}** is running (job {id}). {result}",
        escape(text)
    ))
}

/// Tells whoever asked that somebody said no.
pub(crate) fn denied(text: &str, id: &JobId, who: &str, reason: &str) -> Reply {
    let why = match reason.trim() {
        "" => String::new(),
        reason => format!(": {}", escape(reason)),
    };
    Reply::markdown(format!(
        "{} said no to **{}** (request {id}){why}",
        escape(who),
        escape(text)
    ))
}

/// Says that there is nowhere to keep a request.
pub(crate) fn nowhere_to_keep(text: &str, need: &Need) -> Reply {
    Reply::markdown(format!(
        "**{}** needs {}, and I was started without a store to keep the request in. Nothing was started.",
        escape(text),
        escape(&need.to_string())
    ))
}

/// Asks those who can approve.
pub(crate) fn please(text: &str, who: &str, needs: &[Need]) -> Reply {
    let id = NewRequest::ID;
    let needs: Vec<String> = needs.iter().map(ToString::to_string).collect();
    Reply::markdown(format!(
        "{} asks to run **{}**. It needs {}.\nType **approve {id}** or **deny {id}** behind the bot's name, or **hailer approvals approve {id}** on its computer.",
        escape(who),
        escape(text),
        escape(&needs.join(" and "))
    ))
}

/// Tells that something runs without approval.
pub(crate) fn skipped(text: &str, who: &str, why: &str) -> Reply {
    Reply::markdown(format!(
        "⚠ {} runs **{}** without approval; {} (job {})",
        escape(who),
        escape(text),
        escape(why),
        NewRequest::ID
    ))
}

/// Says a time as people do.
pub(crate) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 60, seconds % 60) {
        (1, 0) => "a minute".to_owned(),
        (minutes @ 1..120, 0) => format!("{minutes} minutes"),
        (minutes, 0) if minutes > 0 && minutes % 60 == 0 => format!("{} hours", minutes / 60),
        _ => format!("{seconds} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_as_people_do() {
        for (seconds, said) in [
            (60, "a minute"),
            (120, "2 minutes"),
            (90, "90 seconds"),
            (7_200, "2 hours"),
        ] {
            assert_eq!(spoken(Duration::from_secs(seconds)), said);
        }
    }
}
