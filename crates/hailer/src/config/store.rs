//! `[store]`: where jobs and what was done are kept.

use hailer_store::StoreUrl;

use super::code;
use super::problem::Problem;
use super::section::Section;
use super::tree::Value;

/// Beside the configuration, so that a service needs no further folder.
const DEFAULT: &str = "hailer.db";

/// Reads the table; `None` when nothing is to be kept.
pub(super) fn read(store: &Section<'_>) -> Option<StoreUrl> {
    let Some(entry) = store.entry("url") else {
        let path = store.reading().source().resolve(DEFAULT);
        return Some(StoreUrl::file(path));
    };
    let text = if matches!(entry.node.value, Value::Table(_)) {
        store.secret("url")?.expose().to_owned()
    } else {
        store.string("url")?
    };
    if text.trim() == "off" {
        return None;
    }
    let is_plain = matches!(entry.node.value, Value::String(_));
    if is_plain && has_password(&text) {
        let text = "`url` has a password, which others can read in the configuration";
        let help = "fix: write url = { env = \"HAILER_STORE\" }, or { file = \"PATH\" }";
        store.note_at(
            "url",
            Problem::error(code::SECRET_IN_PLAIN, text).with_help(help),
        );
        return None;
    }
    match text.parse::<StoreUrl>() {
        Ok(url) => {
            let folder = store.reading().source().resolve("");
            Some(url.relative_to(&folder))
        }
        Err(error) => {
            let error = error.to_string();
            let (what, help) = error.split_once("; ").unwrap_or((&error, ""));
            let help = format!("fix: {help}; or \"off\"");
            store.note_at("url", Problem::error(code::STORE_URL, what).with_help(help));
            None
        }
    }
}

fn has_password(text: &str) -> bool {
    url::Url::parse(text.trim()).is_ok_and(|url| url.password().is_some())
}
