//! The forms in which a secret turns up: as it is, and as programs encode it.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter secrets cannot be masked: their letters are everywhere.
pub(crate) const SHORTEST: usize = 4;

/// So much of a base64 form must be certain, or it would mask what is no secret.
const SHORTEST_BASE64: usize = 8;

/// Returns all forms of a secret; none for one that is too short.
pub(crate) fn forms(secret: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::new();
    add(secret, &mut forms);
    // Of a key in several lines each line counts: programs indent them, or show a few.
    if secret.contains('\n') {
        let long_lines = secret
            .lines()
            .map(str::trim)
            .filter(|it| it.len() >= 2 * SHORTEST);
        long_lines.for_each(|line| add(line, &mut forms));
    }
    forms
}

fn add(secret: &str, forms: &mut BTreeSet<Vec<u8>>) {
    let trimmed = secret.trim();
    for text in [secret, trimmed] {
        if text.len() < SHORTEST {
            continue;
        }
        forms.insert(text.as_bytes().to_vec());
        forms.extend(base64_forms(text));
        forms.extend(json_forms(text));
        forms.extend(url_forms(text));
        forms.insert(hex(text.as_bytes(), false).into_bytes());
        forms.insert(hex(text.as_bytes(), true).into_bytes());
    }
}

/// Within a longer text the letters depend on where the secret begins, a multiple of three bytes or not. The first and
/// the last ones depend on its neighbours, too, and are left out.
fn base64_forms(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for before in 0..3_usize {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret.as_bytes());
        let begin = [0, 2, 3].get(before).copied().unwrap_or_default();
        let end = bytes.len() * 8 / 6;
        for encoded in [
            STANDARD_NO_PAD.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
        ] {
            let certain = encoded.get(begin..end).unwrap_or_default();
            if certain.len() >= SHORTEST_BASE64 {
                forms.push(certain.as_bytes().to_vec());
            }
        }
    }
    // Whole, so that nothing of it is left when it stands alone.
    if secret.len() >= SHORTEST {
        forms.push(STANDARD_NO_PAD.encode(secret).into_bytes());
        forms.push(URL_SAFE_NO_PAD.encode(secret).into_bytes());
    }
    forms
}

fn json_forms(secret: &str) -> Vec<Vec<u8>> {
    let quoted = serde_json::Value::from(secret).to_string();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|it| it.strip_suffix('"'))
        .unwrap_or_default();
    let escaped_units = |upper: bool| -> String {
        inner
            .chars()
            .map(|letter| {
                if letter.is_ascii() {
                    return letter.to_string();
                }
                let mut units = [0; 2];
                let units = letter.encode_utf16(&mut units).iter();
                let digits = |unit: &u16| {
                    if upper {
                        format!("\\u{unit:04X}")
                    } else {
                        format!("\\u{unit:04x}")
                    }
                };
                units.map(digits).collect()
            })
            .collect()
    };
    let mut forms = vec![
        inner.to_owned(),
        escaped_units(false),
        escaped_units(true),
        inner.replace('/', "\\/"),
    ];
    forms.retain(|it| !it.is_empty());
    forms.into_iter().map(String::into_bytes).collect()
}

fn url_forms(secret: &str) -> Vec<Vec<u8>> {
    let encode = |upper: bool, space: &str, kept: &str| {
        let mut text = String::new();
        for byte in secret.bytes() {
            if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
                text.push(char::from(byte));
            } else if byte == b' ' {
                text.push_str(space);
            } else {
                text.push('%');
                text.push_str(&hex(&[byte], upper));
            }
        }
        text.into_bytes()
    };
    let mut forms = Vec::new();
    for upper in [true, false] {
        for (space, kept) in [("%20", "-._~"), ("+", "-._*"), ("%20", "-._~!*'()/")] {
            forms.push(encode(upper, space, kept));
        }
    }
    forms
}

fn hex(bytes: &[u8], upper: bool) -> String {
    let digits = |byte: &u8| {
        if upper {
            format!("{byte:02X}")
        } else {
            format!("{byte:02x}")
        }
    };
    bytes.iter().map(digits).collect()
}
