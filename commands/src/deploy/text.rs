//! Texts of the configuration with names in braces: `https://{environment}.example.com/health`.

use hailer::Section;

use crate::script::{Template, Value};

/// What the names in braces stand for in one deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Values(Vec<(String, Value)>);

/// The names that every deploy gives a value to.
pub(super) const OWN_NAMES: [&str; 3] = ["service", "environment", "version"];

impl Values {
    /// Names what is deployed where. The version is not known while nothing is deployed.
    pub(super) fn new(
        service: &str,
        environment: &str,
        version: Option<&str>,
        more: &[(String, String)],
    ) -> Self {
        let own = [
            ("service", Some(service)),
            ("environment", Some(environment)),
            ("version", version),
        ];
        let own = own
            .into_iter()
            .map(|(name, value)| (name, value.unwrap_or_default()));
        let more = more
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let one = |(name, value): (&str, &str)| (name.to_owned(), Value::One(value.to_owned()));
        Self(own.chain(more).map(one).collect())
    }

    /// Returns what a name stands for; nothing for one that is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(it, _)| it == name);
        match found {
            Some((_, Value::One(value))) => value,
            _ => "",
        }
    }

    /// Returns each name with what it stands for.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, _)| (name.as_str(), self.get(name)))
    }

    /// Writes a text.
    pub(super) fn fill(&self, template: &Template) -> String {
        template.expand(&self.0).concat()
    }

    /// Writes an address; no value can reach beyond the part of it that it stands in.
    pub(super) fn fill_url(&self, template: &Template) -> String {
        let encoded = self.iter().map(|(name, value)| {
            let value = url_part(value);
            (name.to_owned(), Value::One(value))
        });
        template.expand(&encoded.collect::<Vec<_>>()).concat()
    }
}

/// Encodes everything but letters, digits and what is harmless in every part of an address.
pub(super) fn url_part(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// Reads a text; a brace without its other half is noted.
pub(super) fn read(section: &Section<'_>, key: &str) -> Option<Template> {
    let text = section.string(key)?;
    parse(section, key, &text)
}

/// Reads a text; the usual one when it is left out.
pub(super) fn read_or(section: &Section<'_>, key: &str, usual: &str) -> Option<Template> {
    let text = section.string(key).unwrap_or_else(|| usual.to_owned());
    parse(section, key, &text)
}

/// Reads a table of texts under names that the user chose; the usual ones when it is left out.
pub(super) fn read_table(
    section: &Section<'_>,
    key: &str,
    usual: &[(&str, &str)],
) -> Option<Vec<(String, Template)>> {
    let table = section.section(key);
    if !table.is_present() {
        let usual = usual.iter();
        let read = usual.map(|(name, text)| Some(((*name).to_owned(), parse(section, key, text)?)));
        return read.collect();
    }
    let names = table.names().into_iter();
    let read = names.map(|name| {
        let text = read(&table, &name)?;
        Some((name, text))
    });
    read.collect()
}

/// Reads a list of words.
pub(super) fn read_list(section: &Section<'_>, key: &str) -> Option<Vec<Template>> {
    let words = section.strings(key)?;
    words.iter().map(|it| parse(section, key, it)).collect()
}

fn parse(section: &Section<'_>, key: &str, text: &str) -> Option<Template> {
    Template::parse(text)
        .map_err(|error| section.reject(key, format!("in `{text}` {error}"), ""))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_in_its_part_of_an_address() {
        let values = Values::new("a/../b", "eu 1", Some("1?x=y#z"), &[]);
        let url = Template::parse("https://x.example/{service}/{environment}?v={version}").unwrap();

        assert_eq!(
            values.fill_url(&url),
            "https://x.example/a%2F..%2Fb/eu%201?v=1%3Fx%3Dy%23z"
        );
    }

    #[test]
    fn a_service_adds_values_of_its_own() {
        let more = [("repository".to_owned(), "acme/api".to_owned())];
        let values = Values::new("api", "prod", Some("1.0"), &more);
        let text = Template::parse("{repository}@{version}").unwrap();

        assert_eq!(values.fill(&text), "acme/api@1.0");
        assert_eq!(values.get("nothing"), "");
    }
}
