//! Asking an HTTP address.

use reqwest::Response;

use crate::backend::cause;
use crate::status::check::Health;

/// What an answer has to hold stands at its beginning.
const MOST: usize = 1024 * 1024;

pub(super) async fn look(
    client: &reqwest::Client,
    url: &str,
    expect: Option<u16>,
    contains: Option<&str>,
) -> Health {
    let response = match client.get(url).send().await {
        Ok(response) => response,
        Err(error) => return Health::Down(cause(&error).alone.to_owned()),
    };
    let status = response.status().as_u16();
    let is_good = match expect {
        Some(expected) => status == expected,
        None => (200..400).contains(&status),
    };
    match (is_good, expect, contains) {
        (false, Some(expected), _) => {
            Health::Down(format!("it answers {status} instead of {expected}"))
        }
        (false, None, _) => Health::Down(format!("it answers {status}")),
        (true, _, None) => Health::Up(status.to_string()),
        (true, _, Some(wanted)) => match holds(response, wanted).await {
            Ok(true) => Health::Up(status.to_string()),
            Ok(false) => Health::Down(format!("it answers {status}, but without \"{wanted}\"")),
            Err(error) => Health::Down(cause(&error).alone.to_owned()),
        },
    }
}

async fn holds(mut response: Response, wanted: &str) -> Result<bool, reqwest::Error> {
    let mut read = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        read.extend_from_slice(&chunk);
        if read.len() > MOST {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&read).contains(wanted))
}
