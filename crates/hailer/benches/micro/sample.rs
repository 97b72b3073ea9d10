//! Messages and commands to measure with.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chrono::Utc;
use hailer::{
    Activity, Command, CommandError, Effect, HmacKey, Invocation, Registration, Registry, Reply,
    RequestId, Spec, TeamsMessage, clap, command_fn, verify,
};
use hailer_activity::VerifiedBody;
use hailer_dispatch::{CancellationToken, Inquiry, MessageText};

pub(crate) const BOT: &str = "ops";

const TOKEN: &str = "QmVuY2htYXJrcyBvbmx5OiBvcGVucyBub3RoaW5nISE=";

/// A message as it comes over the wire.
pub(crate) struct Signed {
    pub(crate) keys: Vec<HmacKey>,
    pub(crate) header: String,
    pub(crate) body: String,
}

impl Signed {
    pub(crate) fn new(text: &str) -> Self {
        let key = HmacKey::from_base64(TOKEN).expect("the token is 32 bytes in base64");
        let body = TeamsMessage::new(BOT, text).to_json(Utc::now());
        Self {
            header: key.sign(body.as_bytes()),
            keys: vec![key],
            body,
        }
    }
}

pub(crate) fn verified(text: &str) -> VerifiedBody {
    let Signed { keys, header, body } = Signed::new(text);
    verify(&keys, Some(header.as_bytes()), body.into()).expect("the message is signed")
}

/// A message on its way to a command.
pub(crate) fn inquiry(text: &str) -> Arc<Inquiry> {
    let activity = Activity::parse(&verified(text)).expect("the message is an activity");
    let received = Instant::now();
    Arc::new(Inquiry {
        text: MessageText::from_activity(&activity, BOT),
        activity,
        bot: BOT.into(),
        webhook: BOT.into(),
        request_id: RequestId::next(),
        received,
        now: SystemTime::now(),
        deadline: received + Duration::from_secs(4),
        cancellation: CancellationToken::new(),
        job: std::sync::OnceLock::new(),
    })
}

#[derive(Debug, clap::Args)]
struct EchoArgs {
    /// What to say back.
    text: String,
}

#[derive(Debug, clap::Args)]
struct DeployArgs {
    /// What to deploy.
    service: String,
    /// Which version.
    version: String,
    /// Where to.
    #[arg(long)]
    env: String,
    /// Only says what would be done.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
struct StatusArgs {
    /// Of what.
    service: Option<String>,
}

struct Deploy;

impl Command for Deploy {
    type Args = DeployArgs;

    fn spec(&self) -> Spec {
        Spec::new("deploy run", "deploys a version").effect(Effect::Write)
    }

    async fn run(&self, args: DeployArgs, _: Invocation) -> Result<Reply, CommandError> {
        let DeployArgs {
            service,
            version,
            env,
            dry_run,
        } = args;
        Ok(Reply::text(format!("{service} {version} {env} {dry_run}")))
    }
}

/// Returns `echo`, `deploy run` and as many others as it takes to have `commands`; `echo` comes in the middle.
pub(crate) fn registry(commands: usize) -> Registry {
    let others = commands.saturating_sub(2);
    let status = |index: usize| {
        let spec = Spec::new(format!("service{index} status"), "says how a service is")
            .effect(Effect::Read);
        Registration::new(command_fn(spec, status))
    };
    let spec = Spec::new("echo", "says something back")
        .effect(Effect::Read)
        .rest_of_message("text");
    let echo = command_fn(spec, |args: EchoArgs, _| async {
        Ok(Reply::text(args.text))
    });
    let mut registrations: Vec<Registration> = (0..others).map(status).collect();
    registrations.insert(others / 2, Registration::new(Deploy));
    registrations.insert(others / 2, Registration::new(echo));
    Registry::build(registrations).expect("the commands are right")
}

/// Returns one command with this many patterns.
pub(crate) fn registry_with_patterns(patterns: usize) -> Registry {
    let spec = Spec::new("status", "says how a service is").effect(Effect::Read);
    let spec = (0..patterns).fold(spec, |spec, index| {
        spec.pattern(format!(r"is (?<service>service{index}) up"))
    });
    Registry::build([Registration::new(command_fn(spec, status))]).expect("the patterns are right")
}

async fn status(args: StatusArgs, _: Invocation) -> Result<Reply, CommandError> {
    Ok(Reply::text(args.service.unwrap_or_default()))
}
