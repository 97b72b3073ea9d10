//! The bot of a test, and the people who speak to it.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hailer_activity::HmacKey;
use hailer_dispatch::{Command, DefaultPermission, Hook};
use hailer_store::StoreUrl;

use crate::bot::Bot;
use crate::clock::BotClock;
use crate::config::Config;
use crate::follow_ups::Posted;
use crate::in_process::InProcessBot;
use crate::module::Module;
use crate::teams_message::TeamsMessage;
use crate::testing::reply::TestReply;

/// The bot's name in tests.
const BOT: &str = "ops";

/// A test that waits longer has gone wrong.
const LONGEST_JOB: Duration = Duration::from_secs(30);

/// A token that opens nothing.
const TOKEN: &str = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";

/// A bot in memory, called `@ops`. A message takes the whole way: it is composed and signed as Teams does, verified,
/// understood, run and rendered; only the network is left out.
///
/// Every command may be run; ask for the real default with [`TestBot::with_permissions`].
///
/// # Examples
///
/// ```
/// # use hailer::{Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec};
/// # struct Hello;
/// # impl Command for Hello {
/// #     type Args = NoArgs;
/// #     fn spec(&self) -> Spec { Spec::new("hello", "Greet the sender").effect(Effect::Read) }
/// #     async fn run(&self, _: NoArgs, invocation: Invocation) -> Result<Reply, CommandError> {
/// #         Ok(Reply::text(format!("Hello, {}!", invocation.sender().name())))
/// #     }
/// # }
/// use hailer::testing::TestBot;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let bot = TestBot::new().command(Hello);
/// bot.say("hello").await.assert_text("Hello, Mira Novak!");
/// bot.as_user("Jo").in_channel("deploys").on_phone().say("hello").await.assert_text("Hello, Jo!");
/// bot.say("helo").await.assert_suggests("hello");
/// # });
/// ```
#[derive(Debug)]
pub struct TestBot {
    /// Taken when the first message is said.
    bot: Mutex<Option<Bot>>,
    running: OnceLock<InProcessBot>,
    clock: BotClock,
    posted: Posted,
}

/// Somebody who speaks to a [`TestBot`].
#[derive(Debug, Clone)]
pub struct Speaker<'b> {
    bot: &'b TestBot,
    person: String,
    channel: String,
    thread: Option<String>,
    /// The webhook; the first one when nothing is said.
    webhook: Option<String>,
    is_on_phone: bool,
}

impl TestBot {
    /// Makes a bot without commands.
    #[expect(clippy::expect_used, reason = "the token is a constant")]
    pub fn new() -> Self {
        let key = HmacKey::from_base64(TOKEN).expect("the token is 32 bytes in base64");
        let mut config = Config::for_webhook(BOT, key);
        config.permissions.default = DefaultPermission::Allow;
        config.permissions.confirm.destructive = false;
        Self::of(Bot::new(config))
    }

    /// Tests a bot that was put together elsewhere, with its own configuration. It speaks by the first webhook.
    pub fn of(bot: Bot) -> Self {
        let posted = Posted::default();
        Self {
            clock: bot.clock(),
            bot: Mutex::new(Some(bot.for_test(posted.clone()))),
            running: OnceLock::new(),
            posted,
        }
    }

    /// Adds a command.
    #[must_use]
    pub fn command<C: Command>(self, command: C) -> Self {
        self.map(|bot| bot.command(command))
    }

    /// Adds a module.
    #[must_use]
    pub fn module(self, module: Module) -> Self {
        self.map(|bot| bot.module(module))
    }

    /// Adds a hook round every command.
    #[must_use]
    pub fn hook(self, hook: impl Hook) -> Self {
        self.map(|bot| bot.hook(hook))
    }

    /// Sets what everybody may run.
    #[must_use]
    pub fn with_permissions(self, default: DefaultPermission) -> Self {
        self.map(|bot| bot.with_default_permission(default))
    }

    /// Asks whoever runs a destructive command whether they mean it, as a bot does that is configured.
    #[must_use]
    pub fn with_confirmation(self) -> Self {
        self.map(Bot::with_confirmation)
    }

    /// Gives the bot a store in memory, so that jobs are kept, run and found again: [`TestBot::result_of`] waits for
    /// one without sleeping.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hailer::{Effect, Invocation, NoArgs, Reply, Spec, command_fn};
    /// use hailer::testing::TestBot;
    ///
    /// let spec = Spec::new("ship", "ship it").effect(Effect::Write).job();
    /// let ship = command_fn(spec, |_: NoArgs, _: Invocation| async { Ok(Reply::text("shipped")) });
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let bot = TestBot::new().with_store().command(ship);
    ///
    /// let job = bot.say("ship").await.assert_contains("Started ship (job").job();
    /// bot.result_of(&job).await.assert_text("shipped");
    /// # });
    /// ```
    #[must_use]
    pub fn with_store(self) -> Self {
        self.map(|bot| bot.with_store(StoreUrl::memory()))
    }

    /// Answers "still working" after this time.
    #[must_use]
    pub fn reply_within(self, time: Duration) -> Self {
        self.map(|bot| bot.with_reply_within(time))
    }

