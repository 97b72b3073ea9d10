//! Teams, and requests as they send them, signed before anybody looks at the clock.

use std::net::SocketAddr;

use anyhow::Context;
use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::Utc;
use hailer::{HmacKey, TeamsMessage};

/// What people say.
const COMMAND: &str = "echo hello world";

/// A piece of every right answer.
pub(crate) const ANSWER: &[u8] = b"hello world";

/// Visits teams so that two requests in a row are never of neighbours: a prime.
const STEP: usize = 7_919;

/// A team with its webhook.
pub(crate) struct Team {
    /// The name of the webhook.
    pub(crate) name: String,
    /// The environment variable with the token.
    pub(crate) variable: String,
    pub(crate) token: String,
    pub(crate) key: HmacKey,
}

/// Returns the team of a number. Its token opens nothing: the servers are gone when the run is over.
pub(crate) fn team(number: usize) -> anyhow::Result<Team> {
    let token = BASE64_STANDARD.encode(format!("only for benchmarks, team {number:06}"));
    Ok(Team {
        name: format!("team{number:05}"),
        variable: format!("TOKEN_{number:05}"),
        key: HmacKey::from_base64(&token).context("a token is no token")?,
        token,
    })
}

/// Writes whole requests, from each team as many as from any other. Each message has an id of its own, so that
/// none is a repeat.
pub(crate) fn sign(teams: &[Team], count: usize, address: SocketAddr) -> Vec<Vec<u8>> {
    let numbers = (0..count).map(|number| number * STEP % teams.len());
    numbers
        .filter_map(|number| Some(request(teams.get(number)?, address)))
        .collect()
}

fn request(team: &Team, address: SocketAddr) -> Vec<u8> {
    let name = &team.name;
    let body = TeamsMessage::new(name, COMMAND).to_json(Utc::now());
    let signature = team.key.sign(body.as_bytes());
    let length = body.len();
    format!(
        "POST /webhook/{name} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json; charset=utf-8\r\n\
         Authorization: {signature}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
