//! Who wrote from where: the ids that a configuration needs, kept so that nobody has to ask for them.
//!
//! They are records, like those of modules: what is lost here costs a second look and nothing else.

use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::record::{Expected, NewRecord, RecordFilter};
use crate::store::Store;

/// No module can have this name: it is no word of a configuration.
const MODULE: &str = "hailer/seen";

/// Stands between the parts of a key; ids of Teams have none.
const BETWEEN: &str = "|";

/// Characters of an id or a name that are kept.
const LONGEST: usize = 200;

/// Records that are read at once.
const PAGE: u32 = 500;

/// Somebody who wrote by a webhook in a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sighting {
    /// The name of the webhook.
    pub webhook: String,
    /// The id of the tenant; empty when Teams named none, as with the other ids.
    pub tenant: String,
    /// The id of the team.
    pub team: String,
    /// The id of the channel.
    pub channel: String,
    /// The id of the person.
    pub person: String,
    /// What the person was called the last time: a note, which people choose themselves.
    pub name: String,
    /// When it was first seen, in milliseconds since 1970.
    pub first_ms: i64,
    /// When it was noted the last time; not every message is.
    pub last_ms: i64,
}

impl Sighting {
    /// Cuts what is longer than Teams writes it: whoever holds a token of a webhook can write anything.
    fn cut(&self) -> Self {
        let cut = |text: &String| -> String { text.chars().take(LONGEST).collect() };
        Self {
            webhook: self.webhook.clone(),
            tenant: cut(&self.tenant),
            team: cut(&self.team),
            channel: cut(&self.channel),
            person: cut(&self.person),
            name: cut(&self.name),
            ..*self
        }
    }

    /// Returns what makes two sightings the same.
    fn key(&self) -> String {
        let parts = [
            &self.webhook,
            &self.tenant,
            &self.team,
            &self.channel,
            &self.person,
        ];
        let parts: Vec<&str> = parts.iter().map(|it| it.as_str()).collect();
        let mut key = parts.join(BETWEEN);
        key.retain(|it| !it.is_control() && it != char::MAX);
        key.truncate(key.floor_char_boundary(NewRecord::LONGEST_KEY));
        key
    }
}

impl Store {
    /// Notes a sighting: a new one, or that one which is known was seen again.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn note_sighting(&self, sighting: &Sighting) -> Result<(), StoreError> {
        let sighting = sighting.cut();
        let key = sighting.key();
        let known = self.record(MODULE, &key).await?;
        let known: Option<Sighting> = known.and_then(|it| serde_json::from_str(&it.value).ok());
        let noted = Sighting {
            first_ms: known.map_or(sighting.first_ms, |it| it.first_ms),
            ..sighting
        };
        let record = NewRecord {
            module: MODULE.to_owned(),
            key,
            value: serde_json::to_string(&noted).unwrap_or_default(),
            expected: Expected::Anything,
        };
        self.put_record(&record).await?;
        Ok(())
    }

    /// Returns every sighting, webhook by webhook, the oldest first.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn sightings(&self) -> Result<Vec<Sighting>, StoreError> {
        let mut filter = RecordFilter {
            module: MODULE.to_owned(),
            limit: PAGE,
            ..RecordFilter::default()
        };
        let mut found: Vec<Sighting> = Vec::new();
        loop {
            let page = self.records(&filter).await?;
            found.extend(
                page.iter()
                    .filter_map(|it| serde_json::from_str(&it.value).ok()),
            );
            let Some(last) = page.last().filter(|_| page.len() == PAGE as usize) else {
                break;
            };
            filter.after = Some(last.key.clone());
        }
        found.sort_by(|one, other| {
            (&one.webhook, one.first_ms).cmp(&(&other.webhook, other.first_ms))
        });
        Ok(found)
    }
}
