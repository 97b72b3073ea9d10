//! One parsed call, as the command sees it.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::BoxFuture;
use hailer_activity::{Activity, ActivityId, Attachment, ChannelId, ObjectId, TeamId, TenantId};
use hailer_reply::RequestId;
use tokio_util::sync::CancellationToken;

use crate::call::Call;
use crate::catalog::{Catalog, Entry};
use crate::command_error::CommandError;
use crate::misunderstanding::Misunderstanding;
use crate::policy::{AskedFor, Asker, Permit, Policy};
use crate::registry::{Judgement, Registry};
use crate::secret::Secrets;
use crate::text::{Link, MentionInText, MessageText};

/// What came in: a message for the bot, with everything known about it.
///
/// It is made once for a message and shared by reference from then on.
#[derive(Debug)]
pub struct Inquiry {
    /// The message as Teams sent it.
    pub activity: Activity,
    /// Its text, normalised.
    pub text: MessageText,
    /// The name that people mention.
    pub bot: Arc<str>,
    /// The webhook it came by.
    pub webhook: Arc<str>,
    /// Names the request in log and reply.
    pub request_id: RequestId,
    /// When it came in.
    pub received: Instant,
    /// When it came in, by the clock on the wall.
    pub now: SystemTime,
    /// When the answer is due.
    pub deadline: Instant,
    /// Set when the bot stops, or nobody wants the result any more.
    pub cancellation: CancellationToken,
    /// The job that the call runs as: known before for one that was queued, set later for one that outlives its
    /// reply.
    pub job: OnceLock<Arc<dyn JobHandle>>,
}

/// The job that a call runs as, seen from its command.
pub trait JobHandle: fmt::Debug + Send + Sync {
    /// Returns the job's id, as people type it.
    fn id(&self) -> &str;

    /// Notes how far it is. Must not block.
    fn progress(&self, done: u64, total: u64, text: &str);

    /// Adds lines to its log. Must not block.
    fn log(&self, text: &str);

    /// Writes down that the job begins, and the process that is about to run for it, so that it is killed should the
    /// bot die. The error says why nothing may run.
    fn note_start(&self, process: Option<WorkProcess>) -> BoxFuture<'_, Result<(), String>>;
}

/// A process that works for a job, named so that no other is ever taken for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkProcess {
    /// Names the time since the machine was started.
    pub host_boot: String,
    /// The process's number.
    pub pid: u32,
    /// When it started, in clock ticks since the machine did.
    pub start_ticks: u64,
    /// Names the run.
    pub run_id: String,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    activity: &'a Activity,
}

impl<'a> Sender<'a> {
    /// Returns the display name: for showing, never for deciding.
    pub fn name(&self) -> &'a str {
        let name = self
            .activity
            .from
            .as_ref()
            .and_then(|from| from.name.as_deref());
        name.filter(|name| !name.trim().is_empty())
            .unwrap_or("somebody")
    }

    /// Returns the person in Entra ID; `None` for guests and connectors in some captures.
    pub fn id(&self) -> Option<&'a ObjectId> {
        self.activity.from.as_ref()?.aad_object_id.as_ref()
    }

    /// Returns the tenant that vouches for the person.
    pub fn tenant(&self) -> Option<&'a TenantId> {
        self.activity.tenant()
    }
}

/// One call of a command: who, where, what was written, how much time is left.
#[derive(Debug, Clone)]
pub struct Invocation {
    inquiry: Arc<Inquiry>,
    entry: Arc<Entry>,
    registry: Arc<Registry>,
    policy: Arc<Policy>,
    permit: Permit,
    secrets: Secrets,
}

impl Invocation {
    /// A call cannot come to be unless a policy permitted it.
    pub(crate) fn new(
        inquiry: Arc<Inquiry>,
        entry: Arc<Entry>,
        registry: Arc<Registry>,
        policy: Arc<Policy>,
        permit: Permit,
        secrets: Secrets,
    ) -> Self {
        Self {
            inquiry,
            entry,
            registry,
            policy,
            permit,
            secrets,
        }
    }

