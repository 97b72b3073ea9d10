//! The fields of a line that no person looks at while it is written: `name=value`, and always one line.
//!
//! The usual form asks for a colour before and after each name even where there are none, which takes longer than
//! finding the command of a message. Characters that steer a terminal, or begin a line, are escaped.

use std::fmt::{self, Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;

/// Writes fields without colours.
#[derive(Debug)]
pub(super) struct PlainFields;

impl<'w> FormatFields<'w> for PlainFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut line = Line {
            writer,
            separator: "",
            result: Ok(()),
        };
        fields.record(&mut line);
        line.result
    }
}

/// A line that is being written.
struct Line<'w> {
    writer: Writer<'w>,
    separator: &'static str,
    result: fmt::Result,
}

impl Line<'_> {
    fn write(&mut self, field: &Field, value: fmt::Arguments<'_>) -> fmt::Result {
        self.writer.write_str(self.separator)?;
        self.separator = " ";
        if field.name() != "message" {
            self.writer.write_str(field.name())?;
            self.writer.write_str("=")?;
        }
        OneLine(&mut self.writer).write_fmt(value)
    }
}

impl Visit for Line<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        // What people typed is quoted, so that it cannot pass for other fields.
        match field.name() {
            "message" => self.record_debug(field, &format_args!("{value}")),
            _ => self.record_debug(field, &value),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if self.result.is_ok() {
            self.result = self.write(field, format_args!("{value:?}"));
        }
    }
}

/// Escapes control characters.
struct OneLine<'l, 'w>(&'l mut Writer<'w>);

impl fmt::Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.0.write_str(text);
        }
        for character in text.chars() {
            if character.is_control() {
                write!(self.0, "{}", character.escape_default())?;
            } else {
                self.0.write_char(character)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(log: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .fmt_fields(PlainFields)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn fields_follow_the_message() {
        let line = logged(|| {
            let id = format_args!("0a7f6bed");
            tracing::info!(%id, webhook = "ops", key = 0, took = 1.5, "message answered");
        });

        assert_eq!(
            line,
            " INFO message answered id=0a7f6bed webhook=\"ops\" key=0 took=1.5\n"
        );
    }

    #[test]
    fn nothing_steers_a_terminal_or_begins_a_line() {
        let hostile = "a\nERROR b\u{1b}[2J\u{9b}1m \u{e9}";

        let line = logged(|| tracing::warn!(shown = %hostile, typed = hostile, "{hostile}"));

        assert_eq!(
            line,
            " WARN a\\nERROR b\\u{1b}[2J\\u{9b}1m \u{e9} shown=a\\nERROR b\\u{1b}[2J\\u{9b}1m \u{e9} \
             typed=\"a\\nERROR b\\u{1b}[2J\\u{9b}1m \u{e9}\"\n"
        );
    }
}
