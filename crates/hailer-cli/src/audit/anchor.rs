//! `hailer audit anchor`: where the record ends now, kept where whoever can write the store cannot.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use hailer::{Environment, HmacKey};
use hailer_jobs::{Poster, note};
use hailer_store::{ChainHead, Store};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::project::Project;
use crate::{output, token};

#[derive(Debug, Args)]
pub(crate) struct AnchorOptions {
    /// Add it to this file; standard output when left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Sign it with the key in this file, 24 bytes or more in base64, so that nobody else can write one
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Post it through this [followup.NAME], too: a channel keeps it with its time
    #[arg(long = "followup", value_name = "NAME")]
    follow_up: Option<String>,
}

/// Writes the ends of all chains.
pub(crate) async fn run(
    store: &Store,
    options: &AnchorOptions,
    project: &Project,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let key = key(options.key_file.as_deref(), environment)?;
    let heads = store.audit_heads().await.context("cannot read the audit")?;
    let now = DateTime::<Utc>::from(SystemTime::now());
    let line = written(&heads, now, key.as_ref());
    match &options.out {
        Some(path) => {
            append(path, &line)?;
            output::say(&format!("noted in {}", path.display()));
        }
        None => output::print(&line)?,
    }
    if let Some(name) = &options.follow_up {
        post(project, name, &line).await?;
    }
    Ok(Exit::Fine)
}

/// Reads the key that signs anchors.
pub(super) fn key(
    file: Option<&Path>,
    environment: &Environment,
) -> Result<Option<HmacKey>, Failure> {
    file.map(|file| token::read(Some(file), None, environment).map(|it| it.key))
        .transpose()
}

fn written(heads: &[ChainHead], now: DateTime<Utc>, key: Option<&HmacKey>) -> String {
    let heads: Vec<Value> = heads
        .iter()
        .map(|head| json!({"chain": head.chain, "seq": head.seq, "hash": head.hash}))
        .collect();
    let mut anchor = json!({
        "at": now.to_rfc3339_opts(SecondsFormat::Secs, true),
        "heads": heads,
    });
    if let Some(key) = key {
        let signature = key.sign(anchor.to_string().as_bytes());
        if let Some(fields) = anchor.as_object_mut() {
            let signature = signature.trim_start_matches("HMAC ");
            fields.insert("signature".to_owned(), signature.into());
        }
    }
    anchor.to_string()
}

fn append(path: &Path, line: &str) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    writeln!(file, "{line}")
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))
}

async fn post(project: &Project, name: &str, line: &str) -> Result<(), Failure> {
    let follow_ups = &project.config.follow_ups;
    let target = follow_ups.iter().find(|it| it.name == name);
    let target = target.ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!(
                "error: there is no [followup.{name}]\n  fix: write one, or leave --followup out"
            ),
        )
    })?;
    let text = note("Anchor of the audit", line, target.max_size);
    let posted = match Poster::new() {
        Ok(poster) => poster.post(&target.url, text).await,
        Err(error) => Err(error),
    };
    posted
        .map_err(|error| Failure::new(Exit::Unreachable, format!("error: not posted: {error}")))?;
    output::say(&format!("posted through {name}"));
    Ok(())
}

/// Reads the anchors in a file. With a key, each must be signed by it.
pub(super) fn read(path: &Path, key: Option<&HmacKey>) -> Result<Vec<ChainHead>, Failure> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the anchors in {}", path.display()))?;
    let mut heads = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let found = understood(line, key).map_err(|why| {
            let place = format!("{}:{}", path.display(), number + 1);
            Failure::new(Exit::No, format!("error: {place}: {why}"))
        })?;
        heads.extend(found);
    }
    Ok(heads)
}

fn understood(line: &str, key: Option<&HmacKey>) -> Result<Vec<ChainHead>, &'static str> {
    let mut anchor: Value = serde_json::from_str(line).map_err(|_| "this is no anchor")?;
    let fields = anchor.as_object_mut().ok_or("this is no anchor")?;
    let signature = fields.remove("signature");
    if let Some(key) = key {
        let signature = signature.as_ref().and_then(Value::as_str);
        let signature = signature.ok_or("this anchor is not signed")?;
        let header = format!("HMAC {signature}");
        let body = anchor.to_string().into_bytes().into();
        let verified = hailer::verify(std::slice::from_ref(key), Some(header.as_bytes()), body);
        verified.map_err(
            |_| "the signature of this anchor is not that of the key; somebody else wrote it",
        )?;
    }
    let heads = anchor.get("heads").and_then(Value::as_array);
    let heads = heads.ok_or("this is no anchor")?;
    let read = heads.iter().map(|head| {
        Some(ChainHead {
            chain: head.get("chain")?.as_str()?.to_owned(),
            seq: head.get("seq")?.as_i64()?,
            hash: head.get("hash")?.as_str()?.to_owned(),
        })
    });
    read.collect::<Option<Vec<_>>>().ok_or("this is no anchor")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(letter: u8) -> HmacKey {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode([letter; 32]);
        HmacKey::from_base64(&text).unwrap()
    }

    fn heads() -> Vec<ChainHead> {
        vec![ChainHead {
            chain: "c".to_owned(),
            seq: 7,
            hash: "abc".to_owned(),
        }]
    }

    #[test]
    fn an_anchor_comes_back_when_its_key_signed_it() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let plain = written(&heads(), now, None);
        let signed = written(&heads(), now, Some(&key(1)));

        assert_eq!(understood(&plain, None), Ok(heads()));
        assert_eq!(understood(&signed, None), Ok(heads()));
        assert_eq!(understood(&signed, Some(&key(1))), Ok(heads()));
        assert!(understood(&signed, Some(&key(2))).is_err());
        assert!(understood(&plain, Some(&key(1))).is_err());
        let forged = signed.replace("\"seq\":7", "\"seq\":6");
        assert!(understood(&forged, Some(&key(1))).is_err());
    }
}
