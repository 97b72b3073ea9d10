//! `hailer send`: say something to the bot as Teams would, and show the answer.

mod post;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use chrono::Utc;
use hailer::{Config, Environment, HmacKey, Reply, TeamsMessage, WebhookConfig, read_message};
use hailer_playground::{PlaygroundConfig, find_person};
use tokio::sync::oneshot;

use crate::arguments::SendOptions;
use crate::exit::{Exit, Failure};
use crate::project::{Modules, PartOfProject, Project, Source};
use crate::{output, token};

use post::{Posted, post};

/// After this time Teams shows its own error.
pub(crate) const TEAMS_WAITS: Duration = Duration::from_secs(5);

/// A bot with nothing left to do ends sooner.
const GOODBYE: Duration = Duration::from_millis(500);

/// Characters of an answer that is no reply; more says no more.
const MOST_SHOWN: usize = 500;

/// Whom to talk to.
struct Target {
    url: String,
    webhook: String,
    key: HmacKey,
    message: TeamsMessage,
}

/// Says something to the bot and shows its answer.
pub(crate) fn run(
    config: Option<&Path>,
    options: &SendOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let posted = match &options.url {
        Some(url) => runtime.block_on(send_to(&stranger(url, options, environment)?))?,
        None => {
            let source = Source::find(config);
            let project = Project::load(source.clone(), None, environment, modules);
            let project = project.map_err(|_| ());
            let target = match &project {
                Ok(project) => configured(&project.config, &project.playground, options)?,
                Err(()) => {
                    let part = part(&source, options, environment, modules)?;
                    configured(&part.config, &part.playground, options)?
                }
            };
            match (runtime.block_on(send_to(&target)), project) {
                (Err(failure), project) if failure.exit() == Exit::Unreachable => {
                    let project = project.map_err(|()| no_stand_in(&target))?;
                    output::say(&format!(
                        "nobody answers at {}; a bot was started for this message",
                        target.url
                    ));
                    runtime.block_on(send_in_process(project, target))?
                }
                (answered, _) => answered?,
            }
        }
    };
    runtime.shutdown_background();
    show(&posted, options, environment)
}

