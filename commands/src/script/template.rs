//! The words of a program's argument vector, with the names of arguments in braces.
//!
//! A word stays a word: what is put into it can neither end it nor begin another.

use crate::script::value::Value;

/// One word of an argument vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

/// Why a word is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A brace lacks its other half.
    #[error("a brace is not closed or not opened; write {{{{ and }}}} for braces of your own")]
    Brace,
}

impl Template {
    /// Reads a word. `{{` and `}}` stand for braces.
    ///
    /// # Errors
    ///
    /// A brace lacks its other half.
    ///
    /// # Examples
    ///
    /// ```
    /// use hailer_commands::script::{Template, Value};
    ///
    /// let word = Template::parse("--at={time}").unwrap();
    /// let values = [("time".to_owned(), Value::One("a b; c".to_owned()))];
    /// assert_eq!(word.expand(&values), ["--at=a b; c"]);
    /// ```
    pub fn parse(word: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = word;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at_checked(at).ok_or(TemplateError::Brace)?;
            text.push_str(before);
            if let Some(behind) = brace.strip_prefix("{{") {
                text.push('{');
                rest = behind;
            } else if let Some(behind) = brace.strip_prefix("}}") {
                text.push('}');
                rest = behind;
            } else {
                let inner = brace.strip_prefix('{').and_then(|it| it.split_once('}'));
                let (name, behind) = inner.ok_or(TemplateError::Brace)?;
                if name.is_empty() || name.contains('{') {
                    return Err(TemplateError::Brace);
                }
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Name(name.to_owned()));
                rest = behind;
            }
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Self { parts })
    }

    /// Returns the names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Tells whether the word is one name and nothing else.
    pub fn is_name_alone(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Name(_)])
    }

    /// Returns the words that stand for it: none when an argument in it was left out, several for a list.
    pub fn expand(&self, values: &[(String, Value)]) -> Vec<String> {
        let value = |name: &str| values.iter().find(|(it, _)| it == name).map(|(_, it)| it);
        if let [Part::Name(name)] = self.parts.as_slice() {
            return match value(name) {
                Some(Value::Many(values)) => values.clone(),
                Some(Value::One(value)) => vec![value.clone()],
                Some(Value::Flag(true)) => vec![format!("--{name}")],
                Some(Value::Flag(false) | Value::Absent) | None => Vec::new(),
            };
        }
        let mut word = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => word.push_str(text),
                Part::Name(name) => match value(name) {
                    Some(Value::One(value)) => word.push_str(value),
                    Some(Value::Many(values)) => word.push_str(&values.join(",")),
                    Some(Value::Flag(truth)) => word.push_str(&truth.to_string()),
                    Some(Value::Absent) | None => return Vec::new(),
                },
            }
        }
        vec![word]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(word: &str, values: &[(&str, Value)]) -> Vec<String> {
        let values: Vec<_> = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Template::parse(word).unwrap().expand(&values)
    }

    #[test]
    fn a_word_stays_a_word() {
        let value = [("a", Value::One("x {b} y\" z".to_owned()))];

        assert_eq!(expand("{a}", &value), ["x {b} y\" z"]);
        assert_eq!(expand("-{a}-{a}", &value), ["-x {b} y\" z-x {b} y\" z"]);
        assert_eq!(expand("{{a}}", &value), ["{a}"]);
        assert_eq!(expand("", &value), [""]);
    }

    #[test]
    fn what_is_left_out_takes_its_word_along() {
        let values = [("a", Value::Absent), ("f", Value::Flag(false))];

        assert!(expand("{a}", &values).is_empty());
        assert!(expand("--at={a}", &values).is_empty());
        assert!(expand("{f}", &values).is_empty());
        assert_eq!(expand("f={f}", &values), ["f=false"]);
    }

    #[test]
    fn lists_and_flags_become_words() {
        let list = Value::Many(vec!["a b".to_owned(), "c".to_owned()]);
        let values = [("l", list), ("dry-run", Value::Flag(true))];

        assert_eq!(expand("{l}", &values), ["a b", "c"]);
        assert_eq!(expand("x={l}", &values), ["x=a b,c"]);
        assert_eq!(expand("{dry-run}", &values), ["--dry-run"]);
    }

    #[test]
    fn braces_come_in_pairs() {
        for word in ["{", "}", "{a", "a}", "{}", "{a{b}", "a}b{"] {
            assert_eq!(Template::parse(word), Err(TemplateError::Brace), "{word}");
        }
    }
}