    /// Returns who wrote the message.
    pub fn sender(&self) -> Sender<'_> {
        Sender {
            activity: &self.inquiry.activity,
        }
    }

    /// Returns the tenant.
    pub fn tenant(&self) -> Option<&TenantId> {
        self.inquiry.activity.tenant()
    }

    /// Returns the team.
    pub fn team(&self) -> Option<&TeamId> {
        self.inquiry.activity.team()
    }

    /// Returns the channel.
    pub fn channel(&self) -> Option<ChannelId> {
        self.inquiry.activity.channel()
    }

    /// Returns the message that began the thread.
    pub fn thread(&self) -> Option<ActivityId> {
        self.inquiry.activity.thread_root()
    }

    /// Returns the name that people mention: `ops`.
    pub fn bot(&self) -> &str {
        &self.inquiry.bot
    }

    /// Returns the webhook by which the message came.
    pub fn webhook(&self) -> &str {
        &self.inquiry.webhook
    }

    /// Returns the whole message in one line, without the mention.
    pub fn text(&self) -> &str {
        self.inquiry.text.command_text()
    }

    /// Returns the whole message with its line breaks, without the mention.
    pub fn raw_text(&self) -> &str {
        self.inquiry.text.raw()
    }

    /// Returns who else is mentioned.
    pub fn mentions(&self) -> &[MentionInText] {
        self.inquiry.text.mentions()
    }

    /// Returns the code in the message, inline and in blocks, verbatim.
    pub fn code_blocks(&self) -> impl Iterator<Item = &str> {
        self.inquiry.text.code_blocks()
    }

    /// Returns what is attached to the message besides its own text: pictures, by type and address. Teams gives
    /// no way to fetch them.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        let is_text = |it: &&Attachment| it.content_type.as_deref() != Some("text/html");
        self.inquiry.activity.attachments.iter().filter(is_text)
    }

    /// Returns the links in the message.
    pub fn links(&self) -> &[Link] {
        self.inquiry.text.links()
    }

    /// Returns the message as Teams sent it.
    pub fn activity(&self) -> &Activity {
        &self.inquiry.activity
    }

    /// Returns the name of this request in log and replies.
    pub fn request_id(&self) -> RequestId {
        self.inquiry.request_id
    }

    /// Returns when the answer is due.
    pub fn deadline(&self) -> Instant {
        self.inquiry.deadline
    }

    /// Returns how much time is left until the answer is due; nothing once it has passed.
    pub fn time_left(&self) -> Duration {
        self.inquiry
            .deadline
            .saturating_duration_since(Instant::now())
    }

    /// Returns the moment at which the message came in, for measuring how long something is ago.
    pub fn received(&self) -> Instant {
        self.inquiry.received
    }

    /// Returns the moment at which the message came in. Tests set it, so use it instead of the system's clock.
    pub fn now(&self) -> SystemTime {
        self.inquiry.now
    }

    /// Returns the token that says when to give up: the bot is stopping. Commands that take long look at it, or
    /// wait for it beside their work.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.inquiry.cancellation
    }

    /// Returns the id of the job that this call runs as; `None` when it is none, or not yet: a call that outlives
    /// its reply becomes a job then.
    pub fn job_id(&self) -> Option<&str> {
        self.inquiry.job.get().map(|job| job.id())
    }

    /// Notes how far the work is, for whoever asks for the job: `done` of `total` steps (0 when nobody knows), and
    /// what is being done. Does nothing when the call is no job.
    ///
    /// Call it as often as you like: only the newest is kept, about once a second. Each new text is a line of the job's log, too.
    pub fn progress(&self, done: u64, total: u64, text: impl AsRef<str>) {
        if let Some(job) = self.inquiry.job.get() {
            job.progress(done, total, &self.masked(text.as_ref()));
        }
    }

    /// Adds lines to the job's log, for whoever asks for it by `job log`. Each gets its time; of a long log the first 64 KiB are
    /// kept, and the last. The call's secret arguments are masked; other secrets must not be in it. Does nothing when the call is no
    /// job.
    pub fn log(&self, text: impl AsRef<str>) {
        if let Some(job) = self.inquiry.job.get() {
            job.log(&self.masked(text.as_ref()));
        }
    }

    fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.secrets.is_empty() {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(self.secrets.mask(text))
        }
    }

    /// Writes down that the work of this call begins, as a command does that is [`gated`](crate::Spec::gated), and the
    /// process that is about to run for it, so that it is killed should the bot die before it. Does nothing when the
    /// call is no job.
    ///
    /// # Errors
    ///
    /// It cannot be written down, or the job is another server's by now: nothing may run.
    pub async fn note_start(&self, process: Option<WorkProcess>) -> Result<(), CommandError> {
        let Some(job) = self.inquiry.job.get() else {
            return Ok(());
        };
        job.note_start(process).await.map_err(|why| {
            CommandError::told("I can't write down right now what I do, so nothing was started.")
                .caused_by(std::io::Error::other(why))
        })
    }

    /// Returns the description of the command that runs.
    pub fn command(&self) -> &Entry {
        &self.entry
    }

    /// Returns why the command may run.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Returns the commands that this person may run here, in the order of their registration.
    pub fn permitted(&self) -> impl Iterator<Item = &Entry> {
        let may_run = self.may_run();
        let entries = self.catalog().iter().zip(may_run);
        entries
            .filter(|(_, may_run)| *may_run)
            .map(|(entry, _)| entry)
    }

    /// Returns how many commands this person may not run here; hidden ones do not count.
    pub fn withheld(&self) -> usize {
        let may_run = self.may_run();
        let entries = self.catalog().iter().zip(may_run);
        entries
            .filter(|(entry, may_run)| !may_run && !entry.is_hidden())
            .count()
    }

    /// Returns the groups that this person is in, by name.
    pub fn groups(&self) -> Vec<Arc<str>> {
        self.policy.group_names(&self.policy.standing(self.asker()))
    }

    /// Returns who asks, and from where, as rules see it.
    pub fn asker(&self) -> Asker<'_> {
        Asker::of(&self.inquiry.activity, &self.inquiry.webhook)
    }

    /// Says what rules say to a message of somebody, and runs nothing.
    ///
    /// # Errors
    ///
    /// A [`Misunderstanding`] when no command is meant.
    pub fn judge(&self, text: &str, asker: Asker<'_>) -> Result<Judgement, Misunderstanding> {
        self.registry.judge(text, asker, &self.policy)
    }

    /// Says what this person would be asked for who runs a command here: for help, before the arguments are known.
    pub fn asked_for(&self, path: &str) -> Vec<AskedFor> {
        self.asked_of(path, self.asker())
    }

    /// As [`Invocation::asked_for`], of somebody else or in another place.
    pub fn asked_of(&self, path: &str, asker: Asker<'_>) -> Vec<AskedFor> {
        self.policy.asked_for(path, asker)
    }

    /// Understands another message as it is understood now, by the rules that hold now: one that waited for a yes.
    ///
    /// # Errors
    ///
    /// A [`Misunderstanding`], which words its own answer.
    pub fn dispatch_again(&self, inquiry: &Arc<Inquiry>) -> Result<Call, Misunderstanding> {
        self.registry.dispatch_again(inquiry, &self.policy)
    }

    /// Says whether this person may ask what others may do.
    pub fn may_audit(&self) -> bool {
        self.policy.is_auditor(&self.policy.standing(self.asker()))
    }

    /// Returns the people whom the groups of the configuration note under a name. Names decide nothing: this is for
    /// asking about somebody.
    pub fn people_called(&self, name: &str) -> &[ObjectId] {
        self.policy.people_called(name)
    }

    fn catalog(&self) -> &Catalog {
        self.registry.catalog()
    }

    fn may_run(&self) -> Vec<bool> {
        let standing = self.policy.standing(self.asker());
        let count = self.catalog().len();
        (0..count)
            .map(|index| self.policy.may_run(&standing, index))
            .collect()
    }
}
