//! From the path of a value to its line and column in a JSON text.
//!
//! The text is read once, whatever the number of paths. It must be JSON that a parser has read before: that is
//! what limits its depth.

use std::collections::HashMap;

/// Where something is, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Returns the places of paths such as `$.body[2].text`: of a property its name, of an item its first character.
///
/// Of a path that leads nowhere it is the place of the nearest value around it.
pub(super) fn find<'a>(json: &[u8], paths: impl Iterator<Item = &'a str>) -> Vec<Place> {
    let paths: Vec<_> = paths.map(steps).collect();
    let mut root = Wanted::default();
    for path in &paths {
        path.iter().fold(&mut root, |wanted, step| {
            wanted.children.entry(step.clone()).or_default()
        });
    }
    Scanner::new(json).item(Some(&mut root));
    paths.iter().map(|path| root.place_of(path)).collect()
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Key(String),
    Index(usize),
}

/// The paths as a tree.
#[derive(Debug, Default)]
struct Wanted {
    children: HashMap<Step, Self>,
    place: Option<Place>,
}

impl Wanted {
    fn place_of(&self, path: &[Step]) -> Place {
        let mut wanted = self;
        let mut place = Place { line: 1, column: 1 };
        place = wanted.place.unwrap_or(place);
        for step in path {
            let Some(child) = wanted.children.get(step) else {
                break;
            };
            place = child.place.unwrap_or(place);
            wanted = child;
        }
        place
    }
}

/// Reads a path; what cannot be read ends it.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    while let Some((step, after)) = first_step(rest) {
        steps.push(step);
        rest = after;
    }
    steps
}

fn first_step(path: &str) -> Option<(Step, &str)> {
    if let Some(name) = path.strip_prefix('.') {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (name, rest) = name.split_at_checked(end)?;
        return Some((Step::Key(name.to_owned()), rest));
    }
    let inner = path.strip_prefix('[')?;
    if inner.starts_with('"') {
        let mut names = serde_json::Deserializer::from_str(inner).into_iter::<String>();
        let name = names.next()?.ok()?;
        let rest = inner.get(names.byte_offset()..)?.strip_prefix(']')?;
        return Some((Step::Key(name), rest));
    }
    let (index, rest) = inner.split_once(']')?;
    Some((Step::Index(index.parse().ok()?), rest))
}

/// Reads JSON and notes where the wanted values are.
struct Scanner<'a> {
    rest: &'a [u8],
    place: Place,
}

impl<'a> Scanner<'a> {
    fn new(json: &'a [u8]) -> Self {
        Self {
            rest: json,
            place: Place { line: 1, column: 1 },
        }
    }

    /// Takes one byte.
    fn next(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        match byte {
            b'\n' => {
                self.place.line += 1;
                self.place.column = 1;
            }
            // A character has one byte that does not continue another.
            0x80..=0xBF => {}
            _ => self.place.column += 1,
        }
        Some(byte)
    }

    fn peek(&mut self) -> Option<u8> {
        while self.rest.first().is_some_and(u8::is_ascii_whitespace) {
            self.next();
        }
        self.rest.first().copied()
    }

    /// Reads a value that is wanted itself: an item of a list, or the whole.
    fn item(&mut self, mut wanted: Option<&mut Wanted>) {
        self.peek();
        if let Some(wanted) = &mut wanted {
            wanted.place = Some(self.place);
        }
        self.value(wanted);
    }

    fn value(&mut self, wanted: Option<&mut Wanted>) {
        match self.peek() {
            Some(b'{') => self.object(wanted),
            Some(b'[') => self.list(wanted),
            Some(b'"') => {
                self.string();
            }
            Some(_) => {
                while self
                    .rest
                    .first()
                    .is_some_and(|byte| !b",]} \t\r\n".contains(byte))
                {
                    self.next();
                }
            }
            None => {}
        }
    }

    fn list(&mut self, mut wanted: Option<&mut Wanted>) {
        self.next();
        let mut index = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b']' => {
                    self.next();
                    return;
                }
                b',' => {
                    self.next();
                    index += 1;
                }
                _ => {
                    let child = wanted
                        .as_mut()
                        .and_then(|wanted| wanted.children.get_mut(&Step::Index(index)));
                    self.item(child);
                }
            }
        }
    }

    fn object(&mut self, mut wanted: Option<&mut Wanted>) {
        self.next();
        while let Some(byte) = self.peek() {
            match byte {
                b'}' => {
                    self.next();
                    return;
                }
                b'"' => self.member(wanted.as_deref_mut()),
                _ => {
                    self.next();
                }
            }
        }
    }

    fn member(&mut self, wanted: Option<&mut Wanted>) {
        let place = self.place;
        let name = self.string();
        let mut child = wanted.and_then(|wanted| {
            let name = serde_json::from_slice(name).ok()?;
            wanted.children.get_mut(&Step::Key(name))
        });
        if let Some(child) = &mut child {
            child.place = Some(place);
        }
        if self.peek() == Some(b':') {
            self.next();
        }
        self.value(child);
    }

    /// Takes a string with its quotes.
    fn string(&mut self) -> &'a [u8] {
        let start = self.rest;
        self.next();
        while let Some(byte) = self.next() {
            match byte {
                b'"' => break,
                b'\\' => {
                    self.next();
                }
                _ => {}
            }
        }
        start
            .get(..start.len() - self.rest.len())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{
  "a": [1, {"b.c": "é\"]}", "d": true}, [ ]],
	"é\u0301": {"": null},
  "last": [{"x":1},{"x":2}]
}"#;

    fn at(path: &str) -> (usize, usize) {
        let places = find(JSON.as_bytes(), std::iter::once(path));
        (places[0].line, places[0].column)
    }

    #[test]
    fn a_path_leads_to_line_and_column() {
        for (path, place) in [
            ("$", (1, 1)),
            ("$.a", (2, 3)),
            ("$.a[0]", (2, 9)),
            ("$.a[1]", (2, 12)),
            (r#"$.a[1]["b.c"]"#, (2, 13)),
            ("$.a[1].d", (2, 29)),
            ("$.a[2]", (2, 41)),
            ("$[\"é\u{301}\"]", (3, 2)),
            ("$[\"é\u{301}\"][\"\"]", (3, 14)),
            ("$.last[1].x", (4, 21)),
        ] {
            assert_eq!(at(path), place, "{path}");
        }
    }

    #[test]
    fn what_is_not_there_is_at_what_is_round_it() {
        assert_eq!(at("$.last[1].y"), (4, 20));
        assert_eq!(at("$.last[7]"), (4, 3));
        assert_eq!(at("$.nowhere[1]"), (1, 1));
        assert_eq!(at("$.last[x]"), (4, 3));
        assert_eq!(at("no path"), (1, 1));
    }

    #[test]
    fn many_paths_are_found_in_one_go() {
        let items: Vec<_> = (0..20_000)
            .map(|index| format!("\n{{\"x\":{index}}}"))
            .collect();
        let json = format!("[{}]", items.join(","));
        let paths: Vec<_> = (0..20_000).map(|index| format!("$[{index}].x")).collect();

        let places = find(json.as_bytes(), paths.iter().map(String::as_str));

        assert!(places.iter().enumerate().all(|(index, place)| *place
            == Place {
                line: index + 2,
                column: 2
            }));
    }

    #[test]
    fn text_that_breaks_off_is_no_trouble() {
        for end in 0..JSON.len() {
            find(
                &JSON.as_bytes()[..end],
                ["$.a[1].d", "$.last[1].x"].into_iter(),
            );
        }
    }
}
