//! The places, and what happens at them.

use std::io;

/// Every place, in the order in which a message and its job come by.
pub const FAILPOINTS: [&str; 29] = [
    "door-before-admit",
    "admit-after-message",
    "admit-after-job",
    "admit-after-intent",
    "commit-before",
    "commit-after",
    "door-after-admit",
    "overrun-before-adopt",
    "adopt-after-message",
    "overrun-after-adopt",
    "claim-before-commit",
    "claim-after",
    "start-before-commit",
    "start-after-commit",
    "process-after-spawn",
    "process-before-gate",
    "process-after-gate",
    "process-after-exit",
    "progress-before",
    "renew-before",
    "finish-before",
    "finish-after-state",
    "finish-after",
    "inline-after-end",
    "outbox-before-send",
    "outbox-after-send",
    "outbox-after-mark",
    "recover-midway",
    "recover-after",
];

/// Dies or hangs here when that was asked for.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn hit(_name: &'static str) {}

/// Dies, hangs or fails here when that was asked for.
///
/// # Errors
///
/// That was asked for.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn check(_name: &'static str) -> io::Result<()> {
    Ok(())
}

/// Dies or hangs here when that was asked for.
#[cfg(debug_assertions)]
pub fn hit(name: &'static str) {
    // What cannot fail goes on.
    let _ = armed::reach(name);
}

/// Dies, hangs or fails here when that was asked for.
///
/// # Errors
///
/// That was asked for.
#[cfg(debug_assertions)]
pub fn check(name: &'static str) -> io::Result<()> {
    armed::reach(name)
}

#[cfg(debug_assertions)]
mod armed {
    use std::io;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    use rustix::process::{Signal, getpid, kill_process};

    /// Read once, before anything can change it.
    static ARMED: LazyLock<Option<Armed>> = LazyLock::new(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "it is no part of the configuration, and not there in a release"
        )]
        let variable = std::env::var("HAILER_FAILPOINT").ok();
        variable.and_then(|it| Armed::read(&it))
    });

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Action {
        Kill,
        Abort,
        Hang,
        Fail,
    }

    #[derive(Debug)]
    struct Armed {
        name: String,
        action: Action,
        left: AtomicU32,
    }

    impl Armed {
        fn read(text: &str) -> Option<Self> {
            let (text, count) = text.split_once('@').unwrap_or((text, "1"));
            let (name, action) = text.split_once(':').unwrap_or((text, "kill"));
            let action = match action {
                "kill" => Action::Kill,
                "abort" => Action::Abort,
                "hang" => Action::Hang,
                "error" => Action::Fail,
                _ => return None,
            };
            Some(Self {
                name: name.to_owned(),
                action,
                left: AtomicU32::new(count.parse().ok().filter(|it| *it > 0)?),
            })
        }

        /// Says whether this time is the one that was meant.
        fn is_now(&self) -> bool {
            let left = self
                .left
                .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
                    left.checked_sub(1)
                });
            left == Ok(1)
        }
    }

    pub(super) fn reach(name: &'static str) -> io::Result<()> {
        let Some(armed) = ARMED.as_ref().filter(|it| it.name == name && it.is_now()) else {
            return Ok(());
        };
        match armed.action {
            Action::Kill => {
                // Nothing of the process runs after this, whatever it returns.
                let _ = kill_process(getpid(), Signal::KILL);
                hang()
            }
            Action::Abort => std::process::abort(),
            Action::Hang => hang(),
            Action::Fail => Err(io::Error::other(format!("the failpoint {name} says so"))),
        }
    }

    fn hang() -> ! {
        loop {
            std::thread::park();
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_place_an_action_and_a_count_are_read() {
            let read = |text| Armed::read(text).map(|it| (it.action, it.left.into_inner()));

            assert_eq!(read("claim-after"), Some((Action::Kill, 1)));
            assert_eq!(read("claim-after:hang"), Some((Action::Hang, 1)));
            assert_eq!(read("claim-after:error@7"), Some((Action::Fail, 7)));
            for wrong in ["claim-after:explode", "a:kill@0", "a@x"] {
                assert_eq!(read(wrong), None, "{wrong}");
            }
        }

        #[test]
        fn only_the_time_that_was_meant_counts() {
            let armed = Armed::read("a:error@2").unwrap();

            assert_eq!(
                [armed.is_now(), armed.is_now(), armed.is_now()],
                [false, true, false]
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_place_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = FAILPOINTS.into_iter().collect();

        assert_eq!(names.len(), FAILPOINTS.len());
    }
}
