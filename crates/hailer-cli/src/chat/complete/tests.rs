//! What is offered for half a line.

use hailer::{NoArgs, Registration, Registry, Reply, Spec, clap, command_fn};

use super::*;

#[derive(Debug, clap::Args)]
struct RunArgs {
    /// Which service.
    #[arg(value_parser = ["api", "web", "data base"])]
    service: String,
    /// Which version.
    version: Option<String>,
    /// Where.
    #[arg(long, value_parser = ["prod", "staging"])]
    env: Option<String>,
    /// Even if it is busy.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, clap::Args)]
struct OneOf {
    /// Which ones.
    #[arg(value_parser = ["api", "web"])]
    services: Vec<String>,
}

fn command<A: hailer::Arguments>(spec: Spec) -> Registration {
    Registration::new(command_fn(spec, |_: A, _| async { Ok(Reply::text("ok")) }))
}

fn registry() -> Registry {
    Registry::build([
        command::<RunArgs>(Spec::new("deploy run", "ship it").alias("dr")),
        command::<OneOf>(Spec::new("deploy status", "what runs")),
        command::<NoArgs>(Spec::new("dig", "dig")),
        command::<NoArgs>(Spec::new("delete", "no more").hidden()),
        command::<OneOf>(Spec::new("help", "what there is").alias("hilfe")),
    ])
    .unwrap()
}

fn complete(line: &str) -> Vec<String> {
    let registry = registry();
    let completer = Completer {
        catalog: registry.catalog(),
        mention: "ops",
    };
    let (start, words) = completer.complete(line);
    assert!(line.is_char_boundary(start));
    words
}

#[test]
fn the_last_word_is_what_is_replaced() {
    let registry = registry();
    let completer = Completer {
        catalog: registry.catalog(),
        mention: "ops",
    };

    assert_eq!(
        completer.complete("deploy run api --en").0,
        "deploy run api ".len()
    );
    assert_eq!(
        completer.complete("deploy run \"data b").0,
        "deploy run ".len()
    );
    assert_eq!(completer.complete("deploy ").0, "deploy ".len());
}

#[test]
fn paths_are_completed_word_by_word() {
    assert_eq!(complete(""), ["deploy ", "dig ", "help "]);
    assert_eq!(complete("d"), ["deploy ", "dr ", "dig "]);
    assert_eq!(complete("DEP"), ["deploy "]);
    assert_eq!(complete("deploy "), ["run ", "status "]);
    assert_eq!(complete("Deploy s"), ["status "]);
    assert_eq!(complete("@Ops deploy s"), ["status "]);
    assert_eq!(complete("hi"), ["hilfe "]);
    assert!(complete("deploy nothing").is_empty());
}

#[test]
fn choices_stand_where_their_argument_does() {
    assert_eq!(complete("deploy run a"), ["api "]);
    assert_eq!(complete("dr w"), ["web "]);
    assert_eq!(complete("deploy run d"), ["\"data base\" "]);
    assert_eq!(complete("deploy run \"data b"), ["\"data base\" "]);
    assert!(complete("deploy run \"data base\" a").is_empty());
    assert!(complete("deploy run api a").is_empty());
    assert_eq!(complete("deploy run --env prod a"), ["api "]);
    assert_eq!(complete("deploy run env=prod --force a"), ["api "]);
    assert_eq!(complete("deploy status api web w"), ["web "]);
}

#[test]
fn options_are_offered_once() {
    assert_eq!(complete("deploy run api -"), ["--env ", "--force "]);
    assert_eq!(complete("deploy run api --f"), ["--force "]);
    assert_eq!(complete("deploy run api --env prod --"), ["--force "]);
    assert_eq!(complete("deploy run api 2 "), ["--env ", "--force "]);
    assert_eq!(complete("deploy run api --env "), ["prod ", "staging "]);
    assert_eq!(complete("deploy run api --env=s"), ["--env=staging "]);
    assert_eq!(complete("deploy run api env=p"), ["env=prod "]);
    assert!(complete("deploy run api x=p").is_empty());
}

#[test]
fn help_is_asked_about_commands() {
    assert_eq!(complete("help dep"), ["deploy "]);
    assert_eq!(complete("hilfe deploy r"), ["run "]);
}

#[test]
fn orders_are_completed_too() {
    assert_eq!(
        complete("/"),
        ["/as ", "/in ", "/phone ", "/json ", "/help ", "/quit "]
    );
    assert_eq!(complete("/p"), ["/phone "]);
    assert_eq!(complete("/phone o"), ["on ", "off "]);
    assert!(complete("/as d").is_empty());
}

#[test]
fn a_path_hints_at_its_arguments() {
    let registry = registry();
    let completer = Completer {
        catalog: registry.catalog(),
        mention: "ops",
    };

    let hint = completer.hint("deploy run ");

    assert_eq!(
        hint.as_deref(),
        Some("<service> [version] [--env env] [--force]")
    );
    for line in ["deploy run", "deploy run api", "deploy ", "dig ", ""] {
        assert_eq!(completer.hint(line), None, "{line}");
    }
}
