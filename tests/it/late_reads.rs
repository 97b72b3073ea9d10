//! One message at two servers, both of which are late: what only looks is written down at the deadline, and once.

use std::sync::Arc;

use hailer::{Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec};
use hailer_store::{Job, JobFilter, JobState, Role, Store};
use tokio::sync::Semaphore;

use crate::http::{Connection, Response};
use crate::local_bot::LocalBot;
use crate::postgres::Cluster;
use crate::teams::message;

/// Looks until it is let go on.
#[derive(Clone)]
struct Look(Arc<Semaphore>);

impl Command for Look {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("look", "look at it").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        self.0.acquire().await?.forget();
        Ok(Reply::text("seen"))
    }
}

fn bot(url: &str, look: &Look) -> LocalBot {
    let look = look.clone();
    LocalBot::configured(&format!("[store]\nurl = '{url}'\n"), |bot| {
        bot.command(look)
    })
}

async fn deliver(bot: &LocalBot, message: &str) -> Response {
    let mut connection = Connection::open(bot.teams.address).await;
    let request = bot.teams.signed(message);
    connection.send(&request).await;
    connection.response().await
}

async fn jobs(url: &str) -> Vec<Job> {
    let store = Store::open(&url.parse().unwrap(), Role::Tool)
        .await
        .unwrap();
    store.jobs(&JobFilter::default()).await.unwrap().items
}

#[tokio::test]
async fn a_question_that_is_late_at_two_servers_is_one_job() {
    let cluster = Cluster::start_new();
    let url = cluster.url("postgres");
    let look = Look(Arc::new(Semaphore::new(0)));
    let (one, other) = (bot(&url, &look), bot(&url, &look));
    let message = message("ops", "look").to_string();

    let answers = tokio::join!(deliver(&one, &message), deliver(&other, &message));

    let jobs_now = jobs(&url).await;
    assert_eq!(jobs_now.len(), 1, "{jobs_now:?}");
    let said = format!(
        "Still working. Ask me in a minute: @ops job {}",
        jobs_now[0].id
    );
    assert_eq!((answers.0.text(), answers.1.text()), (said.clone(), said));
    look.0.add_permits(2);
    let job = loop {
        let job = jobs(&url).await.remove(0);
        if job.state.is_ended() {
            break job;
        }
    };
    assert_eq!(
        (job.state, job.result_text.as_deref()),
        (JobState::Succeeded, Some("seen"))
    );
}

#[tokio::test]
async fn a_question_that_is_late_again_after_a_restart_is_told_of_its_job() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hailer.db").display());
    let look = Look(Arc::new(Semaphore::new(0)));
    let message = message("ops", "look").to_string();
    let before = bot(&url, &look);
    let first = deliver(&before, &message).await.text();
    drop(before);

    let again = deliver(&bot(&url, &look), &message).await.text();

    let jobs = jobs(&url).await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    let id = &jobs[0].id;
    assert!(first.contains(&format!("@ops job {id}")), "{first}");
    assert_eq!(jobs[0].state, JobState::Interrupted);
    assert!(
        again.contains("the bot was stopped while it ran"),
        "{again}"
    );
}
