//! `[followup.NAME]`: a flow of Workflows that posts results later.

use std::collections::BTreeSet;
use std::time::Duration;

use hailer_jobs::{FollowUp, FollowUpUrl, HostPattern};

use super::code;
use super::problem::Problem;
use super::report::shown;
use super::section::Section;
use super::webhook::WebhookConfig;

/// Teams refuses larger messages.
const LARGEST: u64 = 28 * 1024;

/// Less holds no result.
const SMALLEST: u64 = 1024;

/// Reads all follow-ups, in the order of the file.
pub(super) fn read(top: &Section<'_>, webhooks: &[WebhookConfig]) -> Vec<FollowUp> {
    let sections = top.sections("followup");
    check_names(top, &sections, webhooks);
    sections
        .iter()
        .filter_map(|section| read_one(section, webhooks))
        .collect()
}

fn check_names(top: &Section<'_>, sections: &[Section<'_>], webhooks: &[WebhookConfig]) {
    let known: BTreeSet<&str> = sections.iter().map(Section::name).collect();
    let written = top.sections("webhook");
    for (webhook, section) in webhooks.iter().zip(&written) {
        let Some(name) = &webhook.followup else {
            continue;
        };
        if !known.contains(name.as_str()) {
            let text = format!("there is no [followup.{}]", shown(name));
            let help = "fix: write the table, or name one that is there";
            let problem = Problem::error(code::FOLLOW_UP, text).with_help(help);
            section.note_at("followup", problem);
        }
    }
}

fn read_one(section: &Section<'_>, webhooks: &[WebhookConfig]) -> Option<FollowUp> {
    let name = section.name().to_owned();
    let allowed = read_hosts(section);
    let is_local = section.boolean("allow_http_loopback").unwrap_or_default();
    let max_size = read_size(section);
    let pause = read_rate(section);
    let retry_for = section.duration("retry_for").unwrap_or(FollowUp::RETRY_FOR);
    if section.entry("url").is_none() {
        let text = format!("[followup.{}] has no `url`", shown(&name));
        let help = "fix: write url = { env = \"HAILER_FOLLOWUP\" }; the url is a secret";
        section.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
    }
    let secret = section.secret("url")?;
    match FollowUpUrl::parse(secret.expose(), &allowed, is_local) {
        Ok(url) => Some(FollowUp {
            webhooks: told_by(&name, webhooks),
            name,
            url,
            pause,
            max_size,
            retry_for,
        }),
        Err(error) => {
            let error = format!("`url` of [followup.{}]: {error}", shown(&name));
            let (what, help) = error.split_once("; ").unwrap_or((&error, ""));
            let problem = Problem::error(code::FOLLOW_UP, what).with_help(format!("fix: {help}"));
            section.note_at("url", problem);
            None
        }
    }
}

fn told_by(name: &str, webhooks: &[WebhookConfig]) -> Vec<String> {
    let tells = |it: &&WebhookConfig| it.followup.as_deref() == Some(name);
    let names = webhooks.iter().filter(tells).map(|it| it.name.clone());
    names.collect()
}

fn read_hosts(section: &Section<'_>) -> Vec<HostPattern> {
    let written = section.strings("allow_hosts");
    let defaults = || HostPattern::WORKFLOWS.map(str::to_owned).to_vec();
    let parse = |text: &String| {
        let parsed = text.parse::<HostPattern>();
        parsed
            .map_err(|help| {
                let text = format!("`{}` is no host", shown(text));
                let problem = Problem::error(code::FOLLOW_UP, text).with_help(help);
                section.note_at("allow_hosts", problem);
            })
            .ok()
    };
    written
        .unwrap_or_else(defaults)
        .iter()
        .filter_map(parse)
        .collect()
}

fn read_size(section: &Section<'_>) -> usize {
    let default = FollowUp::MAX_SIZE;
    let Some(size) = section.size("max_size") else {
        return default;
    };
    if !(SMALLEST..=LARGEST).contains(&size) {
        let text = format!("`max_size` cannot be {size} bytes");
        let help = "fix: from 1 KiB to 28 KiB, which is all that Teams takes";
        let problem = Problem::error(code::OUT_OF_RANGE, text).with_help(help);
        section.note_at("max_size", problem);
    }
    usize::try_from(size).unwrap_or(default)
}

/// Reads `"2/s"` or `"30/min"` as the time between two posts.
fn read_rate(section: &Section<'_>) -> Duration {
    let Some(written) = section.string("rate") else {
        return FollowUp::PAUSE;
    };
    let parsed = written.split_once('/').and_then(|(count, unit)| {
        let count: u32 = count.trim().parse().ok().filter(|count| *count > 0)?;
        let seconds = match unit.trim() {
            "s" => 1,
            "min" => 60,
            _ => return None,
        };
        Some(Duration::from_secs(seconds) / count)
    });
    parsed.unwrap_or_else(|| {
        let text = format!("`{}` is no rate", shown(&written));
        let problem = Problem::error(code::NO_UNIT, text).with_help("write \"2/s\" or \"30/min\"");
        section.note_at("rate", problem);
        FollowUp::PAUSE
    })
}
