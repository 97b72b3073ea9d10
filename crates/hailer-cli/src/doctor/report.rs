//! What the doctor found: a row for each check, for people and as JSON.

use serde_json::{Value, json};

use crate::exit::Exit;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Ok,
    Warn,
    Fail,
    Skip,
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) state: State,
    /// What was looked at, or what is wrong; further lines follow below.
    pub(crate) text: String,
    pub(crate) code: Option<&'static str>,
    pub(crate) fix: Option<String>,
    /// What this check alone would end the process with.
    pub(crate) exit: Exit,
}

impl Check {
    fn new(name: &'static str, state: State, text: impl Into<String>) -> Self {
        Self {
            name,
            state,
            text: text.into(),
            code: None,
            fix: None,
            exit: Exit::Fine,
        }
    }

    pub(crate) fn ok(name: &'static str, text: impl Into<String>) -> Self {
        Self::new(name, State::Ok, text)
    }

    pub(crate) fn skip(name: &'static str, text: impl Into<String>) -> Self {
        Self::new(name, State::Skip, text)
    }

    /// Makes a row of a cause that stands in the way; its fix is that of the table until another is given.
    pub(crate) fn fail(name: &'static str, code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            fix: crate::explain::cause(code).map(|it| it.fix.to_owned()),
            exit: Exit::No,
            ..Self::new(name, State::Fail, text)
        }
    }

    /// As [`Check::fail`], for what somebody should look at.
    pub(crate) fn warn(name: &'static str, code: &'static str, text: impl Into<String>) -> Self {
        Self {
            state: State::Warn,
            exit: Exit::Fine,
            ..Self::fail(name, code, text)
        }
    }

    pub(crate) fn with_fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    pub(crate) fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    fn to_text(&self) -> String {
        let state = match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail => "FAIL",
            State::Skip => "skip",
        };
        let text = self.text.replace('\n', &format!("\n{:INDENT$}", ""));
        let mut row = format!("{:<12}{state:<6}{text}\n", self.name);
        if let Some(fix) = &self.fix {
            row.push_str(&format!("{:INDENT$}fix: {fix}\n", ""));
        }
        if let Some(code) = self.code {
            row.push_str(&format!("{:INDENT$}more: hailer explain {code}\n", ""));
        }
        row
    }

    fn to_json(&self) -> Value {
        json!({
            "check": self.name,
            "state": match self.state {
                State::Ok => "ok",
                State::Warn => "warn",
                State::Fail => "fail",
                State::Skip => "skip",
            },
            "code": self.code,
            "text": self.text,
            "fix": self.fix,
            "exit": self.exit as u8,
        })
    }
}

/// Where the text of a row begins.
const INDENT: usize = 18;

/// Returns what the process ends with.
pub(crate) fn exit(checks: &[Check]) -> Exit {
    let failed = |exit| {
        checks
            .iter()
            .any(|it| it.state == State::Fail && it.exit == exit)
    };
    match checks.iter().any(|it| it.state == State::Fail) {
        false => Exit::Fine,
        true if failed(Exit::Config) => Exit::Config,
        true => Exit::No,
    }
}

/// Draws one screen.
pub(crate) fn to_text(checks: &[Check]) -> String {
    let rows: String = checks.iter().map(Check::to_text).collect();
    let count = |state| checks.iter().filter(|it| it.state == state).count();
    let plural = |number: usize, word| {
        let ending = if number == 1 { "" } else { "s" };
        format!("{number} {word}{ending}")
    };
    let summary = match (count(State::Fail), count(State::Warn)) {
        (0, 0) => "no problems".to_owned(),
        (0, warnings) => plural(warnings, "warning"),
        (problems, 0) => plural(problems, "problem"),
        (problems, warnings) => {
            format!(
                "{}, {}",
                plural(problems, "problem"),
                plural(warnings, "warning")
            )
        }
    };
    format!("{rows}{summary}. Nothing was changed.")
}

/// Writes all rows as JSON.
pub(crate) fn to_json(checks: &[Check]) -> String {
    let all: Vec<Value> = checks.iter().map(Check::to_json).collect();
    format!("{:#}", Value::from(all))
}
