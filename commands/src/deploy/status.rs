//! `deploy status`: what runs where, since when, by whom, and what needs a look.
//!
//! It is answered from what was written down, so that it is there at once whatever the systems behind it do.

mod detail;
mod grid;
mod overview;

use std::sync::Arc;

use hailer::{
    Card, Command, CommandError, CommandResult, Effect, Hold, Invocation, Reply, Rows, Spec,
    TextBlock, clap, hold_sentence,
};

use crate::deploy::Deploys;
use crate::deploy::config::Environment;
use crate::deploy::line::Line;
use crate::deploy::words::millis;

/// So many locks and freezes are named.
const HOLDS: usize = 3;

/// Of so many deploys under way it is told how far they are.
const FOLLOWED: usize = 6;

/// What `deploy status` takes.
#[derive(Debug, clap::Args)]
pub(super) struct StatusArgs {
    /// One service; all when left out
    service: Option<String>,
    /// One environment; all when left out
    #[arg(long)]
    env: Option<String>,
}

/// Says what runs where.
#[derive(Debug)]
pub(super) struct Status(pub(super) Arc<Deploys>);

impl Command for Status {
    type Args = StatusArgs;

    fn spec(&self) -> Spec {
        let (service, environment) = self.0.deployments.example();
        Spec::new("deploy status", "what runs where, and what needs a look")
            .effect(Effect::Read)
            .example("deploy status", "all services in all environments")
            .example(
                format!("deploy status {service}"),
                "one service, with all that is known",
            )
            .example(
                format!("deploy status --env {environment}"),
                "one environment",
            )
    }

    async fn run(&self, args: StatusArgs, invocation: Invocation) -> CommandResult {
        let scope = self
            .0
            .deployments
            .scope(args.service.as_deref(), args.env.as_deref())?;
        let holds = self.0.held(&scope, &invocation).await?;
        let tracks = self.0.tracks().await?;
        let now = millis(invocation.now());
        let lines = scope.into_iter().map(|(service, environment)| {
            Line::of(service, environment, tracks.get(service, environment), now)
        });
        let mut lines: Vec<_> = lines.collect();
        self.0.follow(&mut lines).await?;
        let environments = &self.0.deployments.environments;
        let is_shown = |name: &str| lines.iter().any(|it| it.environment == name);
        let shown: Vec<_> = environments
            .iter()
            .filter(|it| is_shown(&it.name))
            .collect();
        let holds: Vec<_> = holds
            .iter()
            .map(|it| self.0.sentence(it, &invocation))
            .collect();
        let notes = Notes {
            environments: shown,
            holds,
        };
        let reply = Reply::card(match (args.service, args.env) {
            (None, None) => overview::card(&lines, &notes, &invocation),
            (Some(_), _) | (None, Some(_)) => detail::card(&lines, &notes, &invocation),
        });
        let rows = lines.iter().map(Line::row);
        Ok(reply.with_rows(Rows::new(Line::COLUMNS, rows)))
    }
}

/// What people should know beside what runs.
#[derive(Debug)]
struct Notes<'d> {
    environments: Vec<&'d Environment>,
    /// What is locked or frozen, as Markdown.
    holds: Vec<String>,
}

impl Notes<'_> {
    fn add_to(&self, card: Card) -> Card {
        let held = self.holds.iter().take(HOLDS);
        let card = held.fold(card, |card, it| {
            card.with(TextBlock::markdown(format!("● {it}")))
        });
        self.environments.iter().fold(card, |card, environment| {
            let name = &environment.name;
            let card = match &environment.freeze {
                Some(why) => card.with(TextBlock::new(format!("● {name} is frozen: {why}"))),
                None => card,
            };
            match &environment.note {
                Some(note) => card.with(TextBlock::new(format!("{name}: {note}")).subtle()),
                None => card,
            }
        })
    }
}

impl Deploys {
    fn sentence(&self, hold: &Hold, invocation: &Invocation) -> String {
        hold_sentence(hold, invocation.bot(), self.holds.times(), invocation.now())
    }

    /// Adds how far the deploys are that are under way.
    async fn follow(&self, lines: &mut [Line<'_>]) -> Result<(), CommandError> {
        let under_way = lines.iter_mut().filter(|it| it.is_under_way);
        for line in under_way.take(FOLLOWED) {
            let Some(id) = &line.job else {
                continue;
            };
            let job = self.jobs.kept(id).await?;
            let progress = job.and_then(|it| it.progress);
            let far = match progress {
                Some(it) if it.total > 0 => {
                    format!(" · step {} of {}: {}", it.done, it.total, it.text)
                }
                Some(it) => format!(" · {}", it.text),
                None => String::new(),
            };
            line.remark.push_str(&far);
        }
        Ok(())
    }
}
