//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::approvals::ApprovalsOptions;
use crate::audit::AuditOptions;
use crate::break_glass::BreakGlassOptions;
use crate::capture::ReplayOptions;
use crate::card::CardOptions;
use crate::config_verb::ConfigOptions;
use crate::deploy::DeployOptions;
use crate::doctor::DoctorOptions;
use crate::explain::ExplainOptions;
use crate::followup::FollowUpOptions;
use crate::holds::{FreezeOptions, LocksOptions, UnfreezeOptions};
use crate::init::InitOptions;
use crate::jobs::JobsOptions;
use crate::keys::KeysOptions;
use crate::listen::ListenOptions;
use crate::policy::PolicyOptions;
use crate::script::ScriptOptions;
use crate::seen::SeenOptions;
use crate::status::StatusOptions;
use crate::store::StoreOptions;
use crate::webhook::WebhookOptions;

use crate::new::{Argument, CommandName, ProjectPath};

/// One screen: what to type first, then every verb by the moment it is for.
const HELP: &str = "\
Chat-ops for Microsoft Teams.

  hailer                      try it: demo bot + browser playground
  hailer send \"help\"          say something to the bot
  hailer doctor               find why Teams says \"Sorry, there was a problem\"

Build     new, new command, play, chat, send, card check,
          script test, script add, commands
Install   init, webhook, check, doctor, serve, policy
Run       status, seen, reload, jobs, deploy, listen, replay, followup,
          store
Guard     approvals, break-glass, locks, freeze, unfreeze, audit, keys
More      sign, verify, config, explain, completions

Options   -c, --config FILE   --listen ADDRESS   -h, --help   -V, --version
hailer VERB --help shows options and examples.
";

/// Chat-ops for Microsoft Teams.
#[derive(Debug, Parser)]
#[command(name = "hailer", version, override_help = HELP, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The configuration; `hailer.toml` in this folder when left out
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Where to listen, instead of what the configuration says; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,

    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run the bot
    #[command(after_help = "Example: hailer serve --config /etc/hailer/hailer.toml")]
    Serve(ServeOptions),
    /// Run the bot with a Teams look-alike in the browser, for this computer only
    #[command(
        after_help = "It prints a link that lets one browser in. Commands really run.\nThe bot listens on this computer only, whatever the configuration says, and without TLS.\nExample: hailer play --config hailer.toml"
    )]
    Play(PlayOptions),
    /// Find everything that is wrong with the configuration, and start nothing
    #[command(
        after_help = "Exit codes: 0 fine, 3 the configuration has errors.\nExample: hailer check --config hailer.toml"
    )]
    Check(CheckOptions),
    /// Say something to the bot and show its answer; starts one for this message when none runs
    #[command(
        after_help = "Exit codes: 0 done, 1 the bot says no, 5 nobody answers, 6 too slow for Teams.\nExamples: hailer send \"status\" --as mira\n          hailer send \"help\" --url https://bot.example.com/webhook/ops --token-file ops.token"
    )]
    Send(SendOptions),
    /// Talk to the bot, without a network; from a script when standard input is no terminal
    #[command(
        after_help = "In a script each line is said, and answers are printed; the exit code is 0 whatever they are.\nExit codes: 0 done, 2 a line begins with / and is no order.\nExamples: hailer chat --as mira --in deploys\n          printf 'ping\\nstatus\\n' | hailer chat"
    )]
    Chat(ChatOptions),
    /// Judge messages and cards before Teams does
    Card(CardOptions),
    /// Sign a body from standard input; prints the value of the Authorization header
    #[command(after_help = "Example: hailer sign --token-file ops.token < body.json")]
    Sign(SignOptions),
    /// Say whether a signature belongs to a body from standard input, and if not, why
    #[command(
        after_help = "Exit codes: 0 it does, 1 it does not.\nExample: hailer verify --token-file ops.token --signature \"HMAC …\" < body.json"
    )]
    Verify(VerifyOptions),
    /// Look at jobs, stop them, repeat them; beside a running bot or without one
    #[command(
        after_help = "Exit codes: 0 done, 1 there is no such job or it cannot be done.\nExamples: hailer jobs list --state running\n          hailer jobs cancel 7F3A"
    )]
    Jobs(JobsOptions),
    /// See who wanted what and what came of it, and check that the record is whole
    Audit(AuditOptions),
    /// List what people and jobs lock, and what is frozen
    #[command(after_help = "Example: hailer locks --json")]
    Locks(LocksOptions),
    /// Start nothing that changes something from now on, on every server
    #[command(
        after_help = "What runs goes on; what is queued waits until `hailer unfreeze`.\nExit codes: 0 frozen, 1 somebody else froze it already.\nExamples: hailer freeze \"prod is on fire\"\n          hailer freeze --webhook ops --for 2h \"board meeting\""
    )]
    Freeze(FreezeOptions),
    /// End a freeze
    #[command(after_help = "Exit codes: 0 ended, 1 nothing was frozen.\nExample: hailer unfreeze")]
    Unfreeze(UnfreezeOptions),
    /// See which keys of webhooks were used, when, and by whom
    Keys(KeysOptions),
    /// List who wrote from where, with the ids that the configuration needs
    #[command(
        after_help = "Works beside a running bot and without one.\nExample: hailer seen --since 2h"
    )]
    Seen(SeenOptions),
    /// Say yes or no to what waits for approval
    #[command(
        after_help = "Exit codes: 0 done, 1 there is no such request or your word does not count.\nExamples: hailer approvals list\n          hailer approvals approve 7F3A"
    )]
    Approvals(ApprovalsOptions),
    /// Do without approval in an emergency
    #[command(
        after_help = "Exit codes: 0 done, 1 you may not, or it is not that time.\nExample: hailer break-glass begin --webhook ops \"api is down for all customers\""
    )]
    BreakGlass(BreakGlassOptions),
    /// See where results are posted later
    #[command(
        name = "followup",
        after_help = "Exit codes: 0 accepted, 1 refused, 5 nobody answers.\nExample: hailer followup test ops"
    )]
    FollowUp(FollowUpOptions),
    /// Move what is kept to another place
    Store(StoreOptions),
    /// List the commands that the bot has
    #[command(after_help = "Example: hailer commands --json")]
    Commands(CommandsOptions),
    /// Say who may run what, and by which rule
    Policy(PolicyOptions),
    /// Run scripts of the configuration from a terminal
    Script(ScriptOptions),
    /// Make a project for a bot, or a command in it
    #[command(
        after_help = "Exit codes: 0 done, 1 something stands in the way.\nExamples: hailer new mybot\n          cd mybot && hailer new command restart --arg service:choice=api,web --arg when:duration?"
    )]
    New(NewOptions),
    /// Write the first hailer.toml
    #[command(after_help = "Example: hailer init --dir /etc/hailer")]
    Init(InitOptions),
    /// Add, list, rotate and remove webhooks, step by step
    Webhook(WebhookOptions),
    /// Show the configuration that holds, or one with every key
    Config(ConfigOptions),
    /// Find out why Teams says "Sorry, there was a problem encountered with your request"
    #[command(after_help = DOCTOR_HELP)]
    Doctor(DoctorOptions),
    /// Show each request as it arrives, and why it was refused
    #[command(
        after_help = "Watches the bot that runs; starts one when none does.\nExit codes: 0 stopped, 1 --once and it was refused, 6 nothing came in the time of --for.\nExample: hailer listen --once --for 2m"
    )]
    Listen(ListenOptions),
    /// Send a captured request again
    #[command(after_help = "Example: hailer replay captures/1a2b3c4d.json --resign")]
    Replay(ReplayOptions),
    /// Have the running bot read its configuration again, all of it or nothing, and show what changed
    #[command(after_help = RELOAD_HELP)]
    Reload(ReloadOptions),
    /// Say how the running bot is
    #[command(after_help = "Exit codes: 0 ready, 1 not ready, 5 no bot runs here.")]
    Status(StatusOptions),
    /// Say what a code such as HL131 means; without one, list all of them
    #[command(after_help = "Example: hailer explain HL131")]
    Explain(ExplainOptions),
    /// Tell of what was deployed by another way
    Deploy(DeployOptions),
    /// Print the completions of a shell
    #[command(after_help = "Example: hailer completions bash > /etc/bash_completion.d/hailer")]
    Completions(CompletionsOptions),
}

