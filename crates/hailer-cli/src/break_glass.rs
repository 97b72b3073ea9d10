//! `hailer break-glass`: what does without approval in an emergency, said aloud and signed by somebody else afterwards.

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use hailer::{Environment, Permissions, Wanted};
use hailer_store::{Caller, Glass, NewPost, Person, Reviewed, Store};

use crate::exit::{Exit, Failure};
use crate::kept::{self, block_on};
use crate::operator;
use crate::output;
use crate::project::{Modules, Project, Source};

/// A reason that says nothing is none.
const SHORTEST_REASON: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct BreakGlassOptions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Let requests of [break_glass] people run without approval for a time
    Begin {
        /// Where: the name of a webhook
        #[arg(long, value_name = "NAME")]
        webhook: String,
        /// Why, in a sentence; others read it
        reason: Vec<String>,
    },
    /// End it before its time
    End {
        /// Where: the name of a webhook
        #[arg(long, value_name = "NAME")]
        webhook: String,
    },
    /// List emergencies, the newest first
    List,
    /// Sign that you have looked at what somebody else did
    Review {
        /// The number of the emergency
        number: i64,
        /// What you found
        text: Vec<String>,
    },
}

/// Writes into the store of the configuration, by its rules.
pub(crate) fn run(
    config: Option<&Path>,
    options: &BreakGlassOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let url = kept::place(&project.config, "nothing, so nothing waits")?;
    let permissions = project.bot.permissions()?;
    let user = operator::user(environment);
    block_on(async {
        let store = kept::open(&url).await?;
        match &options.what {
            What::Begin { webhook, reason } => {
                begin(&store, &permissions, &user, webhook, &reason.join(" ")).await
            }
            What::End { webhook } => {
                let by = caller(&permissions, &user)?;
                let ended = store.mend_glass(webhook, &by).await;
                print(&match ended.context("cannot write")? {
                    Some(glass) => format!("over: emergency {} at {webhook}", glass.number),
                    None => format!("there is no emergency at {webhook}"),
                })
            }
            What::List => {
                let glasses = store.glasses().await.context("cannot read the store")?;
                let lines: Vec<String> = glasses.iter().map(line).collect();
                print(
                    if lines.is_empty() {
                        "there was no emergency".to_owned()
                    } else {
                        lines.join("\n")
                    }
                    .as_str(),
                )
            }
            What::Review { number, text } => {
                let by = caller(&permissions, &user)?;
                let reviewed = store.review_glass(*number, &by, &text.join(" ")).await;
                told(&reviewed.context("cannot write")?, *number)
            }
        }
    })
}

async fn begin(
    store: &Store,
    permissions: &Permissions,
    user: &str,
    webhook: &str,
    reason: &str,
) -> Result<Exit, Failure> {
    let config = permissions.config();
    let Some(rule) = &config.permissions.break_glass else {
        return Err(no(
            "nobody may break glass\n  fix: write [break_glass] people = [\"group:NAME\"], followup = \"NAME\"",
        ));
    };
    let operator = operator::person(config, user)?;
    let places = [format!("webhook:{webhook}")];
    let wanted = Wanted {
        person: operator.id.as_str(),
        places: &places,
        tenant: operator.tenant.as_ref().map(hailer::TenantId::as_str),
    };
    let standpoint = config
        .standpoint(&wanted)
        .map_err(|wrong| no(&wrong.to_string()))?;
    if !permissions.may_break_glass(&standpoint) {
        return Err(no("[break_glass] people does not name you"));
    }
    if reason.trim().chars().count() < SHORTEST_REASON {
        return Err(no(
            "say why in 20 characters at least: others read it, and somebody signs it",
        ));
    }
    let by = caller(permissions, user)?;
    let post = rule.follow_up.as_ref().map(|target| NewPost {
        target: target.clone(),
        payload: hailer_jobs::note(
            &format!("⚠ {} broke glass at {webhook}: {}", operator.name, reason.trim()),
            &format!(
                "For the next {} minutes requests of [break_glass] people run there without approval; each is told here. Somebody else signs it within 24 hours: hailer break-glass review",
                rule.lasts.as_secs() / 60
            ),
            hailer_jobs::FollowUp::MAX_SIZE,
        ),
    });
    let glass = store
        .break_glass(webhook, &by, reason.trim(), rule.lasts, post)
        .await
        .context("nothing was changed: it cannot be written down")?;
    print(&format!(
        "glass is broken at {webhook} until {} (emergency {}); somebody else signs it: hailer break-glass review {}",
        moment(glass.until_ms),
        glass.number,
        glass.number
    ))
}

fn caller(permissions: &Permissions, user: &str) -> Result<Caller, Failure> {
    let operator = operator::person(permissions.config(), user)?;
    Ok(Caller {
        person: Person {
            id: operator.id.to_string(),
            name: format!("{} (user {user})", operator.name),
        },
        ..Caller::default()
    })
}

fn line(glass: &Glass) -> String {
    let signed = match &glass.review {
        Some((by, text)) => format!("signed by {}: {text}", by.name),
        None => "NOT SIGNED YET".to_owned(),
    };
    format!(
        "{}  {}  {} to {}  {}: {}\n      {signed}",
        glass.number,
        glass.webhook,
        moment(glass.began_at_ms),
        moment(glass.until_ms),
        glass.by.name,
        glass.reason
    )
}

fn told(reviewed: &Reviewed, number: i64) -> Result<Exit, Failure> {
    match reviewed {
        Reviewed::Signed(_) => print(&format!("emergency {number} is signed")),
        Reviewed::Before(_) => Err(no("it was signed before")),
        Reviewed::Own(_) => Err(no("nobody signs what they did themselves")),
        Reviewed::NotFound => Err(no("there is no emergency by this number")),
    }
}

fn moment(at_ms: i64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at_ms);
    at.map(|it| it.format("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

fn no(why: &str) -> Failure {
    Failure::new(Exit::No, format!("error: {why}"))
}

fn print(text: &str) -> Result<Exit, Failure> {
    output::print(text)?;
    Ok(Exit::Fine)
}
