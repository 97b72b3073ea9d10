//! Finding which field an error's position lies in.
//!
//! `serde_json` says where a wrong value stands, and not what it is called; and its text may quote the
//! value, which belongs in no log.

/// Long enough for every field of an activity; anything longer is not one.
const LONGEST: usize = 80;

/// Returns the path of the field that `line` and `column` lie in, for example `conversation.id`; none
/// when they lie in no field.
///
/// `body` must be JSON up to that position.
pub(crate) fn field_path(body: &[u8], line: usize, column: usize) -> Option<String> {
    let mut scan = Scan::default();
    for &byte in body.get(..offset(body, line, column)?)? {
        scan.step(byte);
    }
    scan.path()
}

fn offset(body: &[u8], line: usize, column: usize) -> Option<usize> {
    let start: usize = body
        .split_inclusive(|&byte| byte == b'\n')
        .take(line.checked_sub(1)?)
        .map(<[u8]>::len)
        .sum();
    Some((start + column).min(body.len()))
}

#[derive(Default)]
struct Scan {
    open: Vec<Level>,
    string: Option<Vec<u8>>,
    is_escaped: bool,
}

/// One open object or array.
#[derive(Default)]
struct Level {
    awaits_key: bool,
    key: Option<Vec<u8>>,
}

impl Scan {
    fn step(&mut self, byte: u8) {
        if self.string.is_some() {
            return self.step_in_string(byte);
        }
        match byte {
            b'"' => self.string = Some(Vec::new()),
            b'{' => self.open.push(Level {
                awaits_key: true,
                key: None,
            }),
            b'[' => self.open.push(Level::default()),
            b'}' | b']' => {
                self.open.pop();
            }
            b':' => self.await_key(false),
            b',' => {
                let is_object = self.open.last().is_some_and(|level| level.key.is_some());
                self.await_key(is_object);
            }
            _ => {}
        }
    }

    fn step_in_string(&mut self, byte: u8) {
        let ends = byte == b'"' && !self.is_escaped;
        self.is_escaped = byte == b'\\' && !self.is_escaped;
        if !ends {
            if let Some(string) = self.string.as_mut().filter(|it| it.len() < LONGEST) {
                string.push(byte);
            }
            return;
        }
        let string = self.string.take();
        if let Some(level) = self.open.last_mut().filter(|level| level.awaits_key) {
            level.key = string;
        }
    }

    fn await_key(&mut self, awaits_key: bool) {
        if let Some(level) = self.open.last_mut() {
            level.awaits_key = awaits_key;
        }
    }

    fn path(&self) -> Option<String> {
        let keys: Vec<_> = self
            .open
            .iter()
            .filter_map(|level| level.key.as_deref())
            .map(String::from_utf8_lossy)
            .collect();
        let path = keys.join(".");
        (!path.is_empty() && path.len() <= LONGEST).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_marker(text: &str) -> Option<String> {
        let before = text.split('^').next().unwrap();
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |it| it + 1);
        field_path(text.replace('^', "").as_bytes(), line, column)
    }

    #[test]
    fn the_field_at_a_position_is_found() {
        for (text, path) in [
            (r#"{"text":5^}"#, Some("text")),
            (
                r#"{"conversation":{"isGroup":true,"id":5^}}"#,
                Some("conversation.id"),
            ),
            (r#"{"from":{"id":"a"},"text":{^}}"#, Some("text")),
            (
                r#"{"attachments":[{"name":"x"},{"contentType":[^"#,
                Some("attachments.contentType"),
            ),
            ("{\n\"a\":\"x\",\n  \"b\": 1^}", Some("b")),
            (r#"{"a\"b":1^}"#, Some(r#"a\"b"#)),
            (r#"{"text":"","text"^:"#, Some("text")),
            (r#"{"a":"{[,:"^}"#, Some("a")),
            ("^{}", None),
        ] {
            assert_eq!(at_marker(text).as_deref(), path, "{text}");
        }
    }
}
