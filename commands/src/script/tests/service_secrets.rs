//! What a service's table may say, and what is never said of it.

use hailer::{CancellationToken, CommandError};
use hailer_process::Launcher;

use super::Folder;
use super::services::{Act, SECRET, Service};
use crate::script::{Context, Value, run};

/// Runs the command itself, and returns what the log would keep.
async fn logged(toml: &str, context: &Context) -> (String, CommandError) {
    let folder = Folder::new();
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    std::fs::write(
        folder.path().join("url"),
        "http://127.0.0.1:9/hooks?token=hush-hush",
    )
    .unwrap();
    let script = folder.read(toml).remove(0);
    let never = CancellationToken::new();
    let note = |_| std::future::ready(Ok(()));
    let finished = run(&script, &Launcher::direct(), context, &never, note, |_| {}).await;
    let error = finished.into_result().unwrap_err();
    (format!("{script:?} {:?}", script.work), error)
}

#[tokio::test]
async fn neither_the_log_nor_debug_has_more_of_the_url_than_its_host() {
    let context = Context::default();
    let service = Service::new([Act::HangUp]);

    let (shown, error) = logged(&service.toml(""), &context).await;

    let told = format!("{shown} {error:?} {}", error.log_text().unwrap());
    assert!(told.contains("127.0.0.1"), "{told}");
    assert!(
        !told.contains("hush") && !told.contains("hooks") && !told.contains("MfKQ"),
        "{told}"
    );
}

#[tokio::test]
async fn secrets_in_an_answer_are_masked() {
    let body = format!("it was {SECRET} at hooks/deploy, correct-horse");
    let service = Service::answering("422 No", "text/plain", &body);
    let args = "args = [{ name = \"code\", type = \"secret\", help = \"the code\" }]";
    let context = Context {
        values: vec![("code".to_owned(), Value::One("correct-horse".to_owned()))],
        ..Context::default()
    };

    let (_, error) = logged(&service.toml(args), &context).await;

    assert_eq!(error.to_string(), "it was *** at hooks/deploy, ***");
    assert!(service.next().contains("correct-horse"));
}

#[test]
fn a_script_and_a_service_of_one_name_are_refused() {
    let folder = Folder::new().script("x.sh", "#!/bin/sh\n");
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    let toml = "[script.x]\nhelp = \"x\"\nexec = [\"./x.sh\"]\n[http.x]\nhelp = \"x\"\n\
                url = \"https://x.example.com/\"\nsecret = { file = \"secret\" }\n";

    let (_, problems) = folder.try_read(toml);

    assert!(
        problems.contains("there is a [script.x] too, and a command has one name"),
        "{problems}"
    );
}

#[test]
fn what_is_wrong_is_told_before_the_bot_starts() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    std::fs::write(folder.path().join("short"), "whsec_c2hvcnQ=").unwrap();
    std::fs::write(folder.path().join("url"), "https://x.example.com/hush-hush").unwrap();
    let url = "url = \"https://x.example.com/\"";
    let secret = "secret = { file = \"secret\" }";
    for (keys, part) in [
        (secret.to_owned(), "there is no `url`"),
        (url.to_owned(), "there is no `secret` to sign calls with"),
        (
            format!("{url}\nsecret = {{ file = \"short\" }}"),
            "this secret decodes to 5 bytes",
        ),
        (
            format!("{url}\n{secret}\nsudo = true"),
            "unknown key `sudo`",
        ),
        (
            format!("url = \"http://x.example.com/\"\n{secret}"),
            "allow_http = true",
        ),
        (
            format!("url = \"https://169.254.169.254/\"\n{secret}"),
            "fix: allow_addresses = [\"169.254.169.254\"] if it is meant",
        ),
        (
            format!("url = {{ file = \"url\" }}\n{secret}"),
            "fix: allow_hosts = [\"x.example.com\"]",
        ),
        (
            format!("{url}\n{secret}\nallow_hosts = [\"*.example.org\"]"),
            "is not among `allow_hosts`",
        ),
        (
            format!("{url}\n{secret}\nallow_addresses = [\"0.0.0.0/0\"]"),
            "it is too wide",
        ),
        (
            format!("{url}\n{secret}\ntimeout = \"0s\""),
            "fix: timeout = \"30s\"",
        ),
    ] {
        let (_, problems) = folder.try_read(&format!("[http.x]\nhelp = \"x\"\n{keys}\n"));
        assert!(problems.contains(part), "{keys}\n{problems}");
        assert!(!problems.contains("hush"), "{problems}");
    }
}
