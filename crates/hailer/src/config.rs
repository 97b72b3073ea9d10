//! The configuration: `hailer.toml` and the environment, checked whole before anything starts.
//!
//! It is read by hand, key by key, instead of by serde: a deserializer stops at the first problem and
//! forgets where things stood. The price is a getter per key; what it buys is that a user sees every
//! problem at once, each with its line and the way out.

mod admin;
mod approval;
mod audit;
mod ceiling;
mod changes;
mod code;
mod command;
mod draft;
mod environment;
mod explanation;
mod follow_up;
mod freeze;
mod jobs;
mod limits;
mod outline;
mod part;
mod permissions;
mod policy_test;
mod problem;
mod reading;
mod report;
mod rule;
mod scalar;
mod secret;
mod section;
mod server;
mod source;
mod source_files;
mod spots;
mod standpoint;
mod store;
#[cfg(test)]
mod tests;
mod tree;
mod unknown;
mod webhook;
mod width;
mod zone;

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hailer_activity::HmacKey;
use hailer_dispatch::{
    Catalog, Freeze, Group, Policy, PolicyError, PolicyErrors, PolicySource, Written,
};
use hailer_jobs::{FollowUp, JobSettings};
use hailer_store::StoreUrl;

use crate::local_time::LocalTime;

pub use admin::{AdminConfig, Network};
pub use approval::{ApprovalConfig, BreakGlassConfig, Operator, read_approval, read_approval_when};
pub use audit::{AuditConfig, Redact, SyslogAddress};
pub use changes::Changes;
pub use command::CommandConfig;
pub use draft::Draft;
pub use environment::Environment;
pub use explanation::CONFIG_CAUSES;
pub use freeze::FreezeConfig;
pub use limits::LimitsConfig;
pub(crate) use outline::Outline;
pub use part::Partly;
pub use permissions::PermissionsConfig;
pub use policy_test::{Expectation, PolicyTest};
pub use problem::{Location, Problem, Problems, Severity};
pub use rule::RuleConfig;
pub use secret::Secret;
pub use section::Section;
pub use server::{ServerConfig, TlsConfig};
pub use source_files::SourceFiles;
pub(crate) use standpoint::ANYONE;
pub use standpoint::{NoStandpoint, Standpoint, Wanted};
pub use webhook::WebhookConfig;

/// The only version of the format so far.
const VERSION: i64 = 1;

/// Everything that the framework reads from `hailer.toml`, complete and checked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// `[bot]`
    pub bot: BotConfig,
    /// `[server]`
    pub server: ServerConfig,
    /// `[admin]`
    pub admin: AdminConfig,
    /// `[webhook.NAME]`, in the order of the file.
    pub webhooks: Vec<WebhookConfig>,
    /// `[permissions]`
    pub permissions: PermissionsConfig,
    /// `[command."PATH"]`, in the order of the file.
    pub commands: Vec<CommandConfig>,
    /// `[[freeze]]`, in the order of the file.
    pub freezes: Vec<FreezeConfig>,
    /// `[limits]`
    pub limits: LimitsConfig,
    /// `[log]`
    pub log: LogConfig,
    /// `[store] url`: where jobs are kept; nowhere when it is off, and in a configuration made by
    /// [`Config::for_webhook`].
    pub store: Option<StoreUrl>,
    /// `[jobs]`
    pub jobs: JobSettings,
    /// `[audit]`
    pub audit: AuditConfig,
    /// `[followup.NAME]`, in the order of the file.
    pub follow_ups: Vec<FollowUp>,
    /// What it says, for whoever compares it with another.
    pub(crate) outline: Arc<Outline>,
}

/// A configuration that can be used, and what looks wrong in it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What looks wrong; there are no errors in it.
    pub warnings: Problems,
}

/// What the bot says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BotConfig {
    /// Whom to turn to, as shown in refusals.
    pub contact: Option<String>,
    /// In which zone answers tell the time.
    pub times: LocalTime,
}

/// What the log keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogConfig {
    /// The least important events that are kept.
    pub level: LogLevel,
}

