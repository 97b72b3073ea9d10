//! HTML entities, read back once.

use std::borrow::Cow;

/// The longest entity worth reading; the longest name of all has 31 letters.
const LONGEST: usize = 33;

/// Splits what follows an `&` into the character that the entity stands for and the rest.
///
/// `&nbsp;` and `&emsp;` are read as the space and the tab that [`escape`](crate::escape) writes so.
pub(crate) fn split(after_ampersand: &str) -> Option<(Cow<'static, str>, &str)> {
    let end = after_ampersand
        .bytes()
        .take(LONGEST)
        .position(|byte| byte == b';')?;
    let (name, rest) = after_ampersand.split_at_checked(end)?;
    let rest = rest.strip_prefix(';')?;
    let character = match name {
        "lt" => Cow::Borrowed("<"),
        "gt" => Cow::Borrowed(">"),
        "amp" => Cow::Borrowed("&"),
        "nbsp" => Cow::Borrowed(" "),
        "emsp" => Cow::Borrowed("\t"),
        _ => Cow::Owned(decode(name)?),
    };
    Some((character, rest))
}

fn decode(name: &str) -> Option<String> {
    let entity = format!("&{name};");
    let decoded = html_escape::decode_html_entities(&entity);
    (decoded != entity).then(|| decoded.into_owned())
}
