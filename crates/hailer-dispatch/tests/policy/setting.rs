//! A bot with commands of every effect, people, and places to speak from.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use clap::ValueEnum;
use hailer_activity::{
    Account, Activity, ChannelData, ChannelId, Conversation, ObjectId, TeamId, TenantId,
};
use hailer_dispatch::{
    Arguments, Asker, CancellationToken, Ceiling, Condition, DefaultPermission, Effect, Group,
    Inquiry, Judgement, Member, MessageText, Misunderstanding, NoArgs, Place, Policy, PolicySource,
    Registration, Registry, Rule, Spec, Verdict, Whom, command_fn,
};
use hailer_reply::{Reply, RequestId};

pub(crate) const MIRA: &str = "8f1c2d3e-0000-4000-8000-000000000001";
pub(crate) const JO: &str = "a07b1c2d-0000-4000-8000-000000000002";
pub(crate) const DAN: &str = "b18c2d3e-0000-4000-8000-000000000003";
pub(crate) const HOME: &str = "00000000-0000-4000-8000-00000000d001";
pub(crate) const AWAY: &str = "00000000-0000-4000-8000-00000000d002";

#[derive(Debug, Clone, ValueEnum)]
enum Environment {
    Staging,
    #[value(alias = "live")]
    Prod,
}

#[derive(Debug, clap::Args)]
struct DeployArgs {
    /// Which service.
    service: String,
    /// Where to.
    #[arg(long, ignore_case = true)]
    env: Option<Environment>,
    /// How many machines at once.
    #[arg(long, default_value_t = 1)]
    batch: u16,
    /// When.
    #[arg(long, value_parser = after)]
    after: Option<Duration>,
}

#[derive(Debug, clap::Args)]
struct RestartArgs {
    /// Which services.
    services: Vec<String>,
}

fn after(typed: &str) -> Result<Duration, std::num::ParseIntError> {
    typed.parse().map(Duration::from_secs)
}

fn command<A: Arguments>(path: &str, effect: Effect) -> Registration {
    let spec = Spec::new(path, "does something").effect(effect);
    Registration::new(command_fn(spec, |_: A, _| async {
        Ok(Reply::text("done"))
    }))
}

pub(crate) fn registry() -> Arc<Registry> {
    let ship = Spec::new("deploy run", "ships it")
        .effect(Effect::Write)
        .alias("ship");
    let ship = command_fn(ship, |_: DeployArgs, _| async {
        Ok(Reply::text("shipped"))
    });
    let registrations = [
        command::<NoArgs>("help", Effect::Read),
        command::<NoArgs>("whoami", Effect::Read),
        command::<NoArgs>("status", Effect::Read),
        command::<NoArgs>("deploy status", Effect::Read),
        Registration::new(ship),
        command::<NoArgs>("deploy rollback", Effect::Destructive),
        command::<RestartArgs>("restart", Effect::Write),
        command::<NoArgs>("why", Effect::Read),
        // Somebody's own, which only has the name of one that everybody may run.
        command::<NoArgs>("can", Effect::Write),
    ];
    Arc::new(Registry::build(registrations).unwrap())
}

/// Who speaks, and where.
#[derive(Debug, Clone)]
pub(crate) struct From {
    pub(crate) tenant: Option<TenantId>,
    pub(crate) person: Option<ObjectId>,
    pub(crate) webhook: String,
    pub(crate) team: Option<TeamId>,
    pub(crate) channel: Option<ChannelId>,
}

impl From {
    pub(crate) fn person(id: &str) -> Self {
        Self {
            tenant: Some(HOME.into()),
            person: Some(id.into()),
            webhook: "ops".to_owned(),
            team: Some("19:home".into()),
            channel: Some("19:general".into()),
        }
    }

    pub(crate) fn channel(mut self, id: &str) -> Self {
        self.channel = Some(id.into());
        self
    }

    pub(crate) fn webhook(mut self, name: &str) -> Self {
        name.clone_into(&mut self.webhook);
        self
    }

    pub(crate) fn tenant(mut self, id: &str) -> Self {
        self.tenant = Some(id.into());
        self
    }

