//! `hailer policy`: who may run what, and by which rule.

use std::fmt::Write;
use std::path::Path;

use clap::{Args, Subcommand};
use hailer::{
    Config, Decision, Environment, Judgement, Misunderstanding, Permissions, Standpoint, Wanted,
};
use hailer_store::StoreUrl;
use serde_json::json;

use crate::arguments::Whereabouts;
use crate::exit::{Exit, Failure};
use crate::holds;
use crate::output;
use crate::project::{Modules, Project, Source};

#[derive(Debug, Args)]
pub(crate) struct PolicyOptions {
    #[command(subcommand)]
    verb: PolicyVerb,
}

#[derive(Debug, Subcommand)]
enum PolicyVerb {
    /// Say whether somebody may run a command, and which rule decides; nothing is run
    #[command(
        after_help = "Exit codes: 0 yes, 1 no, or it depends on arguments that are missing.\nExample: hailer policy explain \"deploy run api --env prod\" --as \"Mira Novak\" --in deploys"
    )]
    Explain(ExplainOptions),
    /// Run the [[policy_test]] tables of the configuration
    #[command(
        after_help = "Exit codes: 0 all pass, 1 one fails.\nExample: hailer policy test --config hailer.toml"
    )]
    Test,
}

#[derive(Debug, Args)]
struct ExplainOptions {
    /// What is typed, without the mention
    text: String,
    /// Who types it: an id, the name of a member, group:NAME or anyone
    #[arg(long = "as", value_name = "PERSON")]
    person: String,
    #[command(flatten)]
    place: Whereabouts,
    /// Print the decision as JSON
    #[arg(long)]
    json: bool,
}

/// Does what the words after `policy` say.
pub(crate) fn run(
    config: Option<&Path>,
    options: &PolicyOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let permissions = project.bot.permissions()?;
    match &options.verb {
        PolicyVerb::Explain(options) => {
            explain(&permissions, options, project.config.store.as_ref())
        }
        PolicyVerb::Test => test(&permissions),
    }
}

/// Finds out who is meant, and where.
pub(crate) fn find(
    config: &Config,
    person: &str,
    place: &Whereabouts,
) -> Result<Standpoint, Failure> {
    let webhook = place.webhook.iter().map(|name| format!("webhook:{name}"));
    let team = place.team.iter().map(|id| format!("team:{id}"));
    let channel = place
        .channel
        .iter()
        .map(|name| match name.starts_with("channel:") {
            true => name.clone(),
            false => format!("channel:{name}"),
        });
    let places: Vec<String> = webhook.chain(team).chain(channel).collect();
    let wanted = Wanted {
        person,
        places: &places,
        tenant: place.tenant.as_deref(),
    };
    config.standpoint(&wanted).map_err(|wrong| {
        let text = format!(
            "error: --{}: {}\n  fix: {}",
            wrong.key, wrong.text, wrong.help
        );
        Failure::new(Exit::Usage, text)
    })
}

fn explain(
    permissions: &Permissions,
    options: &ExplainOptions,
    store: Option<&StoreUrl>,
) -> Result<Exit, Failure> {
    let standpoint = find(permissions.config(), &options.person, &options.place)?;
    let judgement = permissions
        .judge(&options.text, &standpoint)
        .map_err(|misunderstanding| not_understood(&misunderstanding))?;
    let hold = store.and_then(|store| holds::keeps_out(store, &judgement, &standpoint.webhook));
    output::print(&if options.json {
        let mut json = to_json(&judgement, &standpoint);
        if let (Some(fields), Some(hold)) = (json.as_object_mut(), &hold) {
            fields.insert("held".to_owned(), holds::hold_json(hold));
        }
        format!("{json:#}")
    } else {
        let drawn = draw(&judgement, &standpoint);
        match &hold {
            Some(hold) => format!(
                "{drawn}\nIt would not start now. Held: {}",
                holds::held(hold)
            ),
            None => drawn,
        }
    })?;
    Ok(
        if judgement.decision.is_permitted() && judgement.problem.is_none() {
            Exit::Fine
        } else {
            Exit::No
        },
    )
}

fn not_understood(misunderstanding: &Misunderstanding) -> Failure {
    let said = misunderstanding.reply("bot", "you", None).to_plain();
    Failure::new(
        Exit::No,
        format!("error: the bot would not understand this: {said}"),
    )
}

fn draw(judgement: &Judgement, standpoint: &Standpoint) -> String {
    let mut text = format!("{}: {}", outcome(judgement), judgement.decision);
    let missing = || "-".to_owned();
    for (name, value) in [
        ("command", judgement.entry.path().to_owned()),
        ("effect", judgement.entry.effect().as_str().to_owned()),
        ("person", standpoint.person.to_string()),
        (
            "tenant",
            standpoint
                .tenant
                .as_ref()
                .map_or_else(missing, ToString::to_string),
        ),
        ("webhook", standpoint.webhook.clone()),
        (
            "team",
            standpoint
                .team
                .as_ref()
                .map_or_else(missing, ToString::to_string),
        ),
        (
            "channel",
            standpoint
                .channel
                .as_ref()
                .map_or_else(missing, ToString::to_string),
        ),
    ] {
        let _ = write!(text, "\n  {name:<8} {value}");
    }
    if let Some(asking) = &judgement.asking {
        let _ = write!(text, "\n  then     {asking}");
    }
    if let Some(problem) = &judgement.problem {
        let said = problem.reply("bot", "you", None).to_plain();
        let _ = write!(
            text,
            "\nThe arguments are not complete: {}",
            said.lines().next().unwrap_or_default()
        );
    }
    text
}

/// Says in one word what would happen.
fn outcome(judgement: &Judgement) -> &'static str {
    match &judgement.asking {
        Some(asking) if !asking.needs().is_empty() => "approval",
        Some(_) => "confirm",
        None => word(&judgement.decision),
    }
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Permitted(_) => "allowed",
        Decision::Refused(_) => "denied",
        Decision::Depends => "depends",
    }
}

fn to_json(judgement: &Judgement, standpoint: &Standpoint) -> serde_json::Value {
    json!({
        "decision": word(&judgement.decision),
        "outcome": outcome(judgement),
        "asks": judgement.asking.as_ref().map(ToString::to_string),
        "reason": judgement.decision.to_string(),
        "rule": judgement.decision.place(),
        "command": judgement.entry.path(),
        "effect": judgement.entry.effect().as_str(),
        "person": standpoint.person.as_str(),
        "tenant": standpoint.tenant.as_ref().map(hailer::TenantId::as_str),
        "webhook": standpoint.webhook,
        "team": standpoint.team.as_ref().map(hailer::TeamId::as_str),
        "channel": standpoint.channel.as_ref().map(hailer::ChannelId::as_str),
    })
}

fn test(permissions: &Permissions) -> Result<Exit, Failure> {
    let tests = permissions.config().permissions.tests.len();
    let failed = permissions.run_tests();
    if failed.is_empty() {
        let text = match tests {
            0 => "there is no [[policy_test]] to run".to_owned(),
            1 => "1 policy test passes".to_owned(),
            _ => format!("{tests} policy tests pass"),
        };
        output::print(&text)?;
        return Ok(Exit::Fine);
    }
    output::print(failed.to_string().trim_end())?;
    Ok(Exit::No)
}
