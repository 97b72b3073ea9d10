//! One exchange as the running bot tells it, and as a capture keeps it.

use serde_json::Value;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A command, or its absence, was answered.
    Answered,
    /// It was turned away.
    Refused,
    /// A ping of the doctor.
    Ping,
    /// The caller left before the answer.
    HungUp,
}

/// One request and its end.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) kind: Kind,
    pub(crate) at: String,
    pub(crate) request_id: String,
    pub(crate) webhook: Option<String>,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) took_ms: u64,
    pub(crate) uptime_ms: u64,
    pub(crate) code: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) command: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) reply: Option<String>,
    /// The whole of it, as it was told.
    pub(crate) json: Value,
}

impl Exchange {
    /// Reads what the bot told, or what a capture holds.
    pub(crate) fn from_json(json: Value) -> Option<Self> {
        let text = |key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str| json.get(key).and_then(Value::as_u64).unwrap_or_default();
        let kind = match json.get("kind")?.as_str()? {
            "answered" => Kind::Answered,
            "refused" => Kind::Refused,
            "ping" => Kind::Ping,
            "hung_up" => Kind::HungUp,
            _ => return None,
        };
        let body = match (text("body"), text("body_hex")) {
            (Some(body), _) => body.into_bytes(),
            (None, Some(digits)) => from_hex(&digits)?,
            (None, None) => Vec::new(),
        };
        let headers = json.get("headers").and_then(Value::as_array);
        let pair = |it: &Value| {
            let part = |index: usize| it.get(index).and_then(Value::as_str).map(str::to_owned);
            Some((part(0)?, part(1)?))
        };
        let headers = headers.map(|all| all.iter().filter_map(pair).collect());
        Some(Self {
            kind,
            at: text("at")?,
            request_id: text("request_id")?,
            webhook: text("webhook"),
            path: text("path")?,
            headers: headers.unwrap_or_default(),
            body,
            took_ms: number("took_ms"),
            uptime_ms: number("uptime_ms"),
            code: text("code"),
            reason: text("reason"),
            text: text("text"),
            command: text("command"),
            outcome: text("outcome"),
            reply: text("reply"),
            json,
        })
    }

    /// Returns the first header of a name, which is written in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the tenant that a message names.
    pub(crate) fn tenant(&self) -> Option<String> {
        self.named(&["/conversation/tenantId", "/channelData/tenant/id"])
    }

    /// Returns the team that a message names.
    pub(crate) fn team(&self) -> Option<String> {
        self.named(&["/channelData/teamsTeamId", "/channelData/team/id"])
    }

    fn named(&self, places: &[&str]) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let found = places.iter().find_map(|it| body.pointer(it)?.as_str());
        found.map(str::to_owned)
    }

    /// Returns who wrote and what, when it is a message.
    pub(crate) fn said(&self) -> Option<(String, String)> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let name = body.pointer("/from/name")?.as_str()?.to_owned();
        Some((name, body.get("text")?.as_str()?.to_owned()))
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digit = |it: u8| {
        char::from(it)
            .to_digit(16)
            .and_then(|it| u8::try_from(it).ok())
    };
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}
