//! Chat-ops for Microsoft Teams outgoing webhooks: the crate that command authors import.
//!
//! A command is a value with a [`Spec`], typed arguments and an `async fn run`; a [`Bot`] is a [`Config`] and
//! commands. [`testing::TestBot`] speaks to commands the way Teams does, without a network.
//!
//! ```
//! use hailer::{Command, CommandError, Effect, Invocation, Reply, Spec, clap};
//!
//! #[derive(Debug, clap::Args)]
//! pub struct HelloArgs {
//!     /// Who to greet; the sender when left out.
//!     name: Option<String>,
//! }
//!
//! #[derive(Debug)]
//! pub struct Hello;
//!
//! impl Command for Hello {
//!     type Args = HelloArgs;
//!
//!     fn spec(&self) -> Spec {
//!         Spec::new("hello", "Greet somebody").effect(Effect::Read).example("hello Mira", "greets Mira")
//!     }
//!
//!     async fn run(&self, args: HelloArgs, invocation: Invocation) -> Result<Reply, CommandError> {
//!         let name = args.name.as_deref().unwrap_or(invocation.sender().name());
//!         Ok(Reply::text(format!("Hello, {name}!")))
//!     }
//! }
//!
//! # use hailer::testing::TestBot;
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let bot = TestBot::new().command(Hello);
//! bot.say("hello Mira").await.assert_text("Hello, Mira!");
//! # });
//! ```

mod answers;
mod approval_desk;
mod audit_desk;
mod audit_json;
mod audit_recorder;
mod audit_sink;
mod background;
mod bot;
mod bound_bot;
mod clock;
mod command_runtime;
mod config;
mod confirmations;
mod follow_ups;
mod generation;
mod hold_desk;
mod hold_words;
mod in_process;
mod job_desk;
mod job_host;
mod job_metrics;
mod live_policy;
mod local_time;
mod member_file;
mod messenger;
mod module;
mod module_state;
mod open_request;
mod outgoing;
mod permissions;
mod recent;
mod reloader;
mod reporter;
mod request_words;
mod responder;
mod running_bot;
mod sightings;
mod teams_message;
pub mod testing;
pub mod values;
mod witness;

pub use clap;

pub use hailer_activity::{
    Activity, ActivityId, Attachment, ChannelId, ConversationId, HmacKey, KeyError, ObjectId,
    SecretError, SignatureError, SigningSecret, TeamId, TenantId, verify,
};
pub use hailer_dispatch::{
    Approval, ApprovalRule, Argument, ArgumentKind, Arguments, AskedFor, Asker, Asking,
    CancellationToken, Catalog, Ceiling, Command, CommandError, CommandResult, Condition,
    ConfirmRule, Cooldown, Decision, DefaultPermission, DynamicCommand, Effect, Entry, Example,
    FunctionCommand, Grant, Group, Hook, HookHandle, Invocation, Judgement, Link, Member,
    MentionInText, Misunderstanding, NamedChannel, NearMiss, Need, NoArgs, NotCounted, Permit,
    Place, Policy, PolicyError, PolicyErrors, PolicySource, Rate, Rates, Refusal, Registration,
    Registry, RegistryError, RegistryErrors, Rule, SecretText, Secrets, Sender, Spec, Unreleased,
    ValueKind, Verdict, Via, Way, Whom, WorkProcess, Written, command_fn, known, nearest,
};
pub use hailer_reply::{
    Action, ActionSet, ActionStyle, AnyCard, Bar, Card, CardError, CardTemplate, Column, ColumnSet,
    ColumnWidth, ConnectorCard, ConnectorSection, Container, ContainerStyle, Element, FactSet,
    FilledCard, HeroCard, HorizontalAlignment, HttpsUrl, Image, ImageSet, ImageSize, ListCard,
    ListItem, MESSAGE_LIMIT, Message, ReadError, Reply, RequestId, RichTextBlock, Rows, Sign,
    Spacing, Style, Table, TableCell, TableColumn, TableRow, Target, TemplateError, TextBlock,
    TextColor, TextRun, TextSize, TextStyle, TextWeight, ThumbnailCard, UrlError,
    VerticalAlignment, WireMessage, Words, escape, escape_card, read_message, sparkline,
};
pub use hailer_reply::{FINDING_KINDS, Finding, FindingKind, Subject, lint, message_size};
pub use hailer_transport::{
    AdminPages, CAUSES, Cause, Outcome, RELOAD, ServeError, Tail, ping_body, reload_request,
    watch_request,
};

