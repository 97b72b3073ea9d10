//! Why a request was refused, found by looking at its bytes again. Nothing found here is ever accepted.

use hailer::{HmacKey, SignatureError, WebhookConfig, verify};
use serde_json::Value;

use crate::exchange::Exchange;

/// What a look at a request tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub(crate) code: &'static str,
    pub(crate) text: String,
    pub(crate) fix: Option<String>,
}

/// Says why a request was refused; the tokens of all webhooks are tried.
pub(crate) fn diagnose(exchange: &Exchange, webhooks: &[WebhookConfig]) -> Option<Diagnosis> {
    let code = exchange.code.as_deref()?;
    let known = crate::explain::cause(code)?;
    if exchange.reason.as_deref() == Some("mismatch") {
        return Some(mismatch(exchange, webhooks));
    }
    Some(Diagnosis {
        code: known.code,
        text: exchange
            .text
            .clone()
            .unwrap_or_else(|| known.title.to_owned()),
        fix: Some(known.fix.to_owned()),
    })
}

fn mismatch(exchange: &Exchange, webhooks: &[WebhookConfig]) -> Diagnosis {
    let named = exchange.webhook.as_deref().unwrap_or_default();
    let header = exchange.header("authorization").unwrap_or_default();
    let body = &exchange.body;
    let signs = |key: &HmacKey| matches(key, header, body);
    let owner = webhooks
        .iter()
        .find(|it| it.name != named && it.keys.iter().any(signs));
    if let Some(owner) = owner {
        let owner = &owner.name;
        return Diagnosis {
            code: "HL101",
            text: format!("this is the webhook `{owner}` of Teams calling the URL of `{named}`"),
            fix: Some(format!(
                "in Teams, let the callback URL of {owner} end in /webhook/{owner}"
            )),
        };
    }
    let keys = webhooks.iter().filter(|it| it.name == named);
    let why = keys
        .flat_map(|it| &it.keys)
        .find_map(|key| rewritten(key, header, body));
    if let Some(why) = why {
        return Diagnosis {
            code: "HL104",
            text: format!("something between Teams and here changes the body: {why}"),
            fix: crate::explain::cause("HL104").map(|it| it.fix.to_owned()),
        };
    }
    Diagnosis {
        code: "HL102",
        text: format!(
            "the signature matches no token of this configuration ({} bytes)",
            body.len()
        ),
        fix: crate::explain::cause("HL102").map(|it| it.fix.to_owned()),
    }
}

/// Says which change makes the signature match.
pub(crate) fn rewritten(key: &HmacKey, header: &str, body: &[u8]) -> Option<&'static str> {
    if body.starts_with(&[0x1f, 0x8b]) {
        return Some("it is compressed");
    }
    let found = changed(body)
        .into_iter()
        .find(|(changed, _)| matches(key, header, changed));
    found.map(|(_, why)| why)
}

pub(crate) fn matches(key: &HmacKey, header: &str, body: &[u8]) -> bool {
    let keys = std::slice::from_ref(key);
    let verified: Result<_, SignatureError> =
        verify(keys, Some(header.as_bytes()), body.to_vec().into());
    verified.is_ok()
}

/// Returns the body as it may have been before something changed it: a bounded list.
fn changed(body: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    const NEWLINE: &str =
        "the body had no newline at its end when it was signed; an editor or `echo` added one";
    const MINIFIED: &str =
        "it matches the body without its white space: something on the way rewrites the JSON";
    const ESCAPED: &str =
        "it matches once escapes are undone: something on the way rewrites the JSON";
    let mut all = vec![
        (body.trim_ascii_end().to_vec(), NEWLINE),
        (
            [body, b"\n"].concat(),
            "the body had a newline at its end when it was signed",
        ),
        (
            body.trim_ascii_start().to_vec(),
            "the body had no white space at its start when it was signed",
        ),
    ];
    if let Some(rest) = body.strip_prefix(b"\xEF\xBB\xBF") {
        all.push((rest.to_vec(), "a byte order mark was put before the body"));
    }
    if let Ok(text) = std::str::from_utf8(body) {
        all.push((
            text.replace("\r\n", "\n").into_bytes(),
            "line ends were turned from LF to CRLF",
        ));
        all.push((
            text.replace('\n', "\r\n").into_bytes(),
            "line ends were turned from CRLF to LF",
        ));
        let small = minify(text);
        all.push((small.clone().into_bytes(), MINIFIED));
        all.push((small.replace("\\/", "/").into_bytes(), ESCAPED));
        all.extend(
            serde_json::from_str::<Value>(text)
                .ok()
                .map(|value| (value.to_string().into_bytes(), MINIFIED)),
        );
    }
    all
}

/// Drops white space between JSON's tokens, and keeps everything else as it stands.
fn minify(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for character in json.chars() {
        if !in_string && character.is_ascii_whitespace() {
            continue;
        }
        if character == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && character == '\\' && !escaped;
        out.push(character);
    }
    out
}
