//! What holds a permitted call back: the sender's second word, the yes of others, or both.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hailer_activity::ObjectId;

use crate::approval::Approval;
use crate::policy::asker::Asker;
use crate::policy::compiled::{Bearing, CommandRules, Terms};
use crate::policy::near_miss::wanted;
use crate::policy::need::Need;
use crate::policy::values::Values;
use crate::policy::{Policy, Standing};

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
            .map(|(place, terms)| self.need(Some(place), terms, rules.effect, standing))
            .collect();
        match &rules.declared {
            Some(declared) if needs.is_empty() => {
                needs.push(self.need(None, declared, rules.effect, standing));
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
                    need: self.need(place, terms, rules.effect, &standing),
                });
            }
        }
        if let Some(declared) = &rules.declared
            && rules.asks.is_empty()
        {
            asked.push(AskedFor::Approval {
                with: String::new(),
                need: self.need(None, declared, rules.effect, &standing),
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
