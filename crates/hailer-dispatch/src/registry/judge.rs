//! What a policy would say to a message: for those who ask why, and for tests of rules.

use std::sync::Arc;

use crate::catalog::{Catalog, Entry};
use crate::lock;
use crate::misunderstanding::Misunderstanding;
use crate::policy::{Asker, Asking, Decision, HeldCall, Policy, Standing, Values};
use crate::registry::{Desk, Registry};
use crate::secret::Secrets;
use crate::text::MessageText;

/// The digest of what is only asked about: it is that of no call.
const NO_CALL: &str = "-";

/// What a policy says about a message.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Judgement {
    /// The command that is meant.
    pub entry: Arc<Entry>,
    /// What the policy says.
    pub decision: Decision,
    /// What is wrong with the arguments, so that the decision was made without them.
    pub problem: Option<Misunderstanding>,
    /// What holds the call back although it is permitted.
    pub asking: Option<Asking>,
    /// The arguments as they were given or hold by default, by name; secrets are `***`. None when they are not right.
    pub arguments: Vec<(String, String)>,
    /// The lock that it needs, with the values of its arguments in it, when they are known.
    pub lock: Option<String>,
    /// Whether a value was given that must neither be kept nor shown; unknown while the arguments are not right.
    pub has_secrets: bool,
}

impl Registry {
    /// Says what a policy would say to a message, and runs nothing.
    ///
    /// # Errors
    ///
    /// A [`Misunderstanding`] when no command is meant.
    pub fn judge(
        &self,
        text: &str,
        asker: Asker<'_>,
        policy: &Arc<Policy>,
    ) -> Result<Judgement, Misunderstanding> {
        let standing = policy.standing(asker);
        let desk = Desk::Guarded {
            policy,
            standing: &standing,
        };
        let understood = self.understand(&MessageText::from_typed(text), &desk);
        let (index, matches) = match understood {
            Ok(understood) => understood,
            Err(misunderstanding) => return self.judge_misunderstood(misunderstanding, &desk),
        };
        let entry = Arc::clone(&self.registered(index)?.entry);
        let mut asking = None;
        let decision = match self.permit(&desk, index, &matches) {
            Ok(permit) => {
                asking = self.held(policy, &standing, index, &matches)?;
                Decision::Permitted(permit.grant().clone())
            }
            Err(Misunderstanding::NotPermitted { refusal, .. }) => Decision::Refused(refusal),
            Err(misunderstanding) => return Err(misunderstanding),
        };
        let declared = self.registered(index)?.reader.declared();
        let arguments = lock::given(&entry, declared, &matches);
        let lock = entry.lock().map(|name| lock::fill(name, &arguments));
        let has_secrets = !Secrets::of(&entry, declared, &matches).is_empty();
        Ok(Judgement {
            entry,
            decision,
            problem: None,
            asking,
            arguments,
            lock,
            has_secrets,
        })
    }

    /// Finds what would hold a call back that nobody makes.
    fn held(
        &self,
        policy: &Arc<Policy>,
        standing: &Standing<'_>,
        index: usize,
        matches: &clap::ArgMatches,
    ) -> Result<Option<Asking>, Misunderstanding> {
        let declared = self.registered(index)?.reader.declared();
        let held = policy.held(standing, index, |names| {
            Values::read(declared, matches, names)
        });
        Ok(held.map(|(held, values)| {
            let call = HeldCall {
                command: index,
                values,
                digest: NO_CALL.to_owned(),
                asker: standing.asker().clone(),
            };
            Asking::new(policy, held, call)
        }))
    }

    /// Of a command that is known, something can be said although its arguments are not right.
    fn judge_misunderstood(
        &self,
        misunderstanding: Misunderstanding,
        desk: &Desk<'_>,
    ) -> Result<Judgement, Misunderstanding> {
        let (entry, decision) = match &misunderstanding {
            Misunderstanding::NotPermitted {
                entry: Some(entry),
                refusal,
            } => (Arc::clone(entry), Decision::Refused(refusal.clone())),
            Misunderstanding::Usage { entry, .. } => {
                let index = self.catalog.iter().position(|it| it.path() == entry.path());
                let decision = index.map_or(Decision::Depends, |index| desk.decide(index));
                (Arc::clone(entry), decision)
            }
            _ => return Err(misunderstanding),
        };
        let is_refused = matches!(decision, Decision::Refused(_));
        Ok(Judgement {
            entry,
            decision,
            problem: (!is_refused).then_some(misunderstanding),
            asking: None,
            arguments: Vec::new(),
            lock: None,
            has_secrets: false,
        })
    }

    /// Returns the commands that somebody may run with some arguments at least.
    pub fn catalog_for(&self, asker: Asker<'_>, policy: &Policy) -> Catalog {
        let standing = policy.standing(asker);
        self.catalog
            .filtered(|index| policy.may_run(&standing, index))
    }
}
