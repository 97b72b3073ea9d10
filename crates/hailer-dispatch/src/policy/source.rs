//! What an admin wrote about permissions, before it is held against the commands that exist.

use std::time::Duration;

use hailer_activity::{ChannelId, ObjectId, TeamId, TenantId};

use crate::approval::Approval;
use crate::policy::freeze::Freeze;
use crate::spec::Effect;

/// Everything that is written about permissions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicySource {
    /// What holds for commands that no rule speaks of.
    pub default: DefaultPermission,
    /// Who may do nothing at all.
    pub blocked: Vec<ObjectId>,
    /// The groups whose members may ask what others may do.
    pub auditors: Vec<String>,
    /// Who is who.
    pub groups: Vec<Group>,
    /// What can be done by each webhook at most.
    pub ceilings: Vec<Ceiling>,
    /// The rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// The freezes that hold now, in the order of the file.
    pub freezes: Vec<Freeze>,
    /// What others have to approve, in the order of the file.
    pub approvals: Vec<ApprovalRule>,
    /// What the sender is asked about again.
    pub confirm: ConfirmRule,
    /// Whose requests run without approval while glass is broken.
    pub glass_breakers: Vec<Whom>,
}

/// Says which calls others have to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRule {
    /// Where it is written: `hailer.toml:61`.
    pub place: String,
    /// The commands it speaks of, as globs over their paths.
    pub commands: Vec<String>,
    /// The effects it speaks of; all of them when there is none.
    pub effects: Vec<Effect>,
    /// Whose calls it speaks of.
    pub to: Vec<Whom>,
    /// Whose calls it does not speak of.
    pub unless: Vec<Whom>,
    /// Where it holds, as for a [`Rule`].
    pub places: Vec<Place>,
    /// The values of arguments with which it holds; all of them must match.
    pub when: Vec<Condition>,
    /// By whom, how many, how fast.
    pub approval: Approval,
}

/// Says which calls run only when the sender says so twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmRule {
    /// Where it is written, when it is.
    pub place: Option<String>,
    /// Whether destructive commands ask that are not named.
    pub destructive: bool,
    /// Commands that ask whatever their effect, as globs over their paths.
    pub commands: Vec<String>,
    /// Commands that do not ask.
    pub except: Vec<String>,
    /// How long the second word is waited for.
    pub within: Duration,
}

impl Default for ConfirmRule {
    fn default() -> Self {
        Self {
            place: None,
            destructive: true,
            commands: Vec::new(),
            except: Vec::new(),
            within: Duration::from_secs(120),
        }
    }
}

/// What everyone may run when no rule says anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum DefaultPermission {
    /// Commands that change nothing.
    #[default]
    Read,
    /// No command.
    Deny,
    /// Every command.
    Allow,
}

/// People who are named together in rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// The name that rules use.
    pub name: String,
    /// Who belongs to it.
    pub members: Vec<Member>,
    /// Whether nobody knows at the moment who else belongs to it. Then it opens nothing: a rule that denies to it denies
    /// to everyone, and one that spares it from being allowed something allows nobody.
    pub is_unknown: bool,
}

/// A person in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person in Entra ID.
    pub id: ObjectId,
    /// The tenant that must vouch for the person; any tenant that the webhook admits, when left out.
    pub tenant: Option<TenantId>,
    /// A note for whoever reads the file; it decides nothing.
    pub name: Option<String>,
}

/// What can be done by one webhook at most, whoever asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ceiling {
    /// The webhook's name.
    pub webhook: String,
    /// What people mention to speak by it; the webhook's name when it is blank.
    pub mention: String,
    /// Where it is written: `hailer.toml:12`.
    pub place: String,
    /// The only tenant whose messages are taken.
    pub tenant: Option<TenantId>,
    /// The only team whose messages are taken.
    pub team: Option<TeamId>,
    /// The channels in which commands run; every channel when there is none.
    pub channels: Vec<NamedChannel>,
    /// The strongest effect of commands that run.
    pub max_effect: Option<Effect>,
    /// The commands that run, as globs over their paths; every command when left out.
    pub commands: Option<Vec<String>>,
}

/// A channel and what people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedChannel {
    /// The channel.
    pub id: ChannelId,
    /// Its name as Teams shows it, which messages do not carry.
    pub name: Option<String>,
}

/// Says who may or may not run what, where, with which arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Where it is written: `hailer.toml:49`.
    pub place: String,
    /// Whether it allows or denies.
    pub verdict: Verdict,
    /// The commands it speaks of, as globs over their paths: `deploy *`.
    pub commands: Vec<String>,
    /// The effects it speaks of; all of them when there is none.
    pub effects: Vec<Effect>,
    /// Whom it speaks of.
    pub to: Vec<Whom>,
    /// Whom it does not speak of.
    pub unless: Vec<Whom>,
    /// Where it holds: places of one kind are alternatives, of each kind that is named one must match.
    pub places: Vec<Place>,
    /// The values of arguments with which it holds; all of them must match.
    pub when: Vec<Condition>,
    /// What a person is told whom it refuses.
    pub say: Option<String>,
}

/// What a rule does. A rule that denies beats every rule that allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Lets people run commands.
    Allow,
    /// Keeps people from running commands.
    Deny,
}

/// Whom a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Whom {
    /// Every person with an id.
    Everyone,
    /// The members of a group.
    Group(String),
}

/// Where a rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// Messages that came by this webhook.
    Webhook(String),
    /// Messages of this team.
    Team(TeamId),
    /// Messages of this channel.
    Channel(ChannelId),
}

/// The values that an argument may have for a rule to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The argument's name.
    pub argument: String,
    /// Values, globs, or for numbers ranges that include both ends: `1..10`.
    pub values: Vec<String>,
}
