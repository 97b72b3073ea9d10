//! The webhooks as they are configured; what comes by them is in the metrics, which the page reads itself.

use std::path::Path;
use std::time::SystemTime;

use hailer::{RunningBot, Sighting, WebhookConfig};
use serde_json::{Value, json};

/// Describes every webhook.
pub(super) async fn describe(bot: &RunningBot) -> Value {
    let config = bot.config();
    let seen = bot.sightings().await.unwrap_or_default();
    let base = config.server.public_url.as_deref();
    let webhooks = config.webhooks.iter().map(|webhook| {
        let ceiling = &webhook.ceiling;
        let url = base.map(|it| format!("{it}/webhook/{}", webhook.name));
        json!({
            "name": webhook.name,
            "mention": webhook.mention,
            "url": url,
            "place": ceiling.place,
            "tenant": ceiling.tenant.as_ref().map(hailer::TenantId::as_str),
            "team": ceiling.team.as_ref().map(hailer::TeamId::as_str),
            "channels": ceiling.channels.iter().map(|it| it.name.as_deref().unwrap_or(it.id.as_str())).collect::<Vec<_>>(),
            "maxEffect": ceiling.max_effect.map(hailer::Effect::as_str),
            "followup": webhook.followup,
            "isTold": bot.tells_later(&webhook.name),
            "keys": keys(webhook),
            "home": home(&webhook.name, &seen),
        })
    });
    json!({ "webhooks": webhooks.collect::<Vec<_>>() })
}

/// Says where a webhook was used first: what it can be pinned to.
fn home(webhook: &str, seen: &[Sighting]) -> Option<Value> {
    let mut here = seen.iter().filter(|it| it.webhook == webhook);
    let first = here.next()?;
    Some(json!({
        "tenant": first.tenant,
        "team": first.team,
        "firstMs": first.first_ms,
        "isAlone": here.all(|it| it.team == first.team && it.tenant == first.tenant),
    }))
}

/// Says how old the keys are, never what they are.
fn keys(webhook: &WebhookConfig) -> Vec<Value> {
    let labels = webhook.labels.iter();
    let keys = labels.zip(&webhook.key_files);
    keys.map(|(label, file)| match file {
        Some(path) => json!({ "label": label, "from": "file", "since": written(path) }),
        None => json!({ "label": label, "from": "variable", "since": null }),
    })
    .collect()
}

/// Returns when a file was written, in seconds since 1970.
fn written(path: &Path) -> Option<u64> {
    let time = path.metadata().ok()?.modified().ok()?;
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}
