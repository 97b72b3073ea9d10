//! `hailer sign`: the value of the `Authorization` header for a body.

use std::io::{Read, stdin};

use anyhow::Context;
use hailer::Environment;

use crate::arguments::SignOptions;
use crate::exit::{Exit, Failure};
use crate::{output, token};

/// Signs standard input, byte for byte.
pub(crate) fn run(options: &SignOptions, environment: &Environment) -> Result<Exit, Failure> {
    let token = &options.token;
    let token = token::read(
        token.token_file.as_deref(),
        token.token_env.as_deref(),
        environment,
    )?;
    output::print(&token.key.sign(&read_body()?))?;
    Ok(Exit::Fine)
}

/// Reads the body from standard input.
pub(crate) fn read_body() -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    stdin()
        .lock()
        .read_to_end(&mut body)
        .context("cannot read the body from standard input")?;
    Ok(body)
}
