//! Names that a program knows: asked for when they are needed, kept for a while.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hailer::{CancellationToken, CommandError};
use hailer_process::{Ending, Launcher, Program};
use tokio::sync::Mutex;

/// A list that takes longer is none that anybody waits for.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// More names do not help.
const MOST: usize = 1000;

/// A program and its arguments, when it was asked, and what it said.
type Asked = HashMap<Vec<String>, (Instant, Vec<String>)>;

/// The names that programs gave.
#[derive(Debug, Default)]
pub(super) struct Choices {
    kept: Mutex<Asked>,
}

impl Choices {
    /// Returns the names; calls of the same moment wait for one program.
    pub(super) async fn get(
        &self,
        program: &[String],
        cache: Duration,
    ) -> Result<Vec<String>, CommandError> {
        let mut kept = self.kept.lock().await;
        if let Some((asked, names)) = kept.get(program)
            && asked.elapsed() < cache
        {
            return Ok(names.clone());
        }
        let names = ask(program).await?;
        kept.insert(program.to_vec(), (Instant::now(), names.clone()));
        Ok(names)
    }
}

async fn ask(program: &[String]) -> Result<Vec<String>, CommandError> {
    let (path, arguments) = program.split_first().ok_or_else(unknown)?;
    let program = Program::new(path, TIME_LIMIT)
        .arguments(arguments)
        .variable("PATH", super::config::PATH)
        .grace(Duration::ZERO);
    let outcome = Launcher::find()
        .run(program, &CancellationToken::new())
        .await;
    if outcome.ending != Ending::Exited(0) || outcome.stdout.dropped() > 0 {
        return Err(unknown());
    }
    let text = outcome.stdout.to_text();
    let names = text.lines().map(str::trim).filter(|it| !it.is_empty());
    Ok(names.take(MOST).map(str::to_owned).collect())
}

fn unknown() -> CommandError {
    CommandError::told("I cannot find out what there is to choose from right now; try again later.")
}
