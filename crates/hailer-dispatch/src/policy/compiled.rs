//! Rules and ceilings, ready to be held against who asks.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use hailer_activity::{ChannelId, TeamId, TenantId};

use crate::approval::{Approval, Via};
use crate::policy::asker::Asker;
use crate::policy::condition::Test;
use crate::policy::decision::Refusal;
use crate::spec::Effect;

/// A rule. Which commands it speaks of is known from the index that led to it.
#[derive(Debug, Clone)]
pub(super) struct CompiledRule {
    pub(super) place: Arc<str>,
    pub(super) say: Option<Arc<str>>,
    /// When it ends, for a rule that denies for a while.
    pub(super) frozen: Option<Frozen>,
    pub(super) to: People,
    pub(super) unless: People,
    pub(super) webhooks: Vec<Arc<str>>,
    pub(super) teams: Vec<TeamId>,
    pub(super) channels: Vec<ChannelId>,
}

/// When a freeze ends.
#[derive(Debug, Clone)]
pub(super) struct Frozen {
    pub(super) until_ms: i64,
    /// The same as people read it.
    pub(super) until: Arc<str>,
}

/// People, by the groups they are in.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    pub(super) is_everyone: bool,
    pub(super) groups: Vec<usize>,
}

/// A rule as it bears on one command.
#[derive(Debug, Clone)]
pub(super) struct Bearing {
    pub(super) rule: usize,
    pub(super) tests: Vec<Test>,
}

/// All that bears on one command.
#[derive(Debug, Clone)]
pub(super) struct CommandRules {
    pub(super) effect: Effect,
    pub(super) checks_itself: bool,
    pub(super) always: Always,
    pub(super) deny: Vec<Bearing>,
    pub(super) allow: Vec<Bearing>,
    /// The arguments that any of them looks at.
    pub(super) tested: Vec<String>,
    /// Whether the sender is asked again.
    pub(super) confirms: bool,
    /// What asks for approval: indices into the approvals of the policy.
    pub(super) asks: Vec<Bearing>,
    /// The arguments that any of those looks at.
    pub(super) asked: Vec<String>,
    /// What the command itself asks for.
    pub(super) declared: Option<Terms>,
}

/// Whose approval is wanted, how often, how fast.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    /// Nobody is named: whoever may run the same.
    pub(super) by: Option<People>,
    pub(super) count: u32,
    pub(super) expires: Duration,
    pub(super) run_within: Duration,
    pub(super) via: Vec<Via>,
    pub(super) follow_up: Option<Arc<str>>,
}

impl Terms {
    pub(super) fn new(approval: &Approval, by: Option<People>) -> Self {
        Self {
            by,
            count: approval.count.max(1),
            expires: approval.expires,
            run_within: approval.run_within,
            via: approval.via.clone(),
            follow_up: approval.follow_up.as_deref().map(Into::into),
        }
    }
}

/// Who may run a command whatever rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Always {
    Nobody,
    /// Whoever has an id.
    People,
    Anybody,
}

/// What can be done by a webhook at most.
#[derive(Debug, Clone)]
pub(super) struct CompiledCeiling {
    /// What people mention to speak by the webhook, with its name when that is another.
    pub(super) spoken: Arc<str>,
    pub(super) place: Arc<str>,
    pub(super) tenant: Option<TenantId>,
    pub(super) team: Option<TeamId>,
    pub(super) channels: Vec<(ChannelId, Option<Arc<str>>)>,
    pub(super) max_effect: Option<Effect>,
    pub(super) commands: Option<HashSet<usize>>,
}

impl People {
    pub(super) fn include(&self, groups: &[usize]) -> bool {
        self.is_everyone || self.groups.iter().any(|group| groups.contains(group))
    }
}

impl CompiledRule {
    /// Says that the rule denies something.
    pub(super) fn refusal(&self) -> Refusal {
        let (place, say) = (Arc::clone(&self.place), self.say.clone());
        match &self.frozen {
            None => Refusal::Rule { place, say },
            Some(frozen) => Refusal::Frozen {
                place,
                say,
                until_ms: frozen.until_ms,
                until: Arc::clone(&frozen.until),
            },
        }
    }

    /// Says whether the rule speaks of somebody who is in these groups.
    pub(super) fn is_about(&self, groups: &[usize]) -> bool {
        self.to.include(groups) && !self.unless.include(groups)
    }

    /// Says whether the rule holds where somebody asks.
    pub(super) fn holds_at(&self, asker: &Asker<'_>) -> bool {
        let is_webhook = || self.webhooks.iter().any(|it| **it == *asker.webhook);
        let is_team = |team: &TeamId| self.teams.contains(team);
        let is_channel = |channel: &ChannelId| self.channels.contains(channel);
        (self.webhooks.is_empty() || is_webhook())
            && (self.teams.is_empty() || asker.team.is_some_and(is_team))
            && (self.channels.is_empty() || asker.channel.as_ref().is_some_and(is_channel))
    }
}