/// What the doctor looks at.
const DOCTOR_HELP: &str = "\
Looks at the configuration, the running bot, the public URL, its certificate, and sends a
signed ping through it that runs nothing. Changes nothing. Run it where the bot runs.
Exit codes: 0 no problem, 1 problems, 3 the configuration has errors.
Examples: hailer doctor
          hailer doctor --url https://bot.example.com --json";

/// What a reload does.
const RELOAD_HELP: &str = "\
The bot follows its files by itself: hailer.toml, conf.d, tokens, members of groups, scripts.
This asks it to read them now. A configuration with errors changes nothing.
Shows: + added, ~ changed, - removed, what holds only after a restart, and a short hash of the
configuration before and after. `systemctl reload hailer` and SIGHUP do the same without a word.
Exit codes: 0 done, 1 the bot does not know our tokens, 3 the configuration has errors, 5 no bot runs here.
Example: hailer reload --config /etc/hailer/hailer.toml";

#[derive(Debug, Args)]
pub(crate) struct ReloadOptions {}

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// Where to listen, instead of what the configuration says; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct PlayOptions {
    /// Where the bot listens, instead of what the configuration says; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where the playground listens, an address of this computer; 127.0.0.1:3980 when left out, or a free port when
    /// that is taken
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) at: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// Print the problems as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Take warnings for errors
    #[arg(long)]
    pub(crate) deny_warnings: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SendOptions {
    /// What to say, without the mention
    pub(crate) text: String,
    /// Who says it
    #[arg(long = "as", value_name = "PERSON", default_value = "Mira Novak")]
    pub(crate) person: String,
    /// In which channel
    #[arg(long = "in", value_name = "CHANNEL", default_value = "general")]
    pub(crate) channel: String,
    /// Which webhook of the configuration; the first when left out
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    pub(crate) webhook: Option<String>,
    /// Send to this address instead of the configured bot
    #[arg(long, value_name = "URL", requires = "token")]
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) token: OptionalToken,
    /// Print the reply's JSON exactly as Teams would get it, and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ChatOptions {
    /// Who talks
    #[arg(long = "as", value_name = "PERSON", default_value = "Mira Novak")]
    pub(crate) person: String,
    /// In which channel
    #[arg(long = "in", value_name = "CHANNEL", default_value = "general")]
    pub(crate) channel: String,
}