    pub(crate) fn team(mut self, id: &str) -> Self {
        self.team = Some(id.into());
        self
    }

    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker {
            tenant: self.tenant.as_ref(),
            person: self.person.as_ref(),
            webhook: &self.webhook,
            team: self.team.as_ref(),
            channel: self.channel.clone(),
        }
    }

    pub(crate) fn inquiry(&self, text: &str) -> Arc<Inquiry> {
        let activity = Activity {
            from: Some(Account {
                aad_object_id: self.person.clone(),
                name: Some("Mira Novak".to_owned()),
                ..Account::default()
            }),
            conversation: Some(Conversation {
                tenant_id: self.tenant.clone(),
                ..Conversation::default()
            }),
            channel_data: Some(ChannelData {
                teams_channel_id: self.channel.clone(),
                teams_team_id: self.team.clone(),
                ..ChannelData::default()
            }),
            ..Activity::default()
        };
        let now = Instant::now();
        Arc::new(Inquiry {
            activity,
            text: MessageText::from_html(text, "ops"),
            bot: "ops".into(),
            webhook: self.webhook.as_str().into(),
            request_id: RequestId::from_u32(1),
            received: now,
            now: SystemTime::UNIX_EPOCH,
            deadline: now + Duration::from_secs(4),
            cancellation: CancellationToken::new(),
            job: Default::default(),
        })
    }
}

/// A bot with a policy.
pub(crate) struct Bot {
    pub(crate) registry: Arc<Registry>,
    pub(crate) policy: Arc<Policy>,
}

impl Bot {
    pub(crate) fn new(source: PolicySource) -> Self {
        let registry = registry();
        let policy = Policy::build(source, registry.catalog());
        let policy = policy.unwrap_or_else(|errors| panic!("{errors}"));
        Self {
            registry,
            policy: Arc::new(policy),
        }
    }

    /// Returns what somebody is told who may not do something; none when they may.
    pub(crate) fn refusal(&self, from: &From, text: &str) -> Option<String> {
        match self.registry.dispatch(&from.inquiry(text), &self.policy) {
            Ok(_) => None,
            Err(refused @ Misunderstanding::NotPermitted { .. }) => Some(
                refused
                    .reply("ops", "Dan", Some("#platform-help"))
                    .to_plain(),
            ),
            Err(other) => panic!("{text}: {other:?}"),
        }
    }

    pub(crate) fn may(&self, from: &From, text: &str) -> bool {
        self.refusal(from, text).is_none()
    }

    /// Returns what is answered, whatever it is; none when the command would run.
    pub(crate) fn answer(&self, from: &From, text: &str) -> Option<String> {
        let answer = self.registry.dispatch(&from.inquiry(text), &self.policy);
        answer
            .err()
            .map(|it| it.reply("ops", "Dan", None).to_plain())
    }

    pub(crate) fn judge(&self, from: &From, text: &str) -> Judgement {
        self.registry
            .judge(text, from.asker(), &self.policy)
            .unwrap()
    }
}

/// Mira is in `sre`, Jo in `dev`, Dan in none; the default is `read`.
pub(crate) fn source(rules: Vec<Rule>) -> PolicySource {
    let group = |name: &str, id: &str| Group {
        name: name.to_owned(),
        members: vec![Member {
            id: id.into(),
            tenant: None,
            name: None,
        }],
        is_unknown: false,
    };
    PolicySource {
        default: DefaultPermission::Read,
        groups: vec![group("sre", MIRA), group("dev", JO)],
        rules,
        ..PolicySource::default()
    }
}

pub(crate) fn ceiling() -> Ceiling {
    Ceiling {
        webhook: "ops".to_owned(),
        place: "hailer.toml:1".to_owned(),
        ..Ceiling::default()
    }
}

pub(crate) fn allow(commands: &[&str], group: &str) -> Rule {
    rule(Verdict::Allow, commands, vec![whom(group)])
}

pub(crate) fn deny(commands: &[&str]) -> Rule {
    rule(Verdict::Deny, commands, vec![Whom::Everyone])
}

fn rule(verdict: Verdict, commands: &[&str], to: Vec<Whom>) -> Rule {
    let place = match verdict {
        Verdict::Allow => "hailer.toml:10",
        Verdict::Deny => "hailer.toml:20",
    };
    Rule {
        place: place.to_owned(),
        verdict,
        commands: commands.iter().map(ToString::to_string).collect(),
        effects: Vec::new(),
        to,
        unless: Vec::new(),
        places: Vec::new(),
        when: Vec::new(),
        say: None,
    }
}

pub(crate) fn whom(group: &str) -> Whom {
    match group {
        "everyone" => Whom::Everyone,
        group => Whom::Group(group.to_owned()),
    }
}

/// Completes rules.
pub(crate) trait With: Sized {
    fn at(self, place: Place) -> Self;
    fn when(self, argument: &str, values: &[&str]) -> Self;
    fn unless(self, group: &str) -> Self;
    fn say(self, text: &str) -> Self;
}

impl With for Rule {
    fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    fn when(mut self, argument: &str, values: &[&str]) -> Self {
        self.when.push(Condition {
            argument: argument.to_owned(),
            values: values.iter().map(ToString::to_string).collect(),
        });
        self
    }

    fn unless(mut self, group: &str) -> Self {
        self.unless.push(whom(group));
        self
    }

    fn say(mut self, text: &str) -> Self {
        self.say = Some(text.to_owned());
        self
    }
}
