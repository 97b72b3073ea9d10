//! What holds a permitted call back: the sender's second word, the yes of others, or both.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hailer_activity::ObjectId;

use crate::approval::{Approval, Via};
use crate::policy::asker::Asker;
use crate::policy::compiled::{Bearing, CommandRules, People, Terms};
use crate::policy::near_miss::wanted;
use crate::policy::values::Values;
use crate::policy::{Policy, Standing};
use crate::spec::Effect;

/// What holds a call back that its sender may make. It knows the policy that says so.
#[derive(Debug, Clone)]
pub struct Asking {
    pub(super) policy: Arc<Policy>,
    pub(super) command: usize,
    pub(super) values: Values,
    pub(super) requester: Option<ObjectId>,
    pub(super) webhook: Arc<str>,
    pub(super) held: Held,
    /// Whether the requester is one of those whose requests run without approval while glass is broken.
    pub(super) breaks_glass: bool,
    digest: String,
}

/// What holds a call back, before it is known of which call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    pub(super) confirm: Option<Duration>,
    pub(super) needs: Vec<Need>,
}

/// One approval that a call needs.
#[derive(Debug, Clone)]
pub struct Need {
    /// Where it is written; nowhere when the command asks for it itself.
    pub(super) place: Option<Arc<str>>,
    pub(super) by: Option<People>,
    pub(super) groups: Vec<Arc<str>>,
    pub(super) count: u32,
    pub(super) expires: Duration,
    pub(super) run_within: Duration,
    pub(super) via: Vec<Via>,
    pub(super) follow_up: Option<Arc<str>>,
}

impl Policy {
    /// Finds what holds a call back that is permitted; nothing, and nothing is read, for most.
    pub(crate) fn held(
        &self,
        standing: &Standing<'_>,
        command: usize,
        values: impl FnOnce(&[String]) -> Values,
    ) -> Option<(Held, Values)> {
        let rules = self.commands.get(command)?;
        if !rules.confirms && rules.asks.is_empty() && rules.declared.is_none() {
            return None;
        }
        let mut names = rules.asked.clone();
        names.extend(rules.tested.iter().cloned());
        let values = values(&names);
        let needs = self.needs(standing, rules, &values);
        let confirm = rules.confirms.then_some(self.confirm_within);
        (confirm.is_some() || !needs.is_empty()).then_some((Held { confirm, needs }, values))
    }

    fn needs(&self, standing: &Standing<'_>, rules: &CommandRules, values: &Values) -> Vec<Need> {
        let written = rules
            .asks
            .iter()
            .filter_map(|it| self.asked_by(it, standing, values));
        let mut needs: Vec<Need> = written
            .map(|(place, terms)| self.need(Some(place), terms, rules.effect))
            .collect();
        match &rules.declared {
            Some(declared) if needs.is_empty() => {
                needs.push(self.need(None, declared, rules.effect));
            }
            // Who decides is the configuration's, how much never less than the command's.
            Some(declared) => {
                for need in &mut needs {
                    need.count = need.count.max(declared.count);
                    need.expires = need.expires.min(declared.expires);
                    need.run_within = need.run_within.min(declared.run_within);
                }
            }
            None => {}
        }
        needs
    }

    fn asked_by(
        &self,
        bearing: &Bearing,
        standing: &Standing<'_>,
        values: &Values,
    ) -> Option<(Arc<str>, &Terms)> {
        let (rule, terms) = self.approvals.get(bearing.rule)?;
        let is_meant = rule.is_about(&standing.groups)
            && rule.holds_at(&standing.asker)
            && bearing.tests.iter().all(|test| test.holds(values));
        is_meant.then(|| (Arc::clone(&rule.place), terms))
    }

    fn need(&self, place: Option<Arc<str>>, terms: &Terms, effect: Effect) -> Need {
        let groups = terms.by.iter().flat_map(|it| &it.groups);
        let mut via = terms.via.clone();
        if via.is_empty() {
            if effect != Effect::Destructive {
                via.push(Via::SameWebhook);
            }
            via.extend([Via::OtherWebhook, Via::CommandLine]);
        }
        Need {
            place,
            by: terms.by.clone(),
            groups: groups
                .filter_map(|it| self.groups.get(*it).cloned())
                .collect(),
            count: terms.count,
            expires: terms.expires,
            run_within: terms.run_within,
            via,
            follow_up: terms.follow_up.clone(),
        }
    }
}

/// What a command asks for, before its arguments are known.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AskedFor {
    /// The sender's second word.
    Confirmation,
    /// The yes of others.
    Approval {
        /// With which arguments, as people type them; always when it is blank.
        with: String,
        /// Whose.
        need: Need,
    },
}

impl Policy {
    /// Says what somebody is asked for who runs a command, before its arguments are known.
    pub fn asked_for(&self, path: &str, asker: Asker<'_>) -> Vec<AskedFor> {
        let command = self.paths.get(path);
        let Some(rules) = command.and_then(|it| self.commands.get(*it)) else {
            return Vec::new();
        };
        let standing = self.standing(asker);
        let mut asked = Vec::new();
        if rules.confirms {
            asked.push(AskedFor::Confirmation);
        }
        for bearing in &rules.asks {
            let Some((rule, terms)) = self.approvals.get(bearing.rule) else {
                continue;
            };
            if rule.is_about(&standing.groups) && rule.holds_at(&standing.asker) {
                let place = Some(Arc::clone(&rule.place));
                asked.push(AskedFor::Approval {
                    with: wanted(bearing),
                    need: self.need(place, terms, rules.effect),
                });
            }
        }
        if let Some(declared) = &rules.declared
            && rules.asks.is_empty()
        {
            asked.push(AskedFor::Approval {
                with: String::new(),
                need: self.need(None, declared, rules.effect),
            });
        }
        asked
    }
}