/// Where the security token is: a secret has no place on a command line.
#[derive(Debug, Args)]
#[group(id = "token", multiple = false)]
pub(crate) struct OptionalToken {
    /// The file that holds the security token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The environment variable that holds the security token
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) token_env: Option<String>,
}

/// As [`OptionalToken`], but one of them must be given.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Token {
    /// The file that holds the security token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The environment variable that holds the security token
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) token_env: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SignOptions {
    #[command(flatten)]
    pub(crate) token: Token,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    #[command(flatten)]
    pub(crate) token: Token,
    /// The value of the Authorization header, with or without `HMAC `
    #[arg(long, value_name = "SIGNATURE")]
    pub(crate) signature: String,
}

#[derive(Debug, Args)]
pub(crate) struct CommandsOptions {
    #[command(flatten)]
    pub(crate) format: Format,
    /// Only what this person may run: an id, the name of a member, group:NAME or anyone
    #[arg(long = "as", value_name = "PERSON")]
    pub(crate) person: Option<String>,
    #[command(flatten)]
    pub(crate) place: Whereabouts,
}

/// Where somebody speaks.
#[derive(Debug, Args)]
pub(crate) struct Whereabouts {
    /// In which channel: its id, or the name that the configuration notes for it
    #[arg(long = "in", value_name = "CHANNEL")]
    pub(crate) channel: Option<String>,
    /// By which webhook; the first when left out
    #[arg(long, value_name = "NAME")]
    pub(crate) webhook: Option<String>,
    /// In which team; the one that the webhook is pinned to when left out
    #[arg(long, value_name = "ID")]
    pub(crate) team: Option<String>,
    /// Of which tenant; the one that the webhook is pinned to when left out
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Format {
    /// A JSON array with everything that is known of each command
    #[arg(long)]
    pub(crate) json: bool,
    /// A reference in Markdown
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Tool schemas of the Model Context Protocol
    #[arg(long)]
    pub(crate) mcp: bool,
    /// A manual page, in roff
    #[arg(long)]
    pub(crate) man: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct NewOptions {
    /// The folder to make; its last part is the project's name
    #[arg(value_name = "NAME", required = true, value_parser = ProjectPath::parse)]
    pub(crate) path: Option<ProjectPath>,
    /// Build it with a checkout of Hailer instead of a release
    #[arg(long, value_name = "DIR")]
    pub(crate) hailer_path: Option<PathBuf>,
    /// Write into a folder that is not empty, over files of the same names
    #[arg(long)]
    pub(crate) force: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(subcommand)]
    pub(crate) what: Option<NewWhat>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum NewWhat {
    /// Make a command in the project of this folder, with its test, and register it
    #[command(after_help = NEW_COMMAND_HELP)]
    Command(NewCommandOptions),
}

/// What an argument can be.
const NEW_COMMAND_HELP: &str = "\
An argument is NAME:TYPE, or NAME:TYPE? when it may be left out; then it is given as --NAME VALUE.
Types:
  text      a word, or several in quotes     integer   a whole number
  number    a number                         flag      --NAME, there or not
  choice    one of: env:choice=staging,prod  duration  90s, 5m, 1h30m
  version   2.42.0                           url       https://example.com
  person    @Mira                            code      a code block
  list      one or several words             rest      the rest of the message, as written

Examples: hailer new command restart --arg service:choice=api,web --arg when:duration?
          hailer new command \"deploy run\" --arg version:version --arg dry-run:flag";

#[derive(Debug, Args)]
pub(crate) struct NewCommandOptions {
    /// What people type; several words in quotes
    #[arg(value_parser = CommandName::parse)]
    pub(crate) name: CommandName,
    /// An argument, in the order of usage; see the types below
    #[arg(long = "arg", value_name = "NAME:TYPE[?]", value_parser = Argument::parse)]
    pub(crate) arguments: Vec<Argument>,
    /// What it does, as help tells it
    #[arg(long, value_name = "TEXT")]
    pub(crate) summary: Option<String>,
    /// Write over files of the same names
    #[arg(long)]
    pub(crate) force: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsOptions {
    /// The shell
    pub(crate) shell: Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn help_names_every_verb_on_one_screen() {
        for verb in Arguments::command().get_subcommands() {
            assert!(HELP.contains(verb.get_name()), "{}", verb.get_name());
        }
        assert!(HELP.lines().count() <= 24 && HELP.lines().all(|line| line.len() <= 80));
    }
}
