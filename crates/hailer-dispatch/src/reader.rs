//! clap, ready to read the arguments of one command again and again.
//!
//! clap changes a `Command` while it parses. To copy it for each message costs a fifth of dispatching, so one is
//! kept and lent to one message at a time; only messages of the same moment copy.

use std::sync::Mutex;

use clap::ArgMatches;

/// Reads the arguments of one command.
pub(crate) struct Reader {
    declared: clap::Command,
    used: Mutex<clap::Command>,
}

impl Reader {
    pub(crate) fn new(declared: clap::Command) -> Self {
        Self {
            used: Mutex::new(declared.clone()),
            declared,
        }
    }

    /// Returns the arguments as they were declared.
    pub(crate) fn declared(&self) -> &clap::Command {
        &self.declared
    }

    /// Lets clap read the arguments of one call.
    pub(crate) fn read(&self, arguments: Vec<String>) -> Result<ArgMatches, clap::Error> {
        match self.used.try_lock() {
            Ok(mut command) => command.try_get_matches_from_mut(arguments),
            // In use, or left behind by a value parser that panicked.
            Err(_) => self.declared.clone().try_get_matches_from(arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> Reader {
        let command = clap::Command::new("deploy").no_binary_name(true);
        let service = clap::Arg::new("service").required(true);
        Reader::new(command.arg(service))
    }

    fn service(matches: &ArgMatches) -> Option<&str> {
        matches.get_one::<String>("service").map(String::as_str)
    }

    #[test]
    fn nothing_of_one_call_is_left_for_the_next() {
        let reader = reader();

        let first = reader.read(vec!["api".to_owned()]).unwrap();
        let wrong = reader.read(Vec::new());
        let second = reader.read(vec!["web".to_owned()]).unwrap();

        assert_eq!(service(&first), Some("api"));
        assert!(wrong.is_err());
        assert_eq!(service(&second), Some("web"));
    }

    #[test]
    fn a_call_is_read_while_another_one_is() {
        let reader = reader();
        let busy = reader.used.lock();

        let matches = reader.read(vec!["api".to_owned()]).unwrap();

        assert_eq!(service(&matches), Some("api"));
        drop(busy);
    }
}
