//! What others deployed, written down where it belongs.

use hailer::JobState;

use super::{Folder, TOML};
use crate::deploy::report::{KeptTrack, Noted, Outcome, Report};

/// 2026-11-24T09:30:00Z.
const NOW_MS: i64 = 1_795_512_600_000;

fn report(version: &str, minutes_ago: i64, id: &str) -> Report {
    let at_ms = NOW_MS - minutes_ago * 60_000;
    Report {
        service: "api".to_owned(),
        version: version.to_owned(),
        environment: "prod".to_owned(),
        result: Outcome::Healthy,
        by: "pipeline\n  812".to_owned(),
        at: chrono::DateTime::from_timestamp_millis(at_ms),
        note: None,
        id: Some(id.to_owned()),
    }
}

/// Writes reports down one after the other, as a store would keep them.
fn note(reports: &[Report]) -> (Vec<Noted>, String) {
    let (deployments, _) = Folder::new().program("deploy.sh", "").try_read(TOML);
    let mut kept: Option<String> = None;
    let mut all = Vec::new();
    for report in reports {
        let track = KeptTrack::read(&deployments, report, kept.as_deref()).unwrap();
        let (noted, value) = track.note(report, None, NOW_MS).unwrap();
        all.push(noted);
        kept = Some(value);
    }
    (all, kept.unwrap())
}

fn versions(kept: &str) -> Vec<String> {
    let kept: serde_json::Value = serde_json::from_str(kept).unwrap();
    let deploys = kept["deploys"].as_array().unwrap();
    deploys
        .iter()
        .map(|it| it["version"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_report_stands_where_it_belongs_by_its_time() {
    let (_, kept) = note(&[
        report("2.0.0", 10, "a"),
        report("1.0.0", 60, "b"),
        report("3.0.0", 1, "c"),
    ]);

    assert_eq!(versions(&kept), ["3.0.0", "2.0.0", "1.0.0"]);
    assert!(kept.contains("\"by\":\"pipeline 812\""), "{kept}");
}

#[test]
fn a_report_that_comes_again_changes_nothing() {
    let one = report("2.0.0", 0, "a");

    let (noted, kept) = note(&[one.clone(), one.clone(), Report { id: None, ..one }]);

    assert_eq!(noted, [Noted::Now, Noted::Before, Noted::Now]);
    assert_eq!(versions(&kept), ["2.0.0", "2.0.0"]);
}

#[test]
fn what_cannot_be_true_is_not_noted() {
    let (deployments, _) = Folder::new().program("deploy.sh", "").try_read(TOML);
    let told = |report: &Report, kept: Option<&str>, job| {
        let track = KeptTrack::read(&deployments, report, kept).unwrap();
        let error = track.note(report, job, NOW_MS).unwrap_err();
        error.reply().unwrap().to_plain()
    };

    assert!(told(&report("2.0.0", -60, "a"), None, None).contains("in the future"));
    assert!(told(&report("2 0", 0, "a"), None, None).contains("is no version"));
    let under_way = r#"{"deploys":[{"kind":"run","version":"3.0.0","by":"Mira","job":"7F3A","began_ms":1,"ending":"under_way"}]}"#;
    let running = Some((JobState::Running, None));
    assert!(told(&report("2.0.0", 0, "a"), Some(under_way), running).contains("by me"));
    let track = KeptTrack::read(&deployments, &report("2.0.0", 0, "a"), Some(under_way)).unwrap();
    assert_eq!(track.job(), Some("7F3A"));
    let over = Some((JobState::Interrupted, Some(2)));
    let (noted, kept) = track.note(&report("2.0.0", 0, "a"), over, NOW_MS).unwrap();
    assert_eq!(noted, Noted::Now);
    assert!(kept.contains("interrupted"), "{kept}");
    let unknown = deployments.resolve(Report {
        service: "apo".to_owned(),
        ..report("1", 0, "a")
    });
    assert!(
        unknown
            .unwrap_err()
            .reply()
            .unwrap()
            .to_plain()
            .contains("api")
    );
}

#[test]
fn who_may_report_is_checked_with_the_rest() {
    let toml = format!(
        "{TOML}\n[deploy.report.ci]\nsecret = {{ env = \"SIGNING\" }}\nservices = [\"apo\"]\n[deploy.report.cd]\nsecret = {{ env = \"SECRET\" }}\n[deploy.report.ce]\n"
    );

    let (_, problems) = Folder::new().program("deploy.sh", "").try_read(&toml);

    for part in [
        "there is no service `apo`",
        "did you mean `api`",
        "does not begin with whsec_",
        "there is no `secret`",
    ] {
        assert!(problems.contains(part), "{part}: {problems}");
    }
    assert!(!problems.contains("hunter22"), "{problems}");
}
