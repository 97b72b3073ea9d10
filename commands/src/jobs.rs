//! `jobs`, `job`, `job log`, `job cancel`, `job retry` and `more`: what takes long, and what is too long.

mod words;

use hailer::{
    Cancelled, Command, CommandError, Effect, Invocation, Job, JobDesk, JobsWanted, Module, Reply,
    Retried, Spec, clap, command_fn, escape,
};

use words::{facts, result, row};

/// Makes the module.
pub fn module() -> Module {
    let desk = JobDesk::new();
    Module::new("Jobs")
        .desk(desk.clone())
        .command(Jobs(desk.clone()))
        .command(one(&desk))
        .command(log(&desk))
        .command(cancel(&desk))
        .command(retry(&desk))
        .command(more(&desk))
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Which {
    Mine,
    All,
    Running,
    Failed,
}

/// The arguments of `jobs`.
#[derive(Debug, clap::Args)]
pub struct JobsArgs {
    /// Whose, or which
    #[arg(value_enum, ignore_case = true, default_value = "mine")]
    which: Which,
    /// Go on where a page ended: the number that it names
    #[arg(long, value_name = "number")]
    before: Option<i64>,
}

/// Lists jobs.
#[derive(Debug, Clone)]
struct Jobs(JobDesk);

impl Command for Jobs {
    type Args = JobsArgs;

    fn spec(&self) -> Spec {
        Spec::new("jobs", "what takes long here, and what it came to")
            .effect(Effect::Read)
            .example("jobs", "your own")
            .example("jobs running", "everybody's that are not over")
    }

    async fn run(&self, args: JobsArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let (wanted, none) = match args.which {
            Which::Mine => (JobsWanted::Mine, "You have no jobs here."),
            Which::All => (JobsWanted::All, "There are no jobs here."),
            Which::Running => (JobsWanted::UnderWay, "Nothing waits or runs here."),
            Which::Failed => (JobsWanted::Failed, "No job here went wrong."),
        };
        let page = self.0.list(&invocation, wanted, args.before).await?;
        if page.items.is_empty() {
            return Ok(Reply::text(none));
        }
        let rows = page.items.iter().map(|job| row(job, invocation.now()));
        let reply = Reply::table("Jobs", ["Job", "State", "What", "Who", "When"], rows);
        let Some(next) = page.next else {
            return Ok(reply);
        };
        let which = format!("{:?}", args.which).to_lowercase();
        Ok(reply.then_markdown(format!(
            "More: **@{} jobs {which} before={next}**",
            escape(invocation.bot())
        )))
    }
}

/// The id of a job.
#[derive(Debug, clap::Args)]
struct IdArgs {
    /// Its id, like 7F3A
    id: String,
}

fn one(desk: &JobDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("job", "how a job is, and its result")
        .effect(Effect::Read)
        .example(
            "job 7F3A",
            "its state, who asked, how long, how far, the result",
        );
    command_fn(spec, move |args: IdArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let job = desk.find(&invocation, &args.id).await?;
            let reply = Reply::facts(format!("Job {}", job.id), facts(&job, invocation.now()));
            let result = job.result_text.as_deref().map(last_lines);
            // Of what runs, the end of its log says more than nothing.
            let said = result.or_else(|| log_of(&desk, &job).map(|it| last_lines(&it)));
            Ok(match said {
                Some(said) => reply.then_code(said),
                None => reply,
            })
        }
    })
}

fn log(desk: &JobDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("job log", "what a job said while it ran, line by line")
        .effect(Effect::Read)
        .example(
            "job log 7F3A",
            "its steps and its output, each with its time",
        );
    command_fn(spec, move |args: IdArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let job = desk.find(&invocation, &args.id).await?;
            let log = log_of(&desk, &job);
            Ok(log.map_or_else(|| no_log(&job, invocation.bot()), Reply::code))
        }
    })
}

fn log_of(desk: &JobDesk, job: &Job) -> Option<String> {
    let output = job.output.as_ref()?;
    Some(desk.times().log(output.to_text().trim_end()))
}

/// Says that there is no log, and shows of the result what `job` leaves out.
fn no_log(job: &Job, bot: &str) -> Reply {
    let id = &job.id;
    if !job.state.is_ended() {
        return Reply::text(format!("Job {id} has said nothing yet."));
    }
    match result(job) {
        Some(result) if result.lines().count() > LAST_LINES => {
            Reply::text(format!("Job {id} kept no log. All of its result:")).then_code(result)
        }
        Some(_) => Reply::markdown(format!(
            "Job {id} kept no log. Its result: **@{} job {id}**",
            escape(bot)
        )),
        None => Reply::text(format!("Job {id} kept no log, and left no result.")),
    }
}

/// Who may run a job's command may cancel it, and who asked for it: the desk decides. Were it to need a rule of its
/// own, nobody could stop what they began.
fn cancel(desk: &JobDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("job cancel", "stop a job")
        .effect(Effect::Write)
        .checks_itself()
        .example("job cancel 7F3A", "stops it, if you may run it");
    command_fn(spec, move |args: IdArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            Ok(Reply::text(
                match desk.cancel(&invocation, &args.id).await? {
                    Cancelled::AtOnce(job) => {
                        format!("Job {} is cancelled; it had not begun.", job.id)
                    }
                    Cancelled::Asked(job) => format!("Job {} is told to stop.", job.id),
                    Cancelled::AskedBefore(job) => {
                        format!("Job {} was told to stop already.", job.id)
                    }
                    Cancelled::Ended(job) => format!("Job {} is over already.", job.id),
                    Cancelled::NotFound => format!("Job {} is no longer kept.", args.id),
                },
            ))
        }
    })
}

fn retry(desk: &JobDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("job retry", "do what a job did once more")
        .effect(Effect::Write)
        .checks_itself()
        .example(
            "job retry 7F3A",
            "the same again, as your own request: you must be allowed to run it",
        );
    command_fn(spec, move |args: IdArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let bot = escape(invocation.bot()).to_string();
            Ok(match desk.retry(&invocation, &args.id).await? {
                Retried::New(id) => Reply::markdown(format!(
                    "Started once more, as yours (job {id}). Ask me in a minute: **@{bot} job {id}**"
                )),
                Retried::NotEnded(job) => Reply::text(format!("Job {} is not over yet.", job.id)),
                Retried::NotKept(job) => Reply::text(format!(
                    "There is a secret in what job {} did, so I did not keep it. Say it again.",
                    job.id
                )),
                Retried::QueueFull => Reply::text("Too many jobs wait; nothing was started."),
                Retried::NotFound => Reply::text(format!("Job {} is no longer kept.", args.id)),
            })
        }
    })
}

fn more(desk: &JobDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("more", "what did not fit into an answer")
        .effect(Effect::Read)
        .hidden()
        .example("more K7Q2", "goes on where the answer ended");
    command_fn(spec, move |args: IdArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move { Ok(Reply::code(desk.text(&invocation, &args.id).await?)) }
    })
}

/// What is shown of a result beside everything else.
const LAST_LINES: usize = 10;

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(LAST_LINES);
    let last: Vec<&str> = lines.into_iter().skip(skipped).collect();
    last.join("\n")
}
