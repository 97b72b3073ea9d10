//! Incidents as they are kept: a record each, and one for each line of a timeline, so that nobody waits for anybody.

use std::collections::BTreeMap;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use hailer::{CommandError, Expected, Happened, Invocation, ModuleState, Outcome};
use serde::{Deserialize, Serialize};

/// How many records are read at once.
const PAGE: u32 = 200;

/// More that are open at once are not named.
const MOST_NAMED: u32 = 5;

/// A longer timeline is cut at its end.
const MOST_ENTRIES: usize = 2_000;

/// More of a line is not kept.
const LONGEST_TEXT: usize = 2_000;

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Incident {
    pub(super) number: u32,
    pub(super) title: String,
    /// 1 is the worst of 4.
    pub(super) severity: u8,
    pub(super) place: Place,
    pub(super) opened_ms: i64,
    pub(super) by: String,
    /// Who does what.
    pub(super) roles: BTreeMap<String, String>,
    pub(super) closed: Option<Closed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Closed {
    pub(super) at_ms: i64,
    pub(super) by: String,
    pub(super) why: String,
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) webhook: String,
    pub(super) channel: String,
    pub(super) thread: String,
}

/// A line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) at_ms: i64,
    pub(super) who: String,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Note(String),
    Change(String),
    Command {
        text: String,
        end: End,
        job: Option<String>,
    },
}

/// What became of a command when it was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    Done,
    Failed,
    Refused,
    GoesOn,
}

impl Place {
    pub(super) fn of(invocation: &Invocation) -> Self {
        let text = |id: Option<String>| id.unwrap_or_default();
        Self {
            webhook: invocation.webhook().to_owned(),
            channel: text(invocation.channel().map(|it| it.to_string())),
            thread: text(invocation.thread().map(|it| it.to_string())),
        }
    }

    fn of_happened(happened: &Happened) -> Self {
        Self {
            webhook: happened.webhook.clone(),
            channel: happened.channel.clone(),
            thread: happened.thread.clone(),
        }
    }

    fn channel_key(&self) -> String {
        format!("t/{}/{}/", self.webhook, self.channel)
    }

    fn key(&self) -> String {
        format!("{}{}", self.channel_key(), self.thread)
    }
}

impl Incident {
    pub(super) fn id(&self) -> String {
        format!("INC-{}", self.number)
    }

    pub(super) fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    fn key(&self) -> String {
        key(&self.place.webhook, self.number)
    }
}

/// All incidents.
#[derive(Debug, Clone)]
pub(super) struct Log(pub(super) ModuleState);

impl Log {
    /// Begins an incident in its thread, where no other may be open.
    pub(super) async fn open(&self, incident: Incident) -> Result<Incident, CommandError> {
        let webhook = &incident.place.webhook;
        let thread = incident.place.key();
        let here = self.0.get::<u32>(&thread).await?;
        let expected = match &here {
            None => Expected::Nothing,
            Some(kept) => match self.get(webhook, kept.value).await? {
                Some(open) if open.is_open() => return Err(open_already(&open)),
                // Whoever opened or closed that was cut off in the middle.
                Some(_) | None => Expected::Version(kept.version),
            },
        };
        let next = |last: Option<u32>| Ok(last.unwrap_or_default().saturating_add(1));
        let number = self.0.update(&format!("n/{webhook}"), next).await?;
        let incident = Incident { number, ..incident };
        self.0
            .put_if(&incident.key(), &incident, Expected::Nothing)
            .await?;
        if self.0.put_if(&thread, &number, expected).await?.is_some() {
            return Ok(incident);
        }
        self.0.delete(&incident.key(), Expected::Anything).await?;
        Err(CommandError::told(
            "Somebody opens an incident in this thread at this moment: incident show",
        ))
    }

    pub(super) async fn get(
        &self,
        webhook: &str,
        number: u32,
    ) -> Result<Option<Incident>, CommandError> {
        let found = self.0.get::<Incident>(&key(webhook, number)).await?;
        Ok(found.map(|it| it.value))
    }

    /// Returns the open incident of a thread; where the thread has none, the only one that is open in the channel.
    pub(super) async fn here(
        &self,
        place: &Place,
        scope: Scope,
    ) -> Result<Option<Incident>, CommandError> {
        if let Some(number) = self.0.get::<u32>(&place.key()).await? {
            return self.get(&place.webhook, number.value).await;
        }
        if scope == Scope::Thread {
            return Ok(None);
        }
        let open = self.0.list::<u32>(&place.channel_key(), None, 2).await?;
        match open.as_slice() {
            [only] => self.get(&place.webhook, only.value).await,
            _ => Ok(None),
        }
    }

