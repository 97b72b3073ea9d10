//! Testing commands: a bot in memory that is spoken to as Teams would.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use chrono::Utc;
use hailer_activity::HmacKey;
use hailer_dispatch::Command;
use hailer_reply::{RequestId, read_message};
use hailer_transport::{Authorization, Handler, Inbound, Outcome};

use crate::bot::{Assembled, Bot};
use crate::config::{Config, DefaultPermission};
use crate::module::Module;
use crate::teams_message::TeamsMessage;

/// The bot's name in tests.
const BOT: &str = "ops";

/// A token that opens nothing.
const TOKEN: &str = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";

/// A bot in memory. A message takes the whole way: it is composed and signed as Teams does, verified, understood,
/// run and rendered; only the network is left out.
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
/// # });
/// ```
#[derive(Debug)]
pub struct TestBot {
    bot: std::sync::Mutex<Option<Bot>>,
    assembled: OnceLock<Assembled>,
    key: HmacKey,
    person: String,
    channel: String,
}

/// What a [`TestBot`] answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReply {
    json: String,
    text: String,
    outcome: Outcome,
    took: Duration,
}

impl TestBot {
    /// Makes a bot without commands.
    #[expect(clippy::expect_used, reason = "the token is a constant")]
    pub fn new() -> Self {
        let key = HmacKey::from_base64(TOKEN).expect("the token is 32 bytes in base64");
        let mut config = Config::for_webhook(BOT, key.clone());
        config.permissions.default = DefaultPermission::Allow;
        Self::with(Bot::new(config), key)
    }

    fn with(bot: Bot, key: HmacKey) -> Self {
        Self {
            bot: std::sync::Mutex::new(Some(bot)),
            assembled: OnceLock::new(),
            key,
            person: "Mira Novak".to_owned(),
            channel: "general".to_owned(),
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

    /// Sets what everybody may run.
    #[must_use]
    pub fn with_permissions(self, default: DefaultPermission) -> Self {
        self.map(|bot| bot.with_default_permission(default))
    }

    /// Answers "still working" after this time.
    #[must_use]
    pub fn reply_within(self, time: Duration) -> Self {
        self.map(|bot| bot.with_reply_within(time))
    }

    /// Names the person who speaks from now on.
    #[must_use]
    pub fn as_person(mut self, name: &str) -> Self {
        name.clone_into(&mut self.person);
        self
    }

    /// Names the channel that is spoken in from now on.
    #[must_use]
    pub fn in_channel(mut self, name: &str) -> Self {
        name.clone_into(&mut self.channel);
        self
    }

    /// Says something to the bot and returns its answer.
    ///
    /// # Panics
    ///
    /// When the commands are wrong: the text says which and why.
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub async fn say(&self, text: &str) -> TestReply {
        let message = TeamsMessage::new(BOT, text)
            .from_person(&self.person)
            .in_channel(&self.channel);
        let body = message.to_json(Utc::now());
        let header = self.key.sign(body.as_bytes());
        let Assembled { gate, responder } = self.assembled();
        let received = Instant::now();
        let authorization = Authorization::One(header.as_bytes());
        let admitted = match gate.admit(BOT, authorization, body.into(), Utc::now()) {
            Ok(admitted) => admitted,
            Err(refused) => panic!("the bot refused a message that was signed well: {refused:?}"),
        };
        let answer = responder
            .handle(Inbound {
                webhook: admitted.webhook,
                activity: admitted.activity,
                request_id: RequestId::next(),
                received,
            })
            .await;
        let json = answer.message.into_json();
        let text = read_message(&json)
            .map(|it| it.to_plain())
            .unwrap_or_default();
        TestReply {
            json,
            text,
            outcome: answer.outcome,
            took: received.elapsed(),
        }
    }

    fn map(mut self, change: impl FnOnce(Bot) -> Bot) -> Self {
        if let Ok(bot) = self.bot.get_mut() {
            *bot = bot.take().map(change);
        }
        self
    }

    #[expect(clippy::panic, reason = "a test fails by panicking")]
    fn assembled(&self) -> &Assembled {
        self.assembled.get_or_init(|| {
            let bot = self.bot.lock().ok().and_then(|mut bot| bot.take());
            let Some(bot) = bot else {
                panic!("the bot could not be started before");
            };
            match bot.assemble() {
                Ok(assembled) => assembled,
                Err(error) => panic!("the bot cannot start:\n{error}"),
            }
        })
    }
}

impl Default for TestBot {
    fn default() -> Self {
        Self::new()
    }
}

impl TestReply {
    /// Returns the reply as a person reads it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the reply's JSON exactly as Teams would get it.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Returns what became of the message.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns how long the answer took.
    pub fn took(&self) -> Duration {
        self.took
    }

    /// Checks that the reply is exactly this text.
    ///
    /// # Panics
    ///
    /// When it is not; the message shows both.
    #[track_caller]
    pub fn assert_text(&self, expected: &str) -> &Self {
        assert!(
            self.text == expected,
            "the bot answered\n{}\ninstead of\n{expected}",
            indented(&self.text)
        );
        self
    }

    /// Checks that the reply has this in it.
    ///
    /// # Panics
    ///
    /// When it has not; the message shows the whole reply.
    #[track_caller]
    pub fn assert_contains(&self, part: &str) -> &Self {
        assert!(
            self.text.contains(part),
            "the bot answered\n{}\nwhich lacks\n{part}",
            indented(&self.text)
        );
        self
    }

    /// Checks what became of the message.
    ///
    /// # Panics
    ///
    /// When it was something else; the message shows the whole reply.
    #[track_caller]
    pub fn assert_outcome(&self, expected: Outcome) -> &Self {
        let actual = self.outcome;
        assert!(
            actual == expected,
            "the outcome is {actual} instead of {expected}; the bot answered\n{}",
            indented(&self.text)
        );
        self
    }
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
