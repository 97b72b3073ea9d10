//! The policy that holds at this moment: made anew when a file with members of a group changes, or grows old.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use hailer_dispatch::{Catalog, Group, Policy};

use crate::config::Config;
use crate::member_file::{Content, MemberFile};
use crate::permissions::Permissions;

/// Files are looked at no more often than this.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// A policy that follows the files its groups are written in.
#[derive(Debug)]
pub(crate) struct LivePolicy {
    files: Vec<MemberFile>,
    config: Arc<Config>,
    catalog: Catalog,
    state: Mutex<State>,
    /// What holds when no group is written in a file.
    fixed: Arc<Policy>,
}

/// Freezes that hold, by their places in the file, and when each ends.
type Frozen = Vec<(usize, DateTime<Utc>)>;

#[derive(Debug)]
struct State {
    policy: Arc<Policy>,
    groups: Vec<Group>,
    /// Nothing before the first look.
    frozen: Option<Frozen>,
    /// What each file said when it could last be read.
    contents: Vec<Option<Content>>,
    looked: Option<Instant>,
}

impl LivePolicy {
    pub(crate) fn new(permissions: &Permissions) -> Self {
        let config = Arc::clone(&permissions.config);
        let policy = Arc::clone(&permissions.policy);
        let files = config.permissions.files.clone();
        Self {
            state: Mutex::new(State {
                policy: Arc::clone(&policy),
                groups: config.permissions.groups.clone(),
                contents: vec![None; files.len()],
                frozen: None,
                looked: None,
            }),
            fixed: policy,
            files,
            config,
            catalog: permissions.catalog().clone(),
        }
    }

    /// Goes on with what the same files said before: one that cannot be read at this moment still counts.
    pub(crate) fn following(self, before: &Self) -> Self {
        let known = before.state.lock().unwrap_or_else(PoisonError::into_inner);
        let content_of = |file: &MemberFile| {
            let index = before.files.iter().position(|it| it.path == file.path)?;
            known.contents.get(index)?.clone()
        };
        let contents = self.files.iter().map(content_of).collect();
        drop(known);
        self.with_contents(contents)
    }

    fn with_contents(self, contents: Vec<Option<Content>>) -> Self {
        let state = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        Self {
            state: Mutex::new(State { contents, ..state }),
            ..self
        }
    }

