//! A service in an environment as people see it: one sign, one version, one remark.

use hailer::{Sign, Words};

use crate::deploy::ledger::{Deploy, Ending, Kind, Track};
use crate::deploy::words::ago;

/// What the backend said is worth a remark when it is older than this.
const STALE_MS: i64 = 15 * 60 * 1_000;

/// A service in an environment, as it is now.
#[derive(Debug)]
pub(super) struct Line<'d> {
    pub(super) service: &'d str,
    pub(super) environment: &'d str,
    pub(super) sign: Sign,
    /// The version that runs, as far as is known.
    pub(super) version: String,
    /// The same where there is little room.
    pub(super) short: Option<String>,
    /// Since when, by whom; or what is wrong.
    pub(super) remark: String,
    /// The job of the deploy that is under way, or that left a doubt.
    pub(super) job: Option<String>,
    pub(super) is_under_way: bool,
}

impl<'d> Line<'d> {
    /// Looks at a track. One that does not exist belongs to a service that was never deployed there.
    pub(super) fn of(
        service: &'d str,
        environment: &'d str,
        track: Option<&Track>,
        now_ms: i64,
    ) -> Self {
        let view = track.map_or_else(View::nothing, |it| View::of(it, now_ms));
        Self {
            service,
            environment,
            sign: view.sign,
            version: view.version,
            short: view.short,
            remark: view.remark,
            job: view.job,
            is_under_way: track.is_some_and(|it| it.under_way().is_some()),
        }
    }

    /// What the cells of a row say.
    pub(super) const COLUMNS: [&'static str; 5] =
        ["Service", "Environment", "Status", "Version", "Remark"];

    /// Writes it as a row.
    pub(super) fn row(&self) -> [Words; 5] {
        let status = match (self.is_under_way, self.sign) {
            (true, _) => "deploying",
            (false, Sign::Good) => "well",
            (false, Sign::Warning | Sign::Bad) => "problem",
            (false, Sign::Neutral) => "nothing",
        };
        [
            Words::new(self.service),
            Words::new(self.environment),
            self.sign.says(status),
            Words::new(&self.version),
            Words::new(&self.remark),
        ]
    }

    /// Tells whether somebody should look.
    pub(super) fn is_problem(&self) -> bool {
        matches!(self.sign, Sign::Bad | Sign::Warning)
    }
}

/// What a track says.
struct View {
    sign: Sign,
    version: String,
    short: Option<String>,
    remark: String,
    job: Option<String>,
}

impl View {
    fn new(sign: Sign, version: impl Into<String>, remark: String) -> Self {
        Self {
            sign,
            version: version.into(),
            short: None,
            remark,
            job: None,
        }
    }

    fn nothing() -> Self {
        Self::new(Sign::Neutral, "–", "never deployed by me".to_owned())
    }

    /// Says what counts most: what is under way, what is in doubt, what others did, what runs.
    fn of(track: &Track, now_ms: i64) -> Self {
        let running = track.running();
        if let Some(deploy) = track.under_way() {
            return Self::of_under_way(deploy, running, now_ms);
        }
        let ended = |it: &Deploy| it.ended_ms.unwrap_or(it.began_ms);
        let seen = track.seen.as_ref();
        let doubt = track.doubt();
        if let Some(deploy) = doubt.filter(|it| seen.is_none_or(|seen| seen.at_ms <= ended(it))) {
            return Self::of_doubt(deploy, running, now_ms);
        }
        match (seen, running) {
            (None, None) => Self::nothing(),
            (Some(seen), None) => {
                let remark = format!("seen {} ago; not deployed by me", ago(seen.at_ms, now_ms));
                Self::new(Sign::Warning, &seen.version, remark)
            }
            (Some(seen), Some(running)) if seen.version != running.version => {
                let since = ago(seen.at_ms, now_ms);
                let remark = format!("seen {since} ago; I had deployed {}", running.version);
                Self::new(Sign::Warning, &seen.version, remark)
            }
            (_, Some(running)) => {
                let remark = remark(running, track, now_ms);
                Self::new(sign_of(running), &running.version, remark)
            }
        }
    }

    fn of_under_way(deploy: &Deploy, running: Option<&Deploy>, now_ms: i64) -> Self {
        let what = match deploy.kind {
            Kind::Rollback => "going back",
            Kind::Run | Kind::Reported => "on its way",
        };
        let since = ago(deploy.began_ms, now_ms);
        let from = running.map_or("–", |it| it.version.as_str());
        let remark = format!("{what} for {since}, by {}", deploy.by);
        Self {
            short: Some(format!("→ {}", deploy.version)),
            job: deploy.job.clone(),
            ..Self::new(
                Sign::Warning,
                format!("{from} → {}", deploy.version),
                remark,
            )
        }
    }

    fn of_doubt(deploy: &Deploy, running: Option<&Deploy>, now_ms: i64) -> Self {
        let what = match deploy.ending {
            Ending::Cancelled => "stopped half way",
            Ending::Interrupted => "cut off",
            Ending::UnderWay
            | Ending::Healthy
            | Ending::Unchecked
            | Ending::Unhealthy
            | Ending::Untouched
            | Ending::Failed => "failed",
        };
        let since = ago(deploy.ended_ms.unwrap_or(deploy.began_ms), now_ms);
        let version = match running {
            Some(running) => format!("{} or {}", running.version, deploy.version),
            None => format!("{}?", deploy.version),
        };
        Self {
            short: Some(format!("{}?", deploy.version)),
            job: deploy.job.clone(),
            ..Self::new(
                Sign::Bad,
                version,
                format!("{what} {since} ago, by {}", deploy.by),
            )
        }
    }
}

fn sign_of(running: &Deploy) -> Sign {
    match running.ending {
        Ending::Unhealthy => Sign::Bad,
        Ending::Unchecked => Sign::Neutral,
        Ending::Healthy
        | Ending::UnderWay
        | Ending::Untouched
        | Ending::Failed
        | Ending::Cancelled
        | Ending::Interrupted => Sign::Good,
    }
}

fn remark(running: &Deploy, track: &Track, now_ms: i64) -> String {
    let since = ago(running.ended_ms.unwrap_or(running.began_ms), now_ms);
    let by = match running.kind {
        Kind::Run => format!("{since} ago by {}", running.by),
        Kind::Rollback => format!("gone back to {since} ago by {}", running.by),
        Kind::Reported => format!("{since} ago, reported by {}", running.by),
    };
    let stale = track
        .seen
        .as_ref()
        .filter(|it| now_ms.saturating_sub(it.at_ms) > STALE_MS);
    match (&running.note, running.ending, stale) {
        (Some(note), Ending::Unhealthy, _) => format!("unhealthy: {note}; {by}"),
        (_, Ending::Unchecked, _) => format!("not checked; {by}"),
        (_, _, Some(seen)) => format!("{by}; last seen {} ago", ago(seen.at_ms, now_ms)),
        (_, _, None) => by,
    }
}