/// How much the log keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum LogLevel {
    /// What failed and is ours to mend.
    Error,
    /// Also what looks wrong.
    Warn,
    /// Also one line for each message.
    #[default]
    Info,
    /// Also the steps in between.
    Debug,
    /// Everything.
    Trace,
}

impl Config {
    /// Reads a file, with the variables of the environment over it.
    ///
    /// Whoever has tables of their own reads them from a [`Draft`] instead.
    ///
    /// # Errors
    ///
    /// All problems, when the file cannot be read or at least one of them is an error.
    pub fn load(path: &Path, environment: &Environment) -> Result<Loaded, Problems> {
        Draft::load(path, environment)?.finish()
    }

    /// Reads a text as [`Config::load`] reads a file; relative paths in it start at the given folder.
    ///
    /// # Errors
    ///
    /// All problems, when at least one of them is an error.
    pub fn parse(
        name: &str,
        text: &str,
        directory: &Path,
        environment: &Environment,
    ) -> Result<Loaded, Problems> {
        Draft::parse(name, text, directory, environment).finish()
    }

    /// Makes a configuration of defaults with one webhook: for tests, and for the demo.
    pub fn for_webhook(name: impl Into<String>, key: HmacKey) -> Self {
        Self {
            bot: BotConfig::default(),
            server: ServerConfig::default(),
            admin: AdminConfig::default(),
            webhooks: vec![WebhookConfig::new(name, key)],
            permissions: PermissionsConfig::default(),
            commands: Vec::new(),
            freezes: Vec::new(),
            limits: LimitsConfig::default(),
            log: LogConfig::default(),
            store: None,
            jobs: JobSettings::default(),
            audit: AuditConfig::default(),
            follow_ups: Vec::new(),
            outline: Arc::default(),
        }
    }

    /// Makes the policy that the configuration describes, for these commands, with the freezes that hold now.
    ///
    /// # Errors
    ///
    /// What rules and freezes name that does not exist, each with its place.
    pub fn policy(&self, catalog: &Catalog) -> Result<Policy, Problems> {
        let now = Utc::now();
        // What is wrong with a freeze is told before it begins.
        let freezes = self
            .freezes
            .iter()
            .map(|it| it.until(now, self.bot.times, now));
        let groups = &self.permissions.groups;
        self.policy_with(groups.clone(), freezes.collect(), catalog)?;
        let frozen = self.frozen(now);
        self.policy_with(groups.clone(), self.freezes_at(&frozen, now), catalog)
    }

    /// Returns which freezes hold at a moment, by their places in the file, and when each ends.
    pub(crate) fn frozen(&self, now: DateTime<Utc>) -> Vec<(usize, DateTime<Utc>)> {
        let freezes = self.freezes.iter().enumerate();
        freezes
            .filter_map(|(index, freeze)| Some((index, freeze.ends(now)?)))
            .collect()
    }

    /// Makes of freezes that hold what a policy reads.
    pub(crate) fn freezes_at(
        &self,
        frozen: &[(usize, DateTime<Utc>)],
        now: DateTime<Utc>,
    ) -> Vec<Freeze> {
        let frozen = frozen.iter().filter_map(|(index, end)| {
            let freeze = self.freezes.get(*index)?;
            Some(freeze.until(*end, self.bot.times, now))
        });
        frozen.collect()
    }

    /// As [`Config::policy`], with members that were read later, and with these freezes.
    pub(crate) fn policy_with(
        &self,
        groups: Vec<Group>,
        freezes: Vec<Freeze>,
        catalog: &Catalog,
    ) -> Result<Policy, Problems> {
        let Self {
            permissions,
            webhooks,
            ..
        } = self;
        let source = PolicySource {
            default: permissions.default,
            blocked: permissions.blocked.clone(),
            auditors: permissions.auditors.clone(),
            groups,
            ceilings: webhooks.iter().map(|it| it.ceiling.clone()).collect(),
            rules: permissions.rules.iter().map(|it| it.rule.clone()).collect(),
            freezes,
            approvals: permissions
                .approvals
                .iter()
                .map(|it| it.rule.clone())
                .collect(),
            confirm: permissions.confirm.clone(),
            glass_breakers: permissions
                .break_glass
                .as_ref()
                .map(|it| it.people.clone())
                .unwrap_or_default(),
        };
        Policy::build(source, catalog).map_err(|errors| self.locate(&errors))
    }

