use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use futures_util::FutureExt;
use hailer_activity::{Account, Activity};
use hailer_reply::{Reply, RequestId};

use super::*;
use crate::command::{Command, CommandResult, NoArgs};
use crate::command_error::CommandError;
use crate::function::command_fn;
use crate::policy::DefaultPermission;
use crate::spec::{Effect, Spec};
use crate::text::MessageText;

#[derive(Debug, Clone, ValueEnum)]
enum Environment {
    Staging,
    Prod,
}

#[derive(Debug, clap::Args)]
struct DeployArgs {
    /// Which service.
    service: String,
    /// Which version.
    version: semver::Version,
    /// Where to.
    #[arg(long)]
    env: Environment,
    /// How many machines at once.
    #[arg(long, default_value_t = 1)]
    batch: u8,
    /// Do not ask.
    #[arg(long)]
    force: bool,
}

mod semver {
    #[derive(Debug, Clone)]
    pub(super) struct Version(pub(super) String);

    impl std::str::FromStr for Version {
        type Err = &'static str;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            if text.split('.').count() == 3 {
                Ok(Self(text.to_owned()))
            } else {
                Err("it has not the form 2.42.0")
            }
        }
    }
}

struct DeployRun;

impl Command for DeployRun {
    type Args = DeployArgs;

    fn spec(&self) -> Spec {
        Spec::new("deploy run", "Ship a version")
            .effect(Effect::Read)
            .alias("ship")
            .example("deploy run api 2.42.0 --env prod", "ships it")
    }

    async fn run(&self, args: DeployArgs, _: Invocation) -> CommandResult {
        let DeployArgs {
            service,
            version,
            env,
            batch,
            force,
        } = args;
        Ok(Reply::text(format!(
            "{service}|{}|{env:?}|{batch}|{force}",
            version.0
        )))
    }
}

#[derive(Debug, clap::Args)]
struct NoteArgs {
    /// Which incident.
    incident: String,
    /// What happened.
    text: String,
}

struct Note;

impl Command for Note {
    type Args = NoteArgs;

    fn spec(&self) -> Spec {
        Spec::new("note", "Write something down")
            .effect(Effect::Read)
            .rest_of_message("text")
    }

    async fn run(&self, args: NoteArgs, _: Invocation) -> CommandResult {
        Ok(Reply::text(format!("{}|{}", args.incident, args.text)))
    }
}

#[derive(Debug, clap::Args)]
struct StatusArgs {
    /// Which service.
    service: Option<String>,
}

