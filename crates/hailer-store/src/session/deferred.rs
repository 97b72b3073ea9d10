//! Statements of an SQLite operation that are put off, to go with its next one.

use crate::session::value::Value;

/// Statements of an SQLite operation that go with its next one: each way to the connection's thread and back costs more than what
/// SQLite does there.
#[derive(Debug, Default)]
pub(super) struct Deferred {
    sql: String,
    values: Vec<Value>,
    statements: usize,
    /// Where the operation that runs now began, in text, values and statements; `None` once something of it was sent.
    mark: Option<(usize, usize, usize)>,
}

impl Deferred {
    pub(super) fn is_empty(&self) -> bool {
        self.sql.is_empty()
    }

    /// How many statements are put off.
    pub(super) fn len(&self) -> usize {
        self.statements
    }

    pub(super) fn push(&mut self, sql: &str, values: &[Value]) {
        if !self.sql.is_empty() {
            self.sql.push_str("; ");
        }
        self.sql.push_str(&renumbered(sql, self.values.len()));
        self.values.extend_from_slice(values);
        self.statements += 1;
    }

    pub(super) fn begin_operation(&mut self) {
        self.mark = Some((self.sql.len(), self.values.len(), self.statements));
    }

    /// Forgets what the operation put off; false when something of it had been sent before.
    pub(super) fn forget_operation(&mut self) -> bool {
        let mark = self.mark.take();
        let (sql, values, statements) = mark.unwrap_or_default();
        self.sql.truncate(sql);
        self.values.truncate(values);
        self.statements = statements;
        mark.is_some()
    }

    /// Takes everything; says whether statements of earlier operations are among it.
    pub(super) fn take(&mut self) -> (String, Vec<Value>, bool) {
        let is_mixed = self.mark.take().is_some_and(|(_, _, earlier)| earlier > 0);
        self.statements = 0;
        (
            std::mem::take(&mut self.sql),
            std::mem::take(&mut self.values),
            is_mixed,
        )
    }
}

/// Returns a statement whose `$1` is `$(1 + offset)`, and so on.
fn renumbered(sql: &str, offset: usize) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number = number.parse::<usize>().unwrap_or_default() + offset;
        text.push_str(&format!("${number}{rest}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::value::values;

    #[test]
    fn placeholders_of_put_off_statements_go_on_counting() {
        let mut deferred = Deferred::default();

        deferred.push("SAVEPOINT operation", &[]);
        deferred.push("INSERT INTO a VALUES ($1, $2)", &values!["x", 1_i64]);
        deferred.push("UPDATE b SET c = $11 WHERE d = $1", &values!["y"]);

        assert_eq!(
            deferred.sql,
            "SAVEPOINT operation; INSERT INTO a VALUES ($1, $2); UPDATE b SET c = $13 WHERE d = $3"
        );
        assert_eq!(deferred.values.len(), 3);
    }
}