    /// Speaks as somebody else than Mira Novak. The same name is always the same person.
    pub fn as_user(&self, name: &str) -> Speaker<'_> {
        Speaker {
            person: name.to_owned(),
            ..self.speaker()
        }
    }

    /// Speaks in another channel than `general`. The same name is always the same channel.
    pub fn in_channel(&self, name: &str) -> Speaker<'_> {
        Speaker {
            channel: name.to_owned(),
            ..self.speaker()
        }
    }

    /// Replies in a thread; else each message begins one. The same name is always the same thread of a channel.
    pub fn in_thread(&self, name: &str) -> Speaker<'_> {
        Speaker {
            thread: Some(name.to_owned()),
            ..self.speaker()
        }
    }

    /// Types on a phone, which turns quotes into curly ones and `--` into a dash.
    pub fn on_phone(&self) -> Speaker<'_> {
        Speaker {
            is_on_phone: true,
            ..self.speaker()
        }
    }

    /// Moves the bot's clocks ahead: that of cooldowns, of repeated messages, and of
    /// [`Invocation::now`](crate::Invocation::now). Nothing waits.
    pub fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Waits until no background task is due, and returns all that modules have posted through [`FollowUps`](crate::FollowUps)
    /// by then, in order. In a test every webhook has a follow-up, which ends here.
    ///
    /// # Panics
    ///
    /// When the commands are wrong, or something posted is no message.
    pub async fn posted(&self) -> Vec<TestReply> {
        self.running().wait_for_background().await;
        let posted = self.posted.lock().unwrap_or_else(PoisonError::into_inner);
        posted
            .iter()
            .map(|(webhook, json)| TestReply::posted(webhook, json))
            .collect()
    }

    /// Says something to the bot, without the mention, and returns its answer.
    ///
    /// # Panics
    ///
    /// When the commands are wrong: the text says which and why.
    pub async fn say(&self, text: &str) -> TestReply {
        self.speaker().say(text).await
    }

    /// Waits until a job has ended, and returns its result. Needs [`TestBot::with_store`].
    ///
    /// # Panics
    ///
    /// There is no such job, it has no result, or it takes longer than 30 s.
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub async fn result_of(&self, job: &str) -> TestReply {
        let Some(ended) = self.running().wait_for_job(job, LONGEST_JOB).await else {
            panic!("there is no job {job}, or the bot has no store");
        };
        match ended {
            Ok(spoken) => TestReply::new(&format!("job {job}"), spoken),
            Err(state) => panic!("job {job} is {state} and has no result"),
        }
    }

    fn speaker(&self) -> Speaker<'_> {
        Speaker {
            bot: self,
            person: "Mira Novak".to_owned(),
            channel: "general".to_owned(),
            thread: None,
            webhook: None,
            is_on_phone: false,
        }
    }

    fn map(self, change: impl FnOnce(Bot) -> Bot) -> Self {
        {
            let mut bot = self.bot.lock().unwrap_or_else(PoisonError::into_inner);
            *bot = bot.take().map(change);
        }
        self
    }

    #[expect(clippy::panic, reason = "a test fails by panicking")]
    fn running(&self) -> &InProcessBot {
        self.running.get_or_init(|| {
            let bot = self
                .bot
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            match bot.map(Bot::in_process) {
                Some(Ok(running)) => running,
                Some(Err(error)) => panic!("the bot cannot start:\n{error}"),
                None => panic!("the bot could not start when it was first spoken to"),
            }
        })
    }
}

impl Default for TestBot {
    fn default() -> Self {
        Self::new()
    }
}

impl Speaker<'_> {
    /// Speaks as somebody else.
    #[must_use]
    pub fn as_user(mut self, name: &str) -> Self {
        name.clone_into(&mut self.person);
        self
    }

    /// Speaks in another channel.
    #[must_use]
    pub fn in_channel(mut self, name: &str) -> Self {
        name.clone_into(&mut self.channel);
        self
    }

    /// Replies in a thread.
    #[must_use]
    pub fn in_thread(mut self, name: &str) -> Self {
        self.thread = Some(name.to_owned());
        self
    }

    /// Speaks by another webhook of the configuration.
    #[must_use]
    pub fn through(mut self, webhook: &str) -> Self {
        self.webhook = Some(webhook.to_owned());
        self
    }

    /// Types on a phone.
    #[must_use]
    pub fn on_phone(mut self) -> Self {
        self.is_on_phone = true;
        self
    }

    /// Says something to the bot, without the mention, and returns its answer.
    ///
    /// # Panics
    ///
    /// When the commands are wrong: the text says which and why.
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub async fn say(&self, text: &str) -> TestReply {
        let running = self.bot.running();
        let webhook = self.webhook.as_deref();
        let message = TeamsMessage::new(running.mention_of(webhook), text)
            .from_person(&self.person)
            .in_channel(&self.channel);
        let message = match &self.thread {
            Some(thread) => message.in_thread(thread),
            None => message,
        };
        let message = if self.is_on_phone {
            message.typed_on_phone()
        } else {
            message
        };
        match running.send_by(webhook, &message).await {
            Some(spoken) => TestReply::new(text, spoken),
            None => panic!("the bot has no webhook to speak by"),
        }
    }
}
