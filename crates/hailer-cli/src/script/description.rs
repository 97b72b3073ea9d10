//! What a script says of itself: JSON that it prints when it is asked with `--hailer-spec`.
//!
//! It is data. Only what is listed here is taken from it, each as a value of its type; what gives a program more than
//! an admin said is refused, so that a script cannot ask for it.

use serde_json::{Map, Value as Json};
use toml_edit::{Array, InlineTable, Value as Toml};

/// What a script is asked with.
pub(super) const QUESTION: &str = "--hailer-spec";

/// The key that says which form the description has.
const VERSION_KEY: &str = "hailer_spec";

/// The only form by now.
const VERSION: u64 = 1;

/// Longer texts are no descriptions.
const LONGEST: usize = 500;

/// The form of a value.
#[derive(Debug, Clone, Copy)]
enum Form {
    Text,
    Texts,
    Truth,
    Integer,
    /// A text, a whole number or a truth.
    Scalar,
}

/// What a script may say of itself, in the order in which it is written down.
const KEYS: [(&str, Form); 12] = [
    ("help", Form::Text),
    ("example", Form::Text),
    ("examples", Form::Texts),
    ("group", Form::Text),
    ("aliases", Form::Texts),
    ("effect", Form::Text),
    ("timeout", Form::Text),
    ("output", Form::Text),
    ("progress", Form::Text),
    ("job", Form::Truth),
    ("idempotent", Form::Truth),
    ("one_at_a_time", Form::Scalar),
];

/// What a script may say of an argument.
const ARGUMENT_KEYS: [(&str, Form); 13] = [
    ("name", Form::Text),
    ("type", Form::Text),
    ("help", Form::Text),
    ("choices", Form::Texts),
    ("min", Form::Integer),
    ("max", Form::Integer),
    ("pattern", Form::Text),
    ("root", Form::Text),
    ("lines", Form::Truth),
    ("default", Form::Scalar),
    ("optional", Form::Truth),
    ("list", Form::Truth),
    ("positional", Form::Truth),
];

/// What only an admin decides.
const ADMINS: [&str; 20] = [
    "access",
    "allow_dash",
    "cache",
    "choices_from",
    "cpu_time",
    "cwd",
    "env",
    "exec",
    "file_size",
    "grace",
    "max_output",
    "memory",
    "open_files",
    "pass",
    "processes",
    "readable",
    "run_as",
    "secret",
    "sudo",
    "writable",
];

/// A description that can be taken.
#[derive(Debug, Default)]
pub(super) struct Description {
    /// What it says of the command.
    pub(super) keys: Vec<(&'static str, Toml)>,
    /// The words behind the program.
    pub(super) words: Vec<String>,
    /// The arguments.
    pub(super) arguments: Vec<InlineTable>,
}

impl Description {
    /// Reads what a script printed.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each in a line with the way out.
    pub(super) fn parse(printed: &str) -> Result<Self, Vec<String>> {
        let json: Json = serde_json::from_str(printed).map_err(|error| {
            vec![format!(
                "it prints no JSON ({error}); print one object and nothing else"
            )]
        })?;
        let Json::Object(object) = json else {
            return Err(vec![
                "it prints no JSON object; print one, and nothing else".to_owned(),
            ]);
        };
        match object.get(VERSION_KEY).and_then(Json::as_u64) {
            Some(VERSION) => {}
            Some(other) => {
                return Err(vec![format!(
                    "it is in form {other}, and this bot knows form {VERSION}; a newer bot may know it"
                )]);
            }
            None => {
                return Err(vec![format!(
                    "it does not say in which form it is; add \"{VERSION_KEY}\": {VERSION}"
                )]);
            }
        }
        let mut problems = Vec::new();
        let description = Self {
            keys: read(
                &object,
                &KEYS,
                &[VERSION_KEY, "words", "args"],
                "",
                &mut problems,
            ),
            words: read_words(&object, &mut problems),
            arguments: read_arguments(&object, &mut problems),
        };
        if problems.is_empty() {
            Ok(description)
        } else {
            Err(problems)
        }
    }

    /// Lets its examples begin with the name that it gets, where they begin with the one that it has by its file.
    pub(super) fn called(mut self, own: &str, name: &str) -> Self {
        let rename = |value: &mut Toml| {
            let text = value.as_str().unwrap_or_default();
            if let Some(rest) = text.strip_prefix(own)
                && (rest.is_empty() || rest.starts_with(' '))
            {
                *value = Toml::from(format!("{name}{rest}"));
            }
        };
        for (key, value) in &mut self.keys {
            match (*key, value) {
                ("example", value) => rename(value),
                ("examples", Toml::Array(list)) => list.iter_mut().for_each(rename),
                _ => {}
            }
        }
        self
    }

