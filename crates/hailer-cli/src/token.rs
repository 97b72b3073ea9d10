//! Reading a security token from where the command line says.

use std::path::Path;

use anyhow::Context;
use hailer::{Environment, HmacKey};

use crate::exit::{Exit, Failure};
use crate::output;

/// A token, and the key that it is.
pub(crate) struct TokenKey {
    pub(crate) text: String,
    pub(crate) key: HmacKey,
}

/// Reads a token from a file or from a variable.
pub(crate) fn read(
    file: Option<&Path>,
    variable: Option<&str>,
    environment: &Environment,
) -> Result<TokenKey, Failure> {
    let (text, place) = match (file, variable) {
        (Some(path), _) => {
            let place = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the token file {place}"))?;
            (text, place)
        }
        (None, Some(name)) => {
            let value = environment.get(name);
            let text = value.ok_or_else(|| {
                Failure::io(format!("error: the environment variable {name} is not set"))
            })?;
            (text.to_owned(), name.to_owned())
        }
        (None, None) => {
            return Err(Failure::new(
                Exit::Usage,
                "error: no token; name its file with --token-file FILE",
            ));
        }
    };
    let key = HmacKey::from_base64(&text)
        .map_err(|error| Failure::new(Exit::Config, format!("error: {place}: {error}")))?;
    if !key.has_teams_length() {
        output::say(&format!(
            "warning: the token in {place} decodes to {} bytes; those of Teams have 32",
            key.length()
        ));
    }
    Ok(TokenKey { text, key })
}
