//! `[playground]`: where it listens, and who can be spoken as.

use std::net::SocketAddr;

use hailer::{Config, Draft, TeamsMessage};

/// The port beside those of the bot.
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 3980);

/// People that every playground knows.
const PEOPLE: [&str; 3] = ["Mira Novak", "Jo Lind", "Dan Ito"];

/// How the playground is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaygroundConfig {
    /// Where it listens: an address of this computer only.
    pub listen: SocketAddr,
    /// Whether somebody asked for that address; otherwise a free port will do when it is taken.
    pub is_asked_for: bool,
    /// Who can be spoken as, in the order of the menu.
    pub people: Vec<Person>,
}

/// Somebody who can be spoken as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The display name.
    pub name: String,
    /// The Entra ID, which is all that rules look at; made of the name when left out.
    pub id: Option<String>,
}

/// Reads the table; problems are noted in the draft.
pub fn read(draft: &Draft) -> PlaygroundConfig {
    let section = draft.section("playground");
    let asked = section.address("listen");
    if let Some(address) = asked.filter(|it| !it.ip().is_loopback()) {
        section.reject(
            "listen",
            format!("the playground only listens on this computer, not on {address}"),
            "fix: 127.0.0.1:3980, or [::1]:3980",
        );
    }
    let people = section.sections("person");
    PlaygroundConfig {
        listen: asked.unwrap_or(LISTEN),
        is_asked_for: asked.is_some(),
        people: people
            .iter()
            .map(|person| Person {
                name: person
                    .string("name")
                    .unwrap_or_else(|| person.name().to_owned()),
                id: person.string("id"),
            })
            .collect(),
    }
}

/// Asks for the table, for verbs that have no playground: it is no mistake there.
pub fn know(draft: &Draft) {
    let _ = read(draft);
}

/// Returns everybody who can be spoken as: who is named here, members of groups, and a few made-up people.
pub(crate) fn everybody(playground: &PlaygroundConfig, config: &Config) -> Vec<Person> {
    let made_up = PEOPLE.iter().map(|name| Person {
        name: (*name).to_owned(),
        id: None,
    });
    once_each(configured(playground, config).into_iter().chain(made_up))
}

fn configured(playground: &PlaygroundConfig, config: &Config) -> Vec<Person> {
    let named = playground.people.iter().cloned();
    let groups = config.permissions.groups.iter();
    let members = groups.flat_map(|it| &it.members).map(|member| Person {
        name: member
            .name
            .clone()
            .unwrap_or_else(|| member.id.as_str().to_owned()),
        id: Some(member.id.as_str().to_owned()),
    });
    once_each(named.chain(members))
}

fn once_each(people: impl Iterator<Item = Person>) -> Vec<Person> {
    let mut all: Vec<Person> = Vec::new();
    for person in people {
        let is_known = all
            .iter()
            .any(|it| it.entra_id() == person.entra_id() || it.name == person.name);
        if !is_known {
            all.push(person);
        }
    }
    all
}

/// Finds whom of the configuration a name means, or the beginning of one, whatever its case. Nobody is no mistake,
/// because people can be made up.
///
/// # Errors
///
/// The names of all who could be meant.
pub fn find_person(
    playground: &PlaygroundConfig,
    config: &Config,
    written: &str,
) -> Result<Option<Person>, Vec<String>> {
    let written = written.trim().to_lowercase();
    let all = configured(playground, config);
    if let Some(person) = all.iter().find(|it| it.name.to_lowercase() == written) {
        return Ok(Some(person.clone()));
    }
    let begins = |it: &&Person| !written.is_empty() && it.name.to_lowercase().starts_with(&written);
    let found: Vec<&Person> = all.iter().filter(begins).collect();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some((*one).clone())),
        several => Err(several.iter().map(|it| it.name.clone()).collect()),
    }
}

impl Person {
    /// Returns the id that messages carry.
    pub(crate) fn entra_id(&self) -> String {
        self.id.clone().unwrap_or_else(|| {
            TeamsMessage::without_mention("")
                .from_person(&self.name)
                .person_id()
        })
    }
}
