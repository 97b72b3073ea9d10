//! News between servers: `hailer_jobs` is notified after commits that touched jobs, and listened to.
//!
//! A notification is only a hint. One that is lost costs waiting until the next poll, so that none has to be part of a transaction,
//! where PostgreSQL would commit them one after another.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

const CHANNEL: &str = "hailer_jobs";

/// News of so long a time go out as one.
const GATHER: Duration = Duration::from_millis(20);

/// How long to wait before the listener connects again.
const RECONNECT: Duration = Duration::from_secs(1);

/// How long one notification may take to be sent.
const SEND_LIMIT: Duration = Duration::from_secs(2);

/// Ticks `changes` for the news of other servers, until it is aborted.
pub(crate) async fn listen(pool: PgPool, own: String, changes: watch::Sender<u64>) {
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&pool).await {
            listener.ignore_pool_close_event(false);
            if listener.listen(CHANNEL).await.is_ok() {
                // What was told while nobody listened.
                changes.send_modify(|count| *count += 1);
                hear(&mut listener, &own, &changes).await;
            }
        }
        sleep(RECONNECT).await;
    }
}

async fn hear(listener: &mut PgListener, own: &str, changes: &watch::Sender<u64>) {
    loop {
        match listener.try_recv().await {
            Ok(Some(news)) if news.payload() == own => {}
            Ok(Some(_)) => changes.send_modify(|count| *count += 1),
            Ok(None) | Err(_) => return,
        }
    }
}

/// Tells other servers, until it is aborted or the store is closed.
pub(crate) async fn tell(pool: PgPool, own: String, mut news: watch::Receiver<u64>) {
    while news.changed().await.is_ok() {
        sleep(GATHER).await;
        news.mark_unchanged();
        let sent = sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(&own)
            .execute(&pool);
        if let Ok(Err(error)) = timeout(SEND_LIMIT, sent).await {
            tracing::debug!(error = ?error, "the store could not tell other servers; they poll");
        }
    }
}

/// Tells whether the network failed, not the server.
pub(crate) fn is_io(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_)
    )
}