impl Asking {
    /// Ties what holds a call back to that call.
    pub(crate) fn new(policy: &Arc<Policy>, of: Held, call: HeldCall<'_>) -> Self {
        Self {
            policy: Arc::clone(policy),
            command: call.command,
            values: call.values,
            requester: call.asker.person.cloned(),
            webhook: call.asker.webhook.into(),
            held: of,
            breaks_glass: policy.may_break_glass(call.asker),
            digest: call.digest,
        }
    }

    /// Returns how long the sender's second word is waited for, when it is asked for.
    pub fn confirm(&self) -> Option<Duration> {
        self.held.confirm
    }

    /// Returns the approvals that are needed, all of them.
    pub fn needs(&self) -> &[Need] {
        &self.held.needs
    }

    /// Returns how long approvals are waited for: as long as the most impatient need.
    pub fn expires(&self) -> Duration {
        let all = self.held.needs.iter().map(|it| it.expires);
        all.min().unwrap_or(Approval::EXPIRES)
    }

    /// Returns how long after the last yes the call may start.
    pub fn run_within(&self) -> Duration {
        let all = self.held.needs.iter().map(|it| it.run_within);
        all.min().unwrap_or(Approval::RUN_WITHIN)
    }

    /// Says whether the requester may do without approval while glass is broken.
    pub fn breaks_glass(&self) -> bool {
        self.breaks_glass
    }

    /// Says what is needed, for people: without where it is written.
    pub fn spoken(&self) -> String {
        let needs: Vec<String> = self.held.needs.iter().map(ToString::to_string).collect();
        if needs.is_empty() {
            "the second word of whoever asked".to_owned()
        } else {
            needs.join(", and ")
        }
    }

    /// Returns a hash of everything that is approved: the command in its version, its arguments, where, and for whom.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns where it is written that the call is held back: the first approval, or the confirmation.
    pub fn place(&self) -> Option<&str> {
        match self.held.needs.first() {
            Some(need) => need.place(),
            None => self.policy.confirm_place.as_deref(),
        }
    }
}

/// The call that is held back.
#[derive(Debug)]
pub(crate) struct HeldCall<'a> {
    pub(crate) command: usize,
    pub(crate) values: Values,
    pub(crate) asker: Asker<'a>,
    pub(crate) digest: String,
}

impl Need {
    /// Returns where it is written; `None` when the command asks for it itself.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Returns how many people have to say yes.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Returns the groups whose members may say yes; none when whoever may run the same may.
    pub fn groups(&self) -> &[Arc<str>] {
        &self.groups
    }

    /// Returns by which ways a yes counts.
    pub fn via(&self) -> &[Via] {
        &self.via
    }

    /// Returns the follow-up by which those who can approve are told.
    pub fn follow_up(&self) -> Option<&str> {
        self.follow_up.as_deref()
    }

    /// Says by which ways a yes counts, for people.
    pub fn ways(&self) -> String {
        let same = self.via.contains(&Via::SameWebhook);
        let mut ways: Vec<String> = Vec::new();
        for via in &self.via {
            ways.push(match via {
                Via::SameWebhook => "here".to_owned(),
                Via::OtherWebhook if same => "by another webhook".to_owned(),
                Via::OtherWebhook => "by another webhook than this".to_owned(),
                Via::Webhook(name) => format!("by the webhook {name}"),
                Via::CommandLine => "on the command line".to_owned(),
            });
        }
        crate::misunderstanding::join(ways, "or")
    }

    /// Says whose yes counts, for people: `2 of the group "sre"`.
    pub fn people(&self) -> String {
        let others = if self.count == 1 {
            "other person"
        } else {
            "other people"
        };
        let count = self.count;
        let groups: Vec<String> = self.groups.iter().map(|it| format!("\"{it}\"")).collect();
        match (&self.by, groups.as_slice()) {
            (None, _) => format!("{count} {others} who may run it"),
            (Some(people), _) if people.is_everyone => format!("{count} {others}"),
            (Some(_), [group]) => format!("{count} of the group {group}"),
            (Some(_), groups) => format!("{count} of the groups {}", groups.join(" or ")),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a yes of {}, {}", self.people(), self.ways())
    }
}

impl fmt::Display for Asking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needs = self.held.needs.iter().map(|need| match need.place() {
            Some(place) => format!("it needs {need} ({place})"),
            None => format!("it needs {need} (the command asks for it)"),
        });
        let confirm = self.held.confirm.iter().map(|_| {
            let place = self.policy.confirm_place.as_deref();
            place.map_or_else(
                || "the sender is asked again".to_owned(),
                |place| format!("the sender is asked again ({place})"),
            )
        });
        let all: Vec<String> = confirm.chain(needs).collect();
        formatter.write_str(&all.join("; "))
    }
}
