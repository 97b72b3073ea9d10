//! `query` and `query range`: what Prometheus measures, by an expression or by a name from the configuration.

pub(crate) mod api;
mod config;
mod number;
mod sample;
mod words;

use std::time::Duration;

use hailer::{
    Command, CommandError, Effect, Invocation, Module, NoArgs, Reply, Spec, clap, command_fn,
};

pub use config::{Prometheus, Query, read};
pub use number::Unit;

use api::Span;
use words::Asked;

/// A longer time is a report, and no look.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);

/// Makes the module; without a server it has no commands.
pub fn module(server: Option<Prometheus>) -> Module {
    let module = Module::new("Measurements");
    let Some(server) = server else { return module };
    let module = module.command(now(&server)).command(range(&server));
    if server.queries.is_empty() {
        return module;
    }
    module.command(list(&server))
}

impl Prometheus {
    /// Finds what somebody means: a name of the configuration, else an expression.
    fn asked(&self, typed: &str) -> (String, Asked) {
        let typed = typed.trim();
        let named = self
            .queries
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(typed));
        match named {
            Some(query) => (
                query.expression.clone(),
                Asked {
                    title: query.name.clone(),
                    unit: query.unit.clone(),
                },
            ),
            None => (
                typed.to_owned(),
                Asked {
                    title: typed.to_owned(),
                    unit: Unit::Plain,
                },
            ),
        }
    }

    /// Returns the expression of a name, and what it counts; other text is an expression itself.
    pub(crate) fn expression(&self, typed: &str) -> (String, Unit) {
        let (expression, asked) = self.asked(typed);
        (expression, asked.unit)
    }

    /// What an example asks.
    fn example(&self) -> &str {
        self.queries.first().map_or("up", |it| it.name.as_str())
    }
}

/// What `query` takes.
#[derive(Debug, clap::Args)]
struct NowArgs {
    /// A name from `queries`, or an expression of Prometheus
    expression: String,
}

fn now(server: &Prometheus) -> impl Command {
    let server = server.clone();
    let spec = Spec::new("query", "how something is now, by Prometheus")
        .effect(Effect::Read)
        .rest_of_message("expression")
        .example(
            format!("query {}", server.example()),
            "a value, or a bar for each",
        )
        .example("query sum by (job) (up)", "an expression, as it stands");
    command_fn(spec, move |args: NowArgs, invocation: Invocation| {
        let server = server.clone();
        async move {
            let (expression, asked) = server.asked(&args.expression);
            let series = api::instant(&server.backend, &expression, invocation.now()).await?;
            Ok(words::instant(&asked, series))
        }
    })
}

/// What `query range` takes.
#[derive(Debug, clap::Args)]
struct RangeArgs {
    /// How long back: like 30m, 6h or 7d
    last: String,
    /// A name from `queries`, or an expression of Prometheus
    expression: String,
}

fn range(server: &Prometheus) -> impl Command {
    let server = server.clone();
    let spec = Spec::new("query range", "how something was, as a curve")
        .effect(Effect::Read)
        .alias("graph")
        .rest_of_message("expression")
        .example(
            format!("query range 6h {}", server.example()),
            "the last six hours",
        )
        .example("graph 1d up", "the same, shorter to type");
    command_fn(spec, move |args: RangeArgs, invocation: Invocation| {
        let server = server.clone();
        async move {
            let last = hailer::values::duration(&args.last).map_err(|_| {
                CommandError::told(format!(
                    "I don't understand the time \"{}\". Write how long back first, like 30m, 6h or 7d.",
                    args.last
                ))
            })?;
            if last < Duration::from_secs(60) || last > LONGEST {
                return Err(CommandError::told(
                    "A curve shows a minute at least, and a year at most.",
                ));
            }
            let (expression, asked) = server.asked(&args.expression);
            let grid = Span::before(invocation.now(), last);
            let series = api::range(&server.backend, &expression, grid).await?;
            Ok(words::range(&asked, series, last, grid))
        }
    })
}

fn list(server: &Prometheus) -> impl Command {
    let server = server.clone();
    let spec = Spec::new("queries", "what can be asked of Prometheus by name")
        .effect(Effect::Read)
        .example("queries", "all names, and what they say");
    command_fn(spec, move |_: NoArgs, _: Invocation| {
        let rows: Vec<(String, String)> = server
            .queries
            .iter()
            .map(|it| {
                let says = if it.help.is_empty() {
                    &it.expression
                } else {
                    &it.help
                };
                (it.name.clone(), says.clone())
            })
            .collect();
        async move { Ok(Reply::facts("Ask by name: query NAME", rows)) }
    })
}

#[cfg(test)]
mod tests;
