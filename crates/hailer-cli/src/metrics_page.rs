//! The metrics of a running bot, read as people want to know them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::http;
use crate::watching::reachable;

/// What a bot's metrics say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct MetricsPage {
    pub(crate) version: String,
    /// Requests, by webhook and outcome.
    pub(crate) requests: BTreeMap<(String, String), u64>,
    /// When each webhook's last message came, in seconds since 1970.
    pub(crate) last_messages: BTreeMap<String, i64>,
    /// Follow-ups, by name and outcome.
    pub(crate) follow_ups: BTreeMap<(String, String), u64>,
    /// How many replies took at most so many seconds.
    replies: Vec<(f64, u64)>,
}

impl MetricsPage {
    /// Asks the bot at this admin address; none when nobody answers.
    pub(crate) async fn fetch(admin: SocketAddr) -> Option<Self> {
        let client = http::near().ok()?;
        let url = format!("http://{}/metrics", reachable(admin));
        let response = client.get(url).timeout(http::NEAR).send().await.ok()?;
        Some(Self::parse(&response.text().await.ok()?))
    }

    fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut buckets: BTreeMap<String, u64> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((series, value)) = line.rsplit_once(' ') else {
                continue;
            };
            let value: f64 = value.parse().unwrap_or_default();
            let name = series.split('{').next().unwrap_or(series);
            let label = |key: &str| label(series, key).unwrap_or_default();
            match name {
                "hailer_build_info" => page.version = label("version"),
                "hailer_requests_total" => {
                    let key = (label("webhook"), label("outcome"));
                    *page.requests.entry(key).or_default() += value as u64;
                }
                "hailer_followup_posts_total" => {
                    let key = (label("followup"), label("outcome"));
                    *page.follow_ups.entry(key).or_default() += value as u64;
                }
                "hailer_last_message_timestamp_seconds" => {
                    page.last_messages.insert(label("webhook"), value as i64);
                }
                "hailer_reply_duration_seconds_bucket" => {
                    *buckets.entry(label("le")).or_default() += value as u64;
                }
                _ => {}
            }
        }
        page.replies = buckets
            .into_iter()
            .map(|(limit, count)| (limit.parse().unwrap_or(f64::INFINITY), count))
            .collect();
        page.replies
            .sort_by(|(one, _), (other, _)| one.total_cmp(other));
        page
    }

    /// Returns how many replies there were.
    pub(crate) fn reply_count(&self) -> u64 {
        self.replies.last().map_or(0, |(_, count)| *count)
    }

    /// Returns how many replies took longer than Teams waits.
    pub(crate) fn late_count(&self) -> u64 {
        let in_time = self.replies.iter().rfind(|(limit, _)| *limit <= 5.0);
        self.reply_count() - in_time.map_or(self.reply_count(), |(_, count)| *count)
    }

    /// Returns the limit, in seconds, below which 95 of 100 replies stay; none without replies.
    pub(crate) fn p95(&self) -> Option<f64> {
        let wanted = (self.reply_count() * 95).div_ceil(100);
        let found = self.replies.iter().find(|(_, count)| *count >= wanted);
        found.filter(|_| wanted > 0).map(|(limit, _)| *limit)
    }

    /// Returns how many requests had an outcome, over all webhooks.
    pub(crate) fn count(&self, outcome: &str) -> u64 {
        let of_outcome = self.requests.iter().filter(|((_, it), _)| it == outcome);
        of_outcome.map(|(_, count)| count).sum()
    }
}

fn label(series: &str, key: &str) -> Option<String> {
    let start = series.find(&format!("{key}=\""))? + key.len() + 2;
    let rest = series.get(start..)?;
    Some(rest.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_want_to_know_is_read() {
        let page = MetricsPage::parse(
            r#"# HELP x
hailer_build_info{version="0.1.0",revision="abc"} 1
hailer_requests_total{webhook="ops",outcome="ok"} 20
hailer_last_message_timestamp_seconds{webhook="ops"} 1500000000.25
hailer_reply_duration_seconds_bucket{webhook="ops",command="a",le="0.25"} 18
hailer_reply_duration_seconds_bucket{webhook="ops",command="a",le="5"} 19
hailer_reply_duration_seconds_bucket{webhook="ops",command="a",le="+Inf"} 20
"#,
        );

        assert_eq!(page.version, "0.1.0");
        assert_eq!(page.count("ok"), 20);
        assert_eq!(page.last_messages["ops"], 1_500_000_000);
        assert_eq!((page.reply_count(), page.late_count()), (20, 1));
        assert_eq!(page.p95(), Some(5.0));
        assert_eq!(MetricsPage::default().p95(), None);
    }
}