    /// Returns what holds at a moment, given by both clocks.
    pub(crate) fn current(&self, moment: Instant, now: SystemTime) -> Arc<Policy> {
        if self.files.is_empty() && self.config.freezes.is_empty() {
            return Arc::clone(&self.fixed);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |looked| moment.saturating_duration_since(looked) >= BETWEEN_LOOKS;
        if state.looked.is_none_or(is_due) {
            state.looked = Some(moment);
            self.look(&mut state, now);
        }
        Arc::clone(&state.policy)
    }

    fn look(&self, state: &mut State, now: SystemTime) {
        let mut groups = state.groups.clone();
        for (file, content) in self.files.iter().zip(&mut state.contents) {
            refresh(file, content);
            if let Some(group) = groups.get_mut(file.group) {
                file.fill(group, content.as_ref(), now);
            }
        }
        let now = DateTime::<Utc>::from(now);
        let frozen = self.config.frozen(now);
        if groups == state.groups && state.frozen.as_ref() == Some(&frozen) {
            return;
        }
        self.tell_of_freezes(state.frozen.as_deref().unwrap_or_default(), &frozen);
        for (old, new) in state.groups.iter().zip(&groups) {
            tell(old, new);
        }
        let freezes = self.config.freezes_at(&frozen, now);
        match self
            .config
            .policy_with(groups.clone(), freezes, &self.catalog)
        {
            Ok(policy) => {
                state.policy = Arc::new(policy);
                state.groups = groups;
                state.frozen = Some(frozen);
            }
            Err(problems) => {
                tracing::error!(%problems, "the rules do not fit the new members of a group")
            }
        }
    }
}

impl LivePolicy {
    fn tell_of_freezes(&self, before: &[(usize, DateTime<Utc>)], now: &[(usize, DateTime<Utc>)]) {
        let begun = now
            .iter()
            .filter(|(index, _)| !before.iter().any(|(it, _)| it == index));
        for (index, until) in begun {
            tracing::info!(freeze = index + 1, %until, "a freeze begins");
        }
        let over = before
            .iter()
            .filter(|(index, _)| !now.iter().any(|(it, _)| it == index));
        for (index, _) in over {
            tracing::info!(freeze = index + 1, "a freeze is over");
        }
    }
}

/// Reads a file again when it was written again. What cannot be read leaves what was known, until that is too old.
fn refresh(file: &MemberFile, content: &mut Option<Content>) {
    let known = content.as_ref().map(Content::written);
    if known.is_some() && file.written().ok() == known {
        return;
    }
    match file.read() {
        Ok(read) => *content = Some(read),
        Err(reason) => tracing::warn!(
            file = %file.path.display(),
            %reason,
            "the members of a group cannot be read; those known before hold until they are too old"
        ),
    }
}

fn tell(old: &Group, new: &Group) {
    match (old.is_unknown, new.is_unknown) {
        (false, true) => tracing::warn!(
            group = %new.name,
            "the file with the members of a group is too old; the group opens nothing"
        ),
        (_, false) if old.members != new.members || old.is_unknown => {
            tracing::info!(group = %new.name, members = new.members.len(), "a group has new members");
        }
        (_, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use hailer_dispatch::{Effect, Invocation, NoArgs, Spec, command_fn};
    use hailer_reply::Reply;

    use super::*;
    use crate::bot::Bot;
    use crate::config::Environment;
    use crate::teams_message::TeamsMessage;
    use crate::testing::TestBot;

    const CONFIG: &str = r#"
[webhook.ops]
token = { env = "TOKEN" }
[[permissions.rule]]
allow = ["restart"]
to = ["group:sre"]
[[permissions.rule]]
allow = ["wipe"]
to = ["everyone"]
unless = ["group:sre"]
[[permissions.rule]]
deny = ["look"]
to = ["group:sre"]
[confirm]
default = "off"
[group.sre]
file = "sre.txt"
max_age = "1h"
"#;

    /// A bot whose group is written in a file of its own folder.
    struct Written {
        folder: tempfile::TempDir,
        bot: TestBot,
    }

    impl Written {
        fn new(members: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("sre.txt"), members).unwrap();
            let token = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";
            let environment = Environment::from_pairs([("TOKEN", token)]);
            let config = Config::parse("hailer.toml", CONFIG, folder.path(), &environment);
            let command = |path: &str, effect| {
                let spec = Spec::new(path, "does something").effect(effect);
                command_fn(spec, |_: NoArgs, _: Invocation| async {
                    Ok(Reply::text("done"))
                })
            };
            let bot = Bot::new(config.unwrap().config)
                .command(command("restart", Effect::Write))
                .command(command("wipe", Effect::Destructive))
                .command(command("look", Effect::Read));
            Self {
                folder,
                bot: TestBot::of(bot),
            }
        }

        fn write(&self, members: &str) {
            fs::write(self.path(), members).unwrap();
            self.bot.advance(BETWEEN_LOOKS);
        }

        fn path(&self) -> Box<Path> {
            self.folder.path().join("sre.txt").into()
        }

        /// Says which of `restart`, `wipe` and `look` somebody may run.
        async fn may(&self, name: &str) -> [bool; 3] {
            let mut may = [false; 3];
            for (may, text) in may.iter_mut().zip(["restart", "wipe", "look"]) {
                *may = self.bot.as_user(name).say(text).await.text() == "done";
            }
            may
        }
    }

    fn id(name: &str) -> String {
        TeamsMessage::new("ops", "").from_person(name).person_id()
    }

    const MEMBER: [bool; 3] = [true, false, false];
    const STRANGER: [bool; 3] = [false, true, true];
    const NOBODY_KNOWS: [bool; 3] = [false, false, false];

    #[tokio::test]
    async fn who_is_written_down_is_a_member_until_the_file_says_otherwise() {
        let written = Written::new(&format!("{} Mira\n", id("Mira")));

        assert_eq!(written.may("Mira").await, MEMBER);
        assert_eq!(written.may("Jo").await, STRANGER);

        written.write(&format!("# nobody but Jo\n{}", id("Jo")));

        assert_eq!(written.may("Mira").await, STRANGER);
        assert_eq!(written.may("Jo").await, MEMBER);
    }

    #[tokio::test]
    async fn a_file_that_is_too_old_opens_nothing_to_anybody() {
        let written = Written::new(&id("Mira"));
        assert_eq!(written.may("Mira").await, MEMBER);

        written.bot.advance(Duration::from_secs(3700));

        assert_eq!(written.may("Mira").await, NOBODY_KNOWS);
        assert_eq!(written.may("Jo").await, NOBODY_KNOWS);
    }

    #[tokio::test]
    async fn what_cannot_be_read_leaves_what_was_known_until_that_is_too_old() {
        for broken in [Some("half a li"), None] {
            let written = Written::new(&id("Mira"));
            assert_eq!(written.may("Mira").await, MEMBER);

            match broken {
                Some(text) => written.write(text),
                None => fs::remove_file(written.path()).unwrap(),
            }
            written.bot.advance(BETWEEN_LOOKS);
            assert_eq!(written.may("Mira").await, MEMBER);

            written.bot.advance(Duration::from_secs(3700));
            assert_eq!(written.may("Mira").await, NOBODY_KNOWS);
        }
    }
}
