//! Who may run what, without a bot that runs: for asking why, and for tests of rules.

use std::sync::Arc;
use std::time::SystemTime;

use hailer_dispatch::{Catalog, Decision, Judgement, Misunderstanding, Policy, Registry};

use hailer_store::Request;

use crate::config::{Config, Expectation, PolicyTest, Problem, Problems, Standpoint};
use crate::open_request::{OpenRequest, Pointless};

/// The rules of a bot and its commands, ready to be asked.
#[derive(Debug)]
pub struct Permissions {
    pub(crate) config: Arc<Config>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) policy: Arc<Policy>,
}

impl Permissions {
    pub(crate) fn new(config: Arc<Config>, registry: Arc<Registry>, policy: Arc<Policy>) -> Self {
        Self {
            config,
            registry,
            policy,
        }
    }

    /// Returns all commands of the bot.
    pub fn catalog(&self) -> &Catalog {
        self.registry.catalog()
    }

    /// Returns the commands that somebody may run there, with some arguments at least.
    pub fn catalog_for(&self, standpoint: &Standpoint) -> Catalog {
        self.registry.catalog_for(standpoint.asker(), &self.policy)
    }

    /// Returns what the configuration says.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Says what the rules say to a message.
    ///
    /// # Errors
    ///
    /// A [`Misunderstanding`] when no command is meant.
    pub fn judge(
        &self,
        text: &str,
        standpoint: &Standpoint,
    ) -> Result<Judgement, Misunderstanding> {
        self.registry.judge(text, standpoint.asker(), &self.policy)
    }

    /// Says what the rules say of a command as far as that can be said without its arguments.
    pub fn decide_about(&self, path: &str, standpoint: &Standpoint) -> Decision {
        self.policy.decide_about(path, standpoint.asker())
    }

    /// Runs every `[[policy_test]]` of the configuration, and returns a problem for each that fails.
    pub fn run_tests(&self) -> Problems {
        let config = self.config.clone();
        let groups = config.permissions.groups.clone();
        // What a test expects does not depend on when it is run.
        let unfrozen = match config.policy_with(groups, Vec::new(), self.catalog()) {
            Ok(policy) => Self::new(config, Arc::clone(&self.registry), Arc::new(policy)),
            Err(problems) => return problems,
        };
        let tests = self.config.permissions.tests.iter();
        Problems::new(tests.filter_map(|test| unfrozen.run_test(test)).collect())
    }

    fn run_test(&self, test: &PolicyTest) -> Option<Problem> {
        let judged = self.judge(&test.command, &test.standpoint);
        let judgement = match judged {
            Ok(judgement) => judgement,
            Err(misunderstanding) => {
                let reply = misunderstanding.reply("bot", "you", None).to_plain();
                let said = reply.lines().next().unwrap_or_default();
                let text = format!("`{}` is not understood: {said}", test.command);
                return Some(test.failed(text, "fix: write what people would type"));
            }
        };
        if let Some(problem) = &judgement.problem {
            let reply = problem.reply("bot", "you", None).to_plain();
            let said = reply.lines().next().unwrap_or_default();
            let text = format!("`{}` is not complete: {said}", test.command);
            return Some(test.failed(text, "fix: write all that the command needs"));
        }
        let decision = &judgement.decision;
        if let Some((found, why)) = unexpected(&judgement, test.expect) {
            let expected = match test.expect {
                Expectation::Allow => "allow",
                Expectation::Deny => "deny",
                Expectation::Confirm => "confirm",
                Expectation::Approval => "approval",
            };
            let text = format!("`{}` {found}, expected {expected}", test.command);
            return Some(test.failed(text, &why));
        }
        let asked = match test.expect {
            Expectation::Confirm | Expectation::Approval => judgement.asking.as_ref(),
            Expectation::Allow | Expectation::Deny => None,
        };
        let place = match asked {
            Some(asking) => asking.place(),
            None => decision.place(),
        };
        let line = place.and_then(|it| it.rsplit(':').next());
        let line = line.and_then(|it| it.parse().ok());
        match test.rule {
            Some(wanted) if line != Some(wanted) => {
                let text = format!("`{}` is not decided at line {wanted}", test.command);
                Some(test.failed(text, &decision.to_string()))
            }
            Some(_) | None => None,
        }
    }
}

/// Says what would happen instead of what is expected, and why; nothing when it is what is expected.
fn unexpected(judgement: &Judgement, expected: Expectation) -> Option<(&'static str, String)> {
    let asking = judgement.asking.as_ref();
    let found = match asking {
        _ if !judgement.decision.is_permitted() => Expectation::Deny,
        Some(asking) if !asking.needs().is_empty() => Expectation::Approval,
        Some(_) => Expectation::Confirm,
        None => Expectation::Allow,
    };
    let is_expected =
        found == expected || (found == Expectation::Confirm && expected == Expectation::Allow);
    if is_expected {
        return None;
    }
    let why = match asking {
        Some(asking) if expected != Expectation::Deny => asking.to_string(),
        _ => judgement.decision.to_string(),
    };
    let found = match found {
        Expectation::Allow => "is allowed",
        Expectation::Deny => "is denied",
        Expectation::Confirm => "asks the sender again",
        Expectation::Approval => "needs approval",
    };
    Some((found, why))
}

impl Permissions {
    /// Reads a request that waits for a yes by the rules that hold now.
    ///
    /// # Errors
    ///
    /// Why it leads nowhere.
    pub fn open_request(&self, request: &Request) -> Result<OpenRequest, Pointless> {
        let message = request.job.spec.body.as_deref().map(str::as_bytes);
        OpenRequest::read(request, message, SystemTime::now(), |inquiry| {
            self.registry.dispatch_again(inquiry, &self.policy)
        })
    }

    /// Says whether the requests of somebody may run without approval in an emergency.
    pub fn may_break_glass(&self, standpoint: &Standpoint) -> bool {
        self.policy.may_break_glass(standpoint.asker())
    }
}
