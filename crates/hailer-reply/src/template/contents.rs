//! Lists and objects of the data that go into a card whole: what is text in them is literal, too.

use serde_json::Value;

use super::role::Role;
use crate::card::https_url::HttpsUrl;

/// Why data cannot go into a card as it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unfit {
    Deep,
    Address,
}

/// What data goes into may be deep itself, and no reader takes JSON of any depth.
const DEEPEST: usize = 48;

/// Makes text of what is text in a value of the data, by the property that it goes into.
pub(super) fn literal(value: Value, kind: &str, property: &str) -> Result<Value, Unfit> {
    literal_at(value, kind, property, 0)
}

fn literal_at(value: Value, kind: &str, property: &str, depth: usize) -> Result<Value, Unfit> {
    if depth > DEEPEST {
        return Err(Unfit::Deep);
    }
    let role = Role::of(kind, property);
    Ok(match value {
        Value::String(text) if role == Role::Address => {
            let url = HttpsUrl::new(&text).map_err(|_| Unfit::Address)?;
            Value::String(url.into())
        }
        Value::String(text) => Value::String(role.literal(&text)),
        Value::Number(number) if role.is_text() => Value::String(number.to_string()),
        Value::Bool(flag) if role.is_text() => Value::String(flag.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
        Value::Array(items) => {
            let items = items.into_iter().filter(|item| !item.is_null());
            let items = items.map(|item| literal_at(item, kind, property, depth + 1));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(object) => {
            let kind = object.get("type").and_then(Value::as_str);
            let kind = kind.unwrap_or_default().to_owned();
            let members = object.into_iter().filter(|(_, value)| !value.is_null());
            let members = members.map(|(name, value)| {
                let value = literal_at(value, &kind, &name, depth + 1)?;
                Ok((name, value))
            });
            Value::Object(members.collect::<Result<_, Unfit>>()?)
        }
    })
}