    /// Returns a text of it.
    pub(super) fn text(&self, wanted: &str) -> Option<&str> {
        let (_, value) = self.keys.iter().find(|(key, _)| *key == wanted)?;
        value.as_str()
    }
}

fn read_words(object: &Map<String, Json>, problems: &mut Vec<String>) -> Vec<String> {
    let Some(words) = object.get("words") else {
        return Vec::new();
    };
    let words = to_toml(Form::Texts, words)
        .map_err(|_| problems.push("`words` is no list of texts; write [\"backup\"]".to_owned()));
    let words = words.ok().and_then(|it| it.as_array().cloned());
    let words = words.unwrap_or_default();
    words
        .iter()
        .filter_map(|it| it.as_str().map(str::to_owned))
        .collect()
}

fn read_arguments(object: &Map<String, Json>, problems: &mut Vec<String>) -> Vec<InlineTable> {
    let Some(arguments) = object.get("args") else {
        return Vec::new();
    };
    let Some(arguments) = arguments.as_array() else {
        problems.push("`args` is no list; write [{\"name\": \"service\"}]".to_owned());
        return Vec::new();
    };
    let mut tables = Vec::new();
    for (index, argument) in arguments.iter().enumerate() {
        let place = format!("args[{index}].");
        let Some(argument) = argument.as_object() else {
            problems.push(format!(
                "`args[{index}]` is no object; write {{\"name\": \"service\"}}"
            ));
            continue;
        };
        let values = read(argument, &ARGUMENT_KEYS, &[], &place, problems);
        tables.push(values.into_iter().collect());
    }
    tables
}

fn read(
    object: &Map<String, Json>,
    keys: &[(&'static str, Form)],
    others: &[&str],
    place: &str,
    problems: &mut Vec<String>,
) -> Vec<(&'static str, Toml)> {
    for key in object.keys().filter(|key| !others.contains(&key.as_str())) {
        if ADMINS.contains(&key.as_str()) {
            problems.push(format!(
                "`{place}{key}` is not its own to say; take it out, and write it into the file that is added"
            ));
        } else if !keys.iter().any(|(known, _)| known == key) {
            let known: Vec<&str> = keys.iter().map(|(known, _)| *known).collect();
            problems.push(format!(
                "`{place}{}` is unknown; known: {}",
                key.escape_debug(),
                known.join(", ")
            ));
        }
    }
    let mut values = Vec::new();
    for (key, form) in keys {
        let Some(json) = object.get(*key).filter(|it| !it.is_null()) else {
            continue;
        };
        match to_toml(*form, json) {
            Ok(value) => values.push((*key, value)),
            Err(wanted) => problems.push(format!("`{place}{key}` is no {wanted}")),
        }
    }
    values
}

/// Makes a value of the configuration of it, or says what it should be.
fn to_toml(form: Form, json: &Json) -> Result<Toml, &'static str> {
    match (form, json) {
        (Form::Text | Form::Scalar, Json::String(text)) => to_text(text),
        (Form::Truth | Form::Scalar, Json::Bool(truth)) => Ok(Toml::from(*truth)),
        (Form::Integer | Form::Scalar, Json::Number(number)) => {
            number.as_i64().map(Toml::from).ok_or("whole number")
        }
        (Form::Texts, Json::Array(items)) => {
            let texts = items.iter().map(|it| to_toml(Form::Text, it));
            texts.collect::<Result<Array, _>>().map(Toml::from)
        }
        (Form::Text, _) => Err("text"),
        (Form::Texts, _) => Err("list of texts"),
        (Form::Truth, _) => Err("true or false"),
        (Form::Integer, _) => Err("whole number"),
        (Form::Scalar, _) => Err("text, whole number, true or false"),
    }
}

fn to_text(text: &str) -> Result<Toml, &'static str> {
    let is_seen = |it: char| {
        !it.is_control() && !matches!(it, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
    };
    if text.len() > LONGEST || !text.chars().all(is_seen) {
        return Err("text of one line, without what cannot be seen, up to 500 bytes");
    }
    Ok(Toml::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(printed: &str) -> String {
        Description::parse(printed).unwrap_err().join("\n")
    }

    #[test]
    fn what_is_no_description_is_told() {
        for (printed, part) in [
            ("", "prints no JSON"),
            ("Restarts a service", "print one object and nothing else"),
            ("[]", "no JSON object"),
            ("{}", "add \"hailer_spec\": 1"),
            ("{\"hailer_spec\": 2}", "this bot knows form 1"),
            (
                "{\"hailer_spec\": 1, \"hlep\": \"x\"}",
                "`hlep` is unknown; known: help",
            ),
            ("{\"hailer_spec\": 1, \"help\": 1}", "`help` is no text"),
            (
                "{\"hailer_spec\": 1, \"help\": \"a\\nsudo = true\"}",
                "`help` is no text of one line",
            ),
            (
                "{\"hailer_spec\": 1, \"sudo\": true}",
                "`sudo` is not its own to say",
            ),
            (
                "{\"hailer_spec\": 1, \"exec\": [\"/bin/sh\"]}",
                "`exec` is not its own to say",
            ),
            (
                "{\"hailer_spec\": 1, \"args\": [{\"allow_dash\": true}]}",
                "`args[0].allow_dash` is not its own",
            ),
            ("{\"hailer_spec\": 1, \"args\": {}}", "`args` is no list"),
            (
                "{\"hailer_spec\": 1, \"args\": [1]}",
                "`args[0]` is no object",
            ),
            (
                "{\"hailer_spec\": 1, \"words\": [1]}",
                "`words` is no list of texts",
            ),
        ] {
            let told = problems(printed);
            assert!(told.contains(part), "{printed}\n{told}");
        }
        let several = problems("{\"hailer_spec\": 1, \"sudo\": true, \"help\": 1, \"x\": 1}");
        assert_eq!(several.lines().count(), 3, "{several}");
    }

    #[test]
    fn what_it_may_say_is_taken() {
        let description = Description::parse(
            r#"{"hailer_spec": 1, "help": "Restart", "job": true, "words": ["{service}"],
                "args": [{"name": "service", "type": "choice", "choices": ["a\"b"], "min": null}]}"#,
        )
        .unwrap();

        assert_eq!(description.text("help"), Some("Restart"));
        assert_eq!(description.words, ["{service}"]);
        let argument = description.arguments[0].to_string();
        assert_eq!(
            argument.trim(),
            r#"{ name = "service", type = "choice", choices = ['a"b'] }"#
        );
    }
}