    /// Finds out who is meant, and where, by what somebody wrote.
    ///
    /// # Errors
    ///
    /// Nobody, several people or no place has that name.
    pub fn standpoint(&self, wanted: &Wanted<'_>) -> Result<Standpoint, NoStandpoint> {
        Standpoint::find(wanted, &self.webhooks, &self.permissions.groups)
    }

    fn locate(&self, errors: &PolicyErrors) -> Problems {
        let permissions = &self.permissions;
        let rules = &permissions.rules;
        let problem = |error: &PolicyError| {
            let spots = match error.at {
                Written::Rule(index) => rules.get(index).map(|it| &it.spots),
                Written::Freeze(index) => self.freezes.get(index).map(|it| &it.spots),
                Written::Ceiling(index) => self.webhooks.get(index).map(|it| &it.spots),
                Written::Approval(index) => permissions.approvals.get(index).map(|it| &it.spots),
                Written::Confirm => Some(&permissions.confirm_spots),
                Written::BreakGlass => permissions.break_glass.as_ref().map(|it| &it.spots),
                Written::Permissions | Written::Command => None,
            };
            spots.unwrap_or(&self.permissions.spots).problem(error)
        };
        Problems::new(errors.iter().map(problem).collect())
    }

    /// Reads every table of the framework; problems are noted in the draft.
    fn read(top: &Section<'_>) -> Self {
        check_version(top);
        know_playground(top);
        let webhooks = webhook::read(top);
        let audit = audit::read(&top.section("audit"));
        Self {
            bot: BotConfig {
                contact: top.section("bot").string("contact"),
                times: LocalTime::new(zone::read(&top.section("bot")).unwrap_or_default()),
            },
            server: server::read(&top.section("server")),
            admin: admin::read(&top.section("admin")),
            permissions: permissions::read(top, &webhooks),
            commands: command::read(top),
            freezes: freeze::read(top, &webhooks),
            follow_ups: follow_up::read(top, &webhooks),
            webhooks,
            limits: limits::read(&top.section("limits")),
            log: LogConfig {
                level: read_log_level(top),
            },
            store: store::read(&top.section("store")),
            jobs: JobSettings {
                keep_audit: audit.keep,
                ..jobs::read(&top.section("jobs"))
            },
            audit,
            outline: Arc::default(),
        }
    }
}

impl Draft {
    /// Reads the tables of the framework and looks for keys that nobody asked for.
    ///
    /// # Errors
    ///
    /// All problems, when at least one of them is an error.
    pub fn finish(self) -> Result<Loaded, Problems> {
        let mut config = Config::read(&self.top());
        config.outline = Arc::new(self.reading.outline(&self.root));
        unknown::report(&self.reading, &self.root);
        let problems = self.reading.into_problems();
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(Loaded {
            config,
            warnings: problems,
        })
    }
}

/// The table is the playground's own; a bot that has none must not fail for it.
fn know_playground(top: &Section<'_>) {
    let playground = top.section("playground");
    let _ = playground.address("listen");
    for person in playground.sections("person") {
        let _ = (person.string("name"), person.string("id"));
    }
}

fn check_version(top: &Section<'_>) {
    let version = top.integer("version").unwrap_or(VERSION);
    if version != VERSION {
        let text = format!("version {version} of the configuration is not known");
        let help = format!("write version = {VERSION}, or use the release that this file is for");
        let problem = Problem::error(code::VERSION, text).with_help(help);
        top.note_at("version", problem);
    }
}

fn read_log_level(top: &Section<'_>) -> LogLevel {
    let choices = [
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
    top.section("log")
        .choice("level", &choices)
        .unwrap_or_default()
}