pub use approval_desk::{ApprovalDesk, Waiting};
pub use audit_desk::{AuditDesk, AuditWanted};
pub use audit_json::audit_json;
pub use background::{Background, BackgroundRun};
pub use bot::{Bot, StartError};
pub use bound_bot::{BoundBot, stop_signal};
pub use config::{
    AdminConfig, ApprovalConfig, AuditConfig, BotConfig, BreakGlassConfig, CONFIG_CAUSES, Changes,
    CommandConfig, Config, Draft, Environment, Expectation, FreezeConfig, LimitsConfig, Loaded,
    Location, LogConfig, LogLevel, Network, NoStandpoint, Operator, Partly, PermissionsConfig,
    PolicyTest, Problem, Problems, Redact, RuleConfig, Secret, Section, ServerConfig, Severity,
    SourceFiles, Standpoint, SyslogAddress, TlsConfig, Wanted, WebhookConfig, read_approval,
    read_approval_when,
};
pub use follow_ups::FollowUps;
pub use hailer_jobs::HostPattern;
pub use hailer_store::{
    AuditCursor, AuditFilter, AuditPage, AuditRow, Caller, Cancelled, DidStart, Expected, Force,
    HeldName, Hold, Holding, Job, JobFilter, JobId, JobLock, JobState, KeyUse, NewHold, Page,
    Person, Released, Retried, Sighting, Stage,
};
pub use job_desk::{JobDesk, JobsWanted};
pub use open_request::{Approver, OpenRequest, Pointless};

pub use hold_desk::HoldDesk;
pub use hold_words::sentence as hold_sentence;
pub use in_process::{InProcessBot, Spoken};
pub use local_time::LocalTime;
pub use member_file::MemberFile;
pub use messenger::{KeptMessage, Messenger, Said, SaidEnd};
pub use module::Module;
pub use module_state::{Kept, ModuleState};
pub use permissions::Permissions;
pub use reloader::{ReloadRequest, Reloaded, Reloader};
pub use reporter::{Report, Reporter};
pub use running_bot::RunningBot;
pub use teams_message::TeamsMessage;
pub use witness::{Happened, Witness};

/// Compiles and runs the examples of the README and of the guide.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../../README.md")]
    struct Readme;

    #[doc = include_str!("../../../docs/ten-minutes.md")]
    struct TryIt;

    #[doc = include_str!("../../../docs/writing-a-command.md")]
    struct WritingACommand;

    #[doc = include_str!("../../../docs/how-to/arguments.md")]
    struct TakeArguments;

    #[doc = include_str!("../../../docs/how-to/failing.md")]
    struct SayWhatIsWrong;

    #[doc = include_str!("../../../docs/how-to/state.md")]
    struct KeepState;

    #[doc = include_str!("../../../docs/how-to/long-commands.md")]
    struct RunLongCommands;

    #[doc = include_str!("../../../docs/how-to/guarding.md")]
    struct GuardCommands;

    #[doc = include_str!("../../../docs/how-to/cards.md")]
    struct KeepCardsInFiles;

    #[doc = include_str!("../../../docs/how-to/testing.md")]
    struct TestCommands;

    #[doc = include_str!("../../../docs/how-to/permissions.md")]
    struct DecideWhoMayDoWhat;

    #[doc = include_str!("../../../docs/how-to/own-bot.md")]
    struct OwnBot;

    #[doc = include_str!("../../../docs/from-other-bots.md")]
    struct FromOtherBots;

    #[doc = include_str!("../../../docs/reference/arguments.md")]
    struct Arguments;

    #[doc = include_str!("../../../docs/reference/replies.md")]
    struct Replies;

    #[doc = include_str!("../../../docs/reference/errors.md")]
    struct ErrorTexts;
}
