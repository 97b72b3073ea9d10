//! `hailer reload`: has the running bot read its configuration again, and says what changed.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use chrono::Utc;
use hailer::{Environment, RELOAD, reload_request};

use crate::exit::{Exit, Failure};
use crate::http;
use crate::output;
use crate::project::{Modules, Project, Source};
use crate::watching::reachable;

/// A bot that is told by its own watch of a new token knows it after this time.
const PAUSE: Duration = Duration::from_millis(500);

/// How often a bot is asked that does not know the tokens yet.
const TRIES: usize = 3;

/// What the bot said.
struct Said {
    status: u16,
    text: String,
}

/// Reads the configuration here first, then has the bot read it.
pub(crate) fn run(
    config: Option<&Path>,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let source = Source::File(Source::find_file(config)?);
    let project = Project::load(source, None, environment, modules)
        .map_err(|failure| still_holds(&failure))?;
    let Some(admin) = project.config.server.admin_listen else {
        return Err(Failure::new(
            Exit::Unreachable,
            "error: [server] admin_listen is off, so the bot cannot be asked\n  fix: send it SIGHUP, or `systemctl reload hailer`",
        ));
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let said = runtime.block_on(ask(&project, reachable(admin)))?;
    match said.status {
        200 => {
            output::print(said.text.trim_end())?;
            Ok(Exit::Fine)
        }
        422 => Err(still_holds(&Failure::new(Exit::Config, said.text))),
        403 => Err(Failure::new(
            Exit::No,
            format!(
                "error: the bot does not let us: {}\n  fix: send it SIGHUP, or `systemctl reload hailer`",
                said.text.trim_end()
            ),
        )),
        status => Err(Failure::new(
            Exit::Unreachable,
            format!("error: the bot answers {status}: {}", said.text.trim_end()),
        )),
    }
}

/// Asks again while the tokens of the configuration are news to the bot.
async fn ask(project: &Project, admin: SocketAddr) -> Result<Said, Failure> {
    let mut said = ask_once(project, admin).await?;
    for _ in 1..TRIES {
        if said.status != 403 {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        said = ask_once(project, admin).await?;
    }
    Ok(said)
}

async fn ask_once(project: &Project, admin: SocketAddr) -> Result<Said, Failure> {
    let webhooks = &project.config.webhooks;
    let keys = webhooks
        .iter()
        .filter_map(|it| Some((it.name.as_str(), it.keys.first()?)));
    let client = http::near()?;
    let asked = client
        .post(format!("http://{admin}{RELOAD}"))
        .header("content-type", "application/json")
        .body(reload_request(keys, Utc::now()))
        .send()
        .await;
    let Ok(response) = asked else {
        let text = format!(
            "error[HL136]: no bot answers at {admin}\n  fix: `hailer serve`, or `systemctl start hailer`"
        );
        return Err(Failure::new(Exit::Unreachable, text));
    };
    Ok(Said {
        status: response.status().as_u16(),
        text: response.text().await.unwrap_or_default(),
    })
}

fn still_holds(failure: &Failure) -> Failure {
    let text = format!("{failure}");
    let text = text.trim_end();
    Failure::new(
        failure.exit(),
        format!("{text}\nThe running bot keeps its old configuration."),
    )
}
