//! The sample bodies in `fixtures/`, with what each is to be understood as.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::http::{Response, exchange, post};
use crate::teams::Teams;

/// Each bot that the samples mention, as a webhook; their moments lie in the past.
pub(crate) const WEBHOOKS: &str = "
[webhook.Deployer]
token = { file = 'ops.token' }

[webhook.status-bot]
token = { file = 'ops.token' }

[webhook.helper]
token = { file = 'ops.token' }
mention = 'Ops Helper'

[limits]
max_skew = 'off'
";

/// One body as Teams sent it, with its signature.
pub(crate) struct Sample {
    pub(crate) file: String,
    pub(crate) body: Vec<u8>,
    pub(crate) header: String,
    pub(crate) bot: String,
    pub(crate) command_text: String,
}

impl Sample {
    pub(crate) async fn post(&self, teams: &Teams) -> Response {
        let webhook = match self.bot.as_str() {
            "Ops Helper" => "helper",
            name => name,
        };
        let header = format!("authorization: {}", self.header);
        exchange(teams.address, post(webhook, &[&header], &self.body)).await
    }
}

/// Returns every sample, in the order of their names.
pub(crate) fn all() -> Vec<Sample> {
    let vectors: Value = serde_json::from_slice(&read("hmac_vectors.json")).unwrap();
    let headers: BTreeMap<String, String> =
        serde_json::from_value(vectors["files"].clone()).unwrap();
    let samples = headers.into_iter().map(|(file, header)| {
        let name = file.strip_suffix(".json").unwrap();
        let expected: Value =
            serde_json::from_slice(&read(&format!("{name}.expect.json"))).unwrap();
        let text = |key: &str| expected[key].as_str().unwrap().to_owned();
        Sample {
            body: read(&file),
            file: name.to_owned(),
            header,
            bot: text("bot"),
            command_text: text("command_text"),
        }
    });
    samples.collect()
}

/// Returns the sample whose name begins so.
pub(crate) fn one(name: &str) -> Sample {
    all()
        .into_iter()
        .find(|it| it.file.starts_with(name))
        .unwrap()
}

fn read(file: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    std::fs::read(folder.join(file)).unwrap()
}