    /// Returns some of those that are open in a channel, the oldest first.
    pub(super) async fn open_in_channel(
        &self,
        place: &Place,
    ) -> Result<Vec<Incident>, CommandError> {
        let numbers = self
            .0
            .list::<u32>(&place.channel_key(), None, MOST_NAMED)
            .await?;
        let mut open = Vec::new();
        for number in numbers {
            open.extend(self.get(&place.webhook, number.value).await?);
        }
        open.sort_by_key(|it| it.number);
        Ok(open)
    }

    /// Returns all of a webhook, the oldest first.
    pub(super) async fn all(&self, webhook: &str) -> Result<Vec<Incident>, CommandError> {
        self.every(&format!("i/{webhook}/"), usize::MAX).await
    }

    /// Returns the timeline of an incident, the oldest first.
    pub(super) async fn entries(&self, incident: &Incident) -> Result<Vec<Entry>, CommandError> {
        self.every(&entries_of(incident), MOST_ENTRIES).await
    }

    async fn every<T: serde::de::DeserializeOwned>(
        &self,
        prefix: &str,
        most: usize,
    ) -> Result<Vec<T>, CommandError> {
        let mut all = Vec::new();
        let mut after: Option<String> = None;
        while all.len() < most {
            let page = self.0.list::<T>(prefix, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            all.extend(page.into_iter().map(|it| it.value));
        }
        Ok(all)
    }

    /// Changes one that is open, and notes that in its timeline under the id of the message that says so.
    pub(super) async fn change(
        &self,
        incident: &Incident,
        (entry, message): (Entry, &str),
        mut change: impl FnMut(&mut Incident),
    ) -> Result<Incident, CommandError> {
        let key = incident.key();
        let changed = self.0.update(&key, |found: Option<Incident>| {
            let mut incident = found.ok_or_else(|| CommandError::told("It is gone."))?;
            if let Some(closed) = &incident.closed {
                return Err(CommandError::told(format!(
                    "{} was closed by {}; nothing was changed.",
                    incident.id(),
                    closed.by
                )));
            }
            change(&mut incident);
            Ok(incident)
        });
        let changed = changed.await?;
        if !changed.is_open() {
            self.0
                .delete(&changed.place.key(), Expected::Anything)
                .await?;
        }
        self.note(&changed, &entry, message).await?;
        Ok(changed)
    }

    /// Adds a line, once for each message.
    pub(super) async fn note(
        &self,
        incident: &Incident,
        entry: &Entry,
        message: &str,
    ) -> Result<(), CommandError> {
        let key = format!("{}{:013}-{message}", entries_of(incident), entry.at_ms);
        let entry = Entry {
            what: entry.what.cut(),
            ..entry.clone()
        };
        self.0.put_if(&key, &entry, Expected::Nothing).await?;
        Ok(())
    }

    /// Writes down what somebody ran where an incident is open.
    pub(super) async fn saw(&self, happened: &Happened, scope: Scope) -> Result<(), CommandError> {
        let is_ours = happened.command.split(' ').next() == Some("incident");
        let end = match happened.outcome {
            _ if is_ours => return Ok(()),
            Outcome::Ok if happened.job.is_some() => End::GoesOn,
            Outcome::Ok => End::Done,
            Outcome::TimedOut => End::GoesOn,
            Outcome::Refused | Outcome::Busy => End::Refused,
            Outcome::Failed | Outcome::Panicked => End::Failed,
            _ => return Ok(()),
        };
        let place = Place::of_happened(happened);
        let Some(incident) = self.here(&place, scope).await? else {
            return Ok(());
        };
        let entry = Entry {
            at_ms: millis(happened.at),
            who: happened.sender.clone(),
            what: What::Command {
                text: happened.text.clone(),
                end,
                job: happened.job.clone(),
            },
        };
        self.note(&incident, &entry, &happened.message).await
    }
}

/// Where it is looked for the incident that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Thread,
    Channel,
}

impl What {
    fn cut(&self) -> Self {
        let cut = |text: &str| {
            let end = text.floor_char_boundary(LONGEST_TEXT);
            text.get(..end).unwrap_or_default().to_owned()
        };
        match self {
            Self::Note(text) => Self::Note(cut(text)),
            Self::Change(text) => Self::Change(cut(text)),
            Self::Command { text, end, job } => Self::Command {
                text: cut(text),
                end: *end,
                job: job.clone(),
            },
        }
    }
}

fn open_already(open: &Incident) -> CommandError {
    CommandError::told(format!(
        "{} is open in this thread: {}. Add to it with: incident note …",
        open.id(),
        open.title
    ))
}

pub(super) fn millis(at: SystemTime) -> i64 {
    DateTime::<Utc>::from(at).timestamp_millis()
}

fn key(webhook: &str, number: u32) -> String {
    format!("i/{webhook}/{number:06}")
}

fn entries_of(incident: &Incident) -> String {
    format!("e/{}/{:06}/", incident.place.webhook, incident.number)
}