struct Status(&'static str, Effect);

impl Command for Status {
    type Args = StatusArgs;

    fn spec(&self) -> Spec {
        Spec::new(self.0, "What runs")
            .effect(self.1)
            .pattern(r"is (?<service>\w+) up")
    }

    async fn run(&self, args: StatusArgs, invocation: Invocation) -> CommandResult {
        let permitted: Vec<_> = invocation.permitted().map(Entry::path).collect();
        let _ = permitted;
        Ok(Reply::text(format!(
            "status of {}",
            args.service.as_deref().unwrap_or("all")
        )))
    }
}

struct Wipe;

impl Command for Wipe {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("wipe", "Remove everything")
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> CommandResult {
        Err(CommandError::told("not today"))
    }
}

fn registry() -> Registry {
    Registry::build([
        Registration::new(DeployRun),
        Registration::new(Note),
        Registration::new(Status("deploy status", Effect::Read)),
        Registration::new(Wipe),
    ])
    .unwrap()
}

fn inquiry(message: &str) -> Arc<Inquiry> {
    Arc::new(Inquiry {
        activity: activity(),
        text: MessageText::from_html(message, "ops"),
        bot: "ops".into(),
        webhook: "ops".into(),
        request_id: RequestId::from_u32(1),
        received: Instant::now(),
        now: std::time::SystemTime::UNIX_EPOCH,
        deadline: Instant::now() + Duration::from_secs(4),
        cancellation: Default::default(),
        job: Default::default(),
    })
}

/// A message of somebody whom rules can name.
fn activity() -> Activity {
    let mira = Account {
        aad_object_id: Some("8f1c2d3e-0000-4000-8000-000000000001".into()),
        ..Account::default()
    };
    Activity {
        from: Some(mira),
        ..Activity::default()
    }
}

fn default_policy(registry: &Registry) -> Arc<Policy> {
    let default = DefaultPermission::Read;
    Arc::new(Policy::of_default(default, registry.catalog()))
}

fn say(message: &str) -> String {
    let registry = Arc::new(registry());
    match registry.dispatch(&inquiry(message), &default_policy(&registry)) {
        Ok(call) => match call.run().now_or_never().unwrap() {
            Ok(reply) => reply.to_plain(),
            Err(error) => error.to_string(),
        },
        Err(misunderstanding) => misunderstanding
            .reply("ops", "Mira", Some("#platform-help"))
            .to_plain(),
    }
}

#[test]
fn arguments_are_read_in_any_form_that_people_type() {
    for message in [
        "deploy run api 2.42.0 --env prod --batch 3 --force",
        "Deploy RUN api 2.42.0 \u{2014}env prod \u{2014}force \u{2013}batch=3",
        "ship --force env=prod batch=3 api 2.42.0",
        "ship \u{201C}api\u{201D} '2.42.0' env=\"prod\" batch=3 force=yes",
        "ship --env prod --batch 3 --force -- api 2.42.0",
        "<code>ship api 2.42.0 --env prod --batch 3 --force</code>",
    ] {
        assert_eq!(say(message), "api|2.42.0|Prod|3|true", "{message}");
    }
    assert_eq!(
        say("ship api 1.0.0 env=staging force=no"),
        "api|1.0.0|Staging|1|false"
    );
}

#[test]
fn a_quoted_value_is_never_an_option() {
    assert_eq!(
        say("ship \"--force\" 1.0.0 env=prod"),
        "--force|1.0.0|Prod|1|false"
    );
    assert_eq!(say("ship -5 1.0.0 env=prod"), "-5|1.0.0|Prod|1|false");
}

#[test]
fn the_rest_of_a_message_stays_as_it_was_written() {
    assert_eq!(
        say("note INC-1 cause:  \u{201C}don't\u{201D} \u{2014}x\n --fix key=value"),
        "INC-1|cause:  \u{201C}don't\u{201D} \u{2014}x\n --fix key=value"
    );
    assert_eq!(
        say("note INC-1 an \u{201C}open quote"),
        "INC-1|an \u{201C}open quote"
    );
}

#[test]
fn a_full_stop_behind_a_command_is_no_part_of_it() {
    assert_eq!(say("deploy status."), "status of all");
    assert_eq!(say("deploy status?!"), "status of all");
}

#[test]
fn code_ends_where_its_fence_does() {
    assert_eq!(say("```note INC-1 a  b```"), "INC-1|a  b");
    assert_eq!(
        say("deploy stauts \"my service\""),
        "I don't know \"deploy stauts\". Did you mean deploy status? Type: @ops deploy status \"my service\""
    );
}

#[test]
fn a_free_phrase_reaches_its_command() {
    assert_eq!(say("Is API up?"), "status of API");
}

#[test]
fn answers_to_what_is_not_understood() {
    let usage = "@ops deploy run <service> <version> --env <env> [--batch batch] [--force]\nFor example: @ops deploy run api 2.42.0 --env prod";
    for (message, answer) in [
        ("deploy stauts api", "I don't know \"deploy stauts\". Did you mean deploy status? Type: @ops deploy status api".to_owned()),
        ("status deploy", "I don't know \"status deploy\". Did you mean deploy status? Type: @ops deploy status".to_owned()),
        ("restart api", "I don't know \"restart\". @ops help lists what I can do.".to_owned()),
        ("deploy", "deploy needs one more word: deploy run or deploy status.".to_owned()),
        ("ship api env=prod", format!("deploy run needs a version.\n{usage}")),
        ("ship", format!("deploy run needs a service, a version and --env.\n{usage}")),
        ("ship api 2.42 env=prod", format!("\"2.42\" can't be the version of deploy run: it has not the form 2.42.0.\n{usage}")),
        ("ship api 1.0.0 env=stagin", "I don't know the --env \"stagin\". Did you mean staging? (staging, prod)".to_owned()),
        ("ship api 1.0.0 now env=prod", format!("I didn't understand \"now\" at the end. deploy run takes a service and a version.\n{usage}")),
        ("ship api 1.0.0 env=prod | grep x", format!("Behind | can stand where, sort, head, columns and count.\n{usage}")),
        ("ship api 1.0.0 env=prod --froce", format!("deploy run has no option --froce. Did you mean --force?\n{usage}")),
        ("ship api 1.0.0 --env", format!("--env of deploy run needs a value behind it.\n{usage}")),
        ("ship api 1.0.0 --env prod env=prod", format!("--env of deploy run can be given only once.\n{usage}")),
        ("ship \u{201C}api", "A quote is opened here and never closed: \u{201C}api. Close it, or leave it out.".to_owned()),
        ("wipe", "Mira, wipe needs a permission you don't have here. Ask in #platform-help.".to_owned()),
        ("", "Hi Mira. Type @ops help to see what I can do.".to_owned()),
    ] {
        assert_eq!(say(message), answer, "{message}");
    }
}

#[test]
fn commands_that_may_not_be_run_are_not_suggested() {
    assert_eq!(
        say("wpe"),
        "I don't know \"wpe\". @ops help lists what I can do."
    );
}

#[test]
fn a_path_that_two_commands_take_names_both() {
    let errors = Registry::build([
        Registration::new(Wipe),
        Registration::new(Status("Wipe", Effect::Read)),
    ])
    .unwrap_err();

    assert_eq!(
        errors.to_string(),
        "`Wipe` is taken twice: by `wipe` (hailer_dispatch::registry::tests::Wipe) \
         and by `Wipe` (hailer_dispatch::registry::tests::Status); give one of them another path or alias"
    );
}

#[test]
fn a_command_that_is_a_function_is_named_by_the_function() {
    let nameless = command_fn(Spec::new("nameless", ""), |_: NoArgs, _| async {
        Ok(Reply::text(""))
    });

    let errors = Registry::build([Registration::new(nameless)]).unwrap_err();

    assert_eq!(
        errors.to_string(),
        "`nameless` (hailer_dispatch::registry::tests::a_command_that_is_a_function_is_named_by_the_function::{{closure}}) \
         has no summary; say in a line what it does"
    );
}

#[test]
fn nothing_can_be_given_behind_the_rest_of_the_message() {
    #[derive(Debug, clap::Args)]
    struct Args {
        /// The first.
        first: String,
        /// The second.
        second: Option<String>,
        /// A flag.
        #[arg(long)]
        flag: bool,
    }
    let takes_all = |rest| {
        let spec = Spec::new("take", "takes all").rest_of_message(rest);
        let command = command_fn(spec, |args: Args, _| async move {
            Ok(Reply::text(format!("{args:?}")))
        });
        Registry::build([Registration::new(command)]).unwrap_err()
    };
    let never_given = |rest| -> Vec<String> {
        let errors = takes_all(rest);
        let arguments = errors.iter().map(|error| match error {
            RegistryError::NeverGiven { argument, .. } => argument.clone(),
            other => panic!("{other}"),
        });
        arguments.collect()
    };

    assert_eq!(never_given("first"), ["second", "flag"]);
    assert_eq!(never_given("second"), ["flag"]);
}

#[test]
fn every_mistake_of_a_command_is_told_at_start() {
    #[derive(Debug, clap::Args)]
    struct Args {
        service: String,
    }
    struct Bad;
    impl Command for Bad {
        type Args = Args;
        fn spec(&self) -> Spec {
            Spec::new("bad/path", " ")
                .example("bad", "does not work")
                .pattern("is (?<server>x")
                .pattern("is (?<server>x)")
                .rest_of_message("text")
        }
        async fn run(&self, args: Args, _: Invocation) -> CommandResult {
            Ok(Reply::text(args.service))
        }
    }

    let errors = Registry::build([Registration::new(Bad)]).unwrap_err();

    let text = errors.to_string();
    for part in [
        "write words of letters",
        "has no summary",
        "the argument `service` has no help",
        "the pattern `is (?<server>x` cannot be used",
        "the pattern `is (?<server>x)` names the argument `server`, which does not exist; there is only `service`",
        "`rest_of_message` names the argument `text`, which does not exist; there is only `service`",
        "the example `bad` does not work: the bot would say \"",
    ] {
        assert!(text.contains(part), "{part} in:\n{text}");
    }
}

#[test]
fn only_a_command_that_promises_it_with_nothing_round_it_is_immediate() {
    struct Slow;
    impl crate::hook::Hook for Slow {}
    let command = |path: &str, is_immediate: bool| {
        let spec = Spec::new(path, "Does nothing").effect(Effect::Read);
        let spec = if is_immediate { spec.immediate() } else { spec };
        Registration::new(command_fn(spec, |_: NoArgs, _| async {
            Ok(Reply::text(""))
        }))
    };
    let hook = crate::hook::HookHandle::new(Slow);
    let registry = Registry::build([
        command("quick", true),
        command("slow", false),
        command("hooked", true).with_hook(&hook),
    ])
    .unwrap();
    let registry = Arc::new(registry);
    let policy = default_policy(&registry);

    let is_immediate = |message: &str| {
        let inquiry = inquiry(message);
        let call = registry.dispatch(&inquiry, &policy).unwrap();
        (registry.seems_immediate(&inquiry.text), call.is_immediate())
    };

    assert_eq!(is_immediate("Quick"), (true, true));
    assert_eq!(is_immediate("slow"), (false, false));
    assert_eq!(is_immediate("hooked"), (true, false));
    assert_eq!(is_immediate("\"quick\""), (false, true));
    assert!(!registry.seems_immediate(&MessageText::from_html("quic", "ops")));
}

mod jobs;