/// Reads what it takes to talk to a bot that runs with what was right before.
fn part(
    source: &Source,
    options: &SendOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<PartOfProject, Failure> {
    let draft = source.draft(environment)?;
    let first = draft.section("webhook").names().into_iter().next();
    let webhook = options.webhook.clone().or(first).unwrap_or_default();
    let paths: [&[&str]; 2] = [&["server"], &["webhook", &webhook]];
    PartOfProject::load(draft, &paths, modules)
}

fn no_stand_in(target: &Target) -> Failure {
    let text = format!(
        "error: nobody answers at {}, and no bot can be started for this message while something is wrong in its configuration\n  fix: `hailer check` tells what",
        target.url
    );
    Failure::new(Exit::Unreachable, text)
}

/// Talks to an address that no configuration describes: how people mention that bot is not known, so nobody is.
fn stranger(
    url: &str,
    options: &SendOptions,
    environment: &Environment,
) -> Result<Target, Failure> {
    let token = &options.token;
    let token = token::read(
        token.token_file.as_deref(),
        token.token_env.as_deref(),
        environment,
    )?;
    let webhook = url.rsplit('/').next().unwrap_or(url).to_owned();
    let message = message(TeamsMessage::without_mention(&options.text), options);
    Ok(Target {
        url: url.to_owned(),
        webhook,
        key: token.key,
        message,
    })
}

fn configured(
    config: &Config,
    playground: &PlaygroundConfig,
    options: &SendOptions,
) -> Result<Target, Failure> {
    let wanted = options.webhook.as_deref();
    let webhook = config
        .webhooks
        .iter()
        .find(|it| wanted.is_none_or(|name| it.name == name));
    let Some(webhook) = webhook else {
        let names: Vec<&str> = config.webhooks.iter().map(|it| it.name.as_str()).collect();
        let text = format!(
            "error: there is no webhook `{}`\n  known: {}",
            wanted.unwrap_or_default(),
            names.join(", ")
        );
        return Err(Failure::new(Exit::Usage, text));
    };
    let Some(key) = webhook.keys.first() else {
        return Err(Failure::new(
            Exit::Config,
            format!("error: the webhook `{}` has no token", webhook.name),
        ));
    };
    let scheme = if config.server.tls.is_some() {
        "https"
    } else {
        "http"
    };
    Ok(Target {
        url: format!(
            "{scheme}://{}/webhook/{}",
            config.server.listen, webhook.name
        ),
        webhook: webhook.name.clone(),
        key: key.clone(),
        message: message_of(config, playground, webhook, options)?,
    })
}

/// Writes the message of somebody whom the configuration may know by the beginning of their name.
fn message_of(
    config: &Config,
    playground: &PlaygroundConfig,
    webhook: &WebhookConfig,
    options: &SendOptions,
) -> Result<TeamsMessage, Failure> {
    let written = TeamsMessage::new(&webhook.mention, &options.text);
    let person = find_person(playground, config, &options.person).map_err(|names| {
        let text = format!(
            "error: `--as {}` can be several people: {}\n  fix: write more of the name",
            options.person,
            names.join(", ")
        );
        Failure::new(Exit::Usage, text)
    })?;
    let Some(person) = person else {
        return Ok(message(written, options).known_to(config, &webhook.name));
    };
    let message = written
        .from_person(&person.name)
        .in_channel(&options.channel)
        .known_to(config, &webhook.name);
    Ok(match &person.id {
        Some(id) => message.with_person_id(id),
        None => message,
    })
}

fn message(message: TeamsMessage, options: &SendOptions) -> TeamsMessage {
    message
        .from_person(&options.person)
        .in_channel(&options.channel)
}

async fn send_to(target: &Target) -> Result<Posted, Failure> {
    let body = target.message.to_json(Utc::now());
    let signature = target.key.sign(body.as_bytes());
    post(&target.url, &target.webhook, body, signature).await
}

/// Starts the bot on a free port for one message.
async fn send_in_process(project: Project, mut target: Target) -> Result<Posted, Failure> {
    let grace = project.config.server.shutdown_grace;
    let bound = project.bot.on_a_free_port().bind()?;
    target.url = format!("http://{}/webhook/{}", bound.address(), target.webhook);
    let (stop, stopped) = oneshot::channel::<()>();
    let mut serving = tokio::spawn(bound.run(async move {
        let _ = stopped.await;
    }));
    let posted = send_to(&target).await;
    let _ = stop.send(());
    if tokio::time::timeout(GOODBYE, &mut serving).await.is_err() {
        output::say(&format!(
            "it is not done yet: this bot ends with the call, and waits {} s at most for what it does; start `hailer serve` for work that takes longer",
            grace.as_secs()
        ));
        let _ = serving.await;
    }
    posted
}

fn show(
    posted: &Posted,
    options: &SendOptions,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let read = read_message(&posted.body);
    let is_reply = read.is_ok();
    if options.json {
        output::print(&posted.body)?;
    } else {
        let drawn = match read {
            Ok(message) => message.to_terminal(output::style(environment)),
            Err(_) => harmless(&posted.body),
        };
        output::print(&drawn)?;
        output::say(&format!(
            "{} · {:.2} s of 5 s · text {} bytes · signed with \"{}\"",
            posted.status,
            posted.took.as_secs_f64(),
            with_thousands(posted.body.len()),
            posted.webhook
        ));
    }
    if posted.took > TEAMS_WAITS {
        output::say(
            "Teams would have shown \"Sorry, there was a problem encountered with your request\": it waits 5 s",
        );
        return Ok(Exit::TimedOut);
    }
    match posted.status {
        200 if !is_reply => Err(Failure::new(
            Exit::No,
            "error: this is no reply of a bot; Teams would have shown its own error\n  fix: check the address; a proxy or a login page may have answered",
        )),
        200 if posted.is_ok => Ok(Exit::Fine),
        200 => Ok(Exit::No),
        401 => Err(Failure::new(
            Exit::No,
            "error: the bot does not take this signature\n  fix: use the token that the bot has for this webhook; its log names the reason",
        )),
        status => Err(Failure::new(
            Exit::No,
            format!("error: the bot answered {status}; Teams would have shown its own error"),
        )),
    }
}

/// Shows the beginning of what no bot wrote, without what would steer a terminal.
fn harmless(body: &str) -> String {
    let beginning: String = body.chars().take(MOST_SHOWN).collect();
    Reply::text(beginning).to_plain()
}

/// Writes a number as people read it: `1,204`.
pub(crate) fn with_thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_easy_to_read() {
        assert_eq!(with_thousands(7), "7");
        assert_eq!(with_thousands(1204), "1,204");
        assert_eq!(with_thousands(1_234_567), "1,234,567");
    }
}
