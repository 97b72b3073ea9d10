//! What whole configurations give: defaults, every problem at once, the environment over the file.

mod drop_ins;
mod jobs;
mod messages;
mod permissions;
mod secrets;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::{ProptestConfig, any, proptest};

use super::tree::{self, Table, Value};
use hailer_dispatch::DefaultPermission;

use super::{Config, Draft, Environment, Loaded, LogLevel, Problems};

/// The base64 of 32 bytes.
const TOKEN: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A webhook that is fine, to stand below what is tested.
const WEBHOOK: &str = "[webhook.ops]\ntoken = { env = \"HAILER_TOKEN_OPS\" }\n";

fn environment(more: &[(&str, &str)]) -> Environment {
    let token = [("HAILER_TOKEN_OPS", TOKEN)];
    Environment::from_pairs(token.iter().chain(more).copied())
}

fn parse(text: &str, more: &[(&str, &str)]) -> Result<Loaded, Problems> {
    Config::parse("hailer.toml", text, Path::new(""), &environment(more))
}

/// Reads a text and the good webhook below it.
fn with_webhook(text: &str, more: &[(&str, &str)]) -> Config {
    let text = format!("{text}\n{WEBHOOK}");
    parse(&text, more).expect("the text has no errors").config
}

/// Returns the problems of a text with the good webhook below it.
fn problems(text: &str, more: &[(&str, &str)]) -> String {
    let text = format!("{text}\n{WEBHOOK}");
    match parse(&text, more) {
        Ok(loaded) => loaded.warnings.to_string(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn a_webhook_is_enough() {
    let loaded = parse(WEBHOOK, &[]).expect("the webhook is fine");

    let config = loaded.config;
    assert!(loaded.warnings.is_empty());
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:3978");
    assert_eq!(
        config.server.admin_listen.map(|it| it.to_string()),
        Some("127.0.0.1:3979".to_owned())
    );
    assert_eq!(config.server.reply_within, Duration::from_secs(4));
    assert_eq!(config.server.shutdown_grace, Duration::from_secs(20));
    assert_eq!((config.server.public_url, config.server.tls), (None, None));
    assert_eq!(config.permissions.default, DefaultPermission::Read);
    assert_eq!(config.limits.body, 262_144);
    assert_eq!(config.limits.max_skew, Some(Duration::from_secs(300)));
    assert_eq!(config.limits.dedupe_for, Some(Duration::from_secs(600)));
    assert_eq!(config.log.level, LogLevel::Info);
    assert_eq!(config.bot.contact, None);
    let store = config.store.map(|url| url.to_string());
    assert_eq!(store.as_deref(), Some("sqlite:hailer.db"));
    assert_eq!(config.jobs, hailer_jobs::JobSettings::default());
    assert!(config.follow_ups.is_empty());
    assert_eq!(config.webhooks[0].name, "ops");
    assert_eq!(config.webhooks[0].mention, "ops");
    assert_eq!(config.webhooks[0].keys.len(), 1);
}

#[test]
fn every_key_is_read() {
    let config = with_webhook(
        "version = 1
         [bot]
         contact = '#help'
         [server]
         listen = 'localhost:0'
         admin_listen = 'off'
         reply_within = '4.5s'
         shutdown_grace = '1m 30s'
         public_url = 'https://bot.example.com/'
         [permissions]
         default = 'deny'
         [limits]
         body = '1 MiB'
         max_skew = 'off'
         dedupe_for = false
         [log]
         level = 'debug'
         [webhook.data-2]
         token = { env = 'HAILER_TOKEN_DATA' }
         mention = '@Data Bot'",
        &[(
            "HAILER_TOKEN_DATA",
            "YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=",
        )],
    );

    assert_eq!(config.bot.contact.as_deref(), Some("#help"));
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:0");
    assert_eq!(config.server.admin_listen, None);
    assert_eq!(config.server.reply_within, Duration::from_millis(4500));
    assert_eq!(config.server.shutdown_grace, Duration::from_secs(90));
    assert_eq!(
        config.server.public_url.as_deref(),
        Some("https://bot.example.com")
    );
    assert_eq!(config.permissions.default, DefaultPermission::Deny);
    assert_eq!(config.limits.body, 1_048_576);
    assert_eq!(
        (config.limits.max_skew, config.limits.dedupe_for),
        (None, None)
    );
    assert_eq!(config.log.level, LogLevel::Debug);
    let webhooks: Vec<_> = config
        .webhooks
        .iter()
        .map(|it| (it.name.as_str(), it.mention.as_str()))
        .collect();
    assert_eq!(webhooks, [("data-2", "Data Bot"), ("ops", "ops")]);
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let text = "\
version = 2
[bot]
language = \"en\"
[server]
lissten = \"127.0.0.1:3978\"
admin_listen = 3979
reply_within = \"6s\"
shutdown_grace = \"4\"
[webhook.data]
[limits]
body = \"big\"
[permissions]
default = \"write\"
[group.ops]
[store]
url = \"x\"
";

    let problems = parse(text, &[]).expect_err("the text has errors");

    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(
        codes,
        [
            "HL220", "HL205", "HL201", "HL203", "HL208", "HL207", "HL204", "HL207", "HL206",
            "HL204", "HL222"
        ]
    );
    assert_eq!((problems.error_count(), problems.warning_count()), (11, 0));
    assert!(problems.to_string().ends_with("\n11 errors."));
}

#[test]
fn variables_go_over_the_file() {
    let config = with_webhook(
        "[server]\nlisten = '127.0.0.1:1'\n[webhook.Data-Team]\ntoken = { env = 'NONE' }",
        &[
            ("HAILER_SERVER__LISTEN", "127.0.0.1:0"),
            ("HAILER_SERVER__REPLY_WITHIN", "\"3s\""),
            ("HAILER_LIMITS__MAX_SKEW", "off"),
            ("HAILER_LIMITS__BODY", "64 KiB"),
            ("HAILER_BOT__CONTACT", "42"),
            ("HAILER_WEBHOOK__DATA_TEAM__MENTION", "true"),
            ("HAILER_WEBHOOK__DATA_TEAM__TOKEN", "{ env = \"OTHER\" }"),
            ("HAILER_WEBHOOK__NEW__TOKEN__ENV", "OTHER"),
            ("HAILER_LOG", "not ours"),
            ("OTHER", "YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk="),
        ],
    );

    assert_eq!(config.server.listen.to_string(), "127.0.0.1:0");
    assert_eq!(config.server.reply_within, Duration::from_secs(3));
    assert_eq!(config.limits.max_skew, None);
    assert_eq!(config.limits.body, 65_536);
    assert_eq!(config.bot.contact.as_deref(), Some("42"));
    let webhooks: Vec<_> = config
        .webhooks
        .iter()
        .map(|it| (it.name.as_str(), it.mention.as_str(), it.keys.len()))
        .collect();
    assert_eq!(
        webhooks,
        [
            ("Data-Team", "true", 1),
            ("ops", "ops", 1),
            ("new", "new", 1)
        ]
    );
}

#[test]
fn a_module_reads_its_own_table() {
    let text = format!("[status]\nurl = 'https://s'\nretries = 'two'\nurll = 1\n{WEBHOOK}");
    let draft = Draft::parse("hailer.toml", &text, Path::new(""), &environment(&[]));

    let status = draft.section("status");
    let url = status.string("url");
    let retries = status.integer("retries").unwrap_or(3);
    status.reject("url", "`url` is not reachable", "fix: another one");
    let problems = draft.finish().expect_err("the table has errors");

    assert_eq!((url.as_deref(), retries), (Some("https://s"), 3));
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["HL225", "HL203", "HL201"]);
}

#[test]
fn a_module_reads_named_tables_in_the_order_of_the_file() {
    let text = "[check.zeta]\nevery = '1m'\n[check.alpha]\nnames = ['a']\nfast = true\n";
    let draft = Draft::parse("hailer.toml", text, Path::new(""), &Environment::default());

    let checks = draft.sections("check");
    let names: Vec<_> = checks.iter().map(|check| check.name()).collect();

    assert_eq!(names, ["zeta", "alpha"]);
    assert_eq!(checks[0].duration("every"), Some(Duration::from_secs(60)));
    assert_eq!(checks[1].strings("names"), Some(vec!["a".to_owned()]));
    assert_eq!(checks[1].boolean("fast"), Some(true));
}

#[test]
fn a_missing_file_has_its_own_kind() {
    let error = Config::load(Path::new("no/such.toml"), &Environment::default())
        .expect_err("there is no such file");

    assert_eq!(error.io_error_kind(), Some(io::ErrorKind::NotFound));
    assert_eq!(
        error.to_string(),
        "error[HL200]: the configuration file does not exist\n  --> no/such.toml   fix: name another one with --config FILE\n1 error."
    );
}

#[test]
fn a_file_that_is_not_text_says_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hailer.toml");
    fs::write(&path, b"version = 1\n# caf\xe9\n").expect("a file");

    let error = Config::load(&path, &Environment::default()).expect_err("the file is Latin-1");

    let expected = format!(
        "error[HL202]: the configuration file is not UTF-8\n  --> {}:2:6   fix: save it as UTF-8\n1 error.",
        path.display()
    );
    assert_eq!((error.io_error_kind(), error.to_string()), (None, expected));
}

/// The example, and the example with every commented key taken in. What modules read is theirs to test.
fn example() -> (&'static str, String) {
    let text = include_str!("../../../../hailer.example.toml");
    let is_key = |line: &str| line.starts_with(|it: char| it.is_ascii_alphabetic() || it == '[');
    let paragraphs = text.split("\n\n").filter(|it| {
        ![
            "#[status.",
            "#[script.",
            "#[http.",
            "#[oncall.",
            "#[alertmanager",
            "#[prometheus",
            "#[runbook",
            "#[schedule",
            "#[incident",
            "#[deploy.",
            "#[[deploy.",
        ]
        .iter()
        .any(|table| it.contains(table))
    });
    let lines = paragraphs.map(|paragraph| {
        let lines = paragraph.lines().map(|line| match line.strip_prefix('#') {
            Some(key) if is_key(key) => key,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    (text, lines.collect::<Vec<_>>().join("\n\n"))
}

#[test]
fn the_example_has_no_problems() {
    let (text, _) = example();

    let loaded = parse(text, &[]).expect("the example has no errors");

    assert!(loaded.warnings.is_empty());
    assert_eq!(loaded.config.webhooks.len(), 1);
}

#[test]
fn the_example_has_no_problems_with_all_its_keys() {
    let (_, text) = example();
    let folder = tempfile::tempdir().expect("a folder");
    let other = ["MTIz", "NDU2", "Nzg5"].map(|start| format!("{start}{}", &TOKEN[4..]));
    for (name, content) in [
        ("fullchain.pem", "-"),
        ("key.pem", "-"),
        ("sre.txt", ""),
        ("admin.token", "0123456789abcdef0123456789abcdef"),
        ("ops.token", other[0].as_str()),
        ("data.token", other[1].as_str()),
        ("credentials-data.token", other[2].as_str()),
        (
            "ops.flow",
            "https://x.environment.api.powerplatform.com:443/workflows/1/invoke?sig=x",
        ),
    ] {
        secrets::write_private(&folder.path().join(name), content);
    }
    let root = folder.path().display().to_string();
    let text = text.replace("/etc/hailer", &root).replace(
        "credential = \"data.token\"",
        "credential = \"credentials-data.token\"",
    );

    let loaded = parse(&text, &[("CREDENTIALS_DIRECTORY", &root)]).expect("there are no errors");

    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    let keys: Vec<_> = loaded
        .config
        .webhooks
        .iter()
        .map(|it| it.keys.len())
        .collect();
    assert_eq!(keys, [2, 2]);
}

#[test]
fn the_example_names_every_key() {
    let (_, text) = example();
    let draft = Draft::parse("hailer.toml", &text, Path::new(""), &environment(&[]));
    let _ = Config::read(&draft.top());

    let mut written = BTreeSet::new();
    collect(&draft.root, "", &mut written);
    let known: BTreeSet<_> = draft
        .reading
        .all_known()
        .into_iter()
        .flat_map(|(path, keys)| keys.into_iter().map(move |key| (path.clone(), key)))
        .map(|(path, key)| generic(&format!("{}.{key}", path.join("."))))
        .filter(|key| !key.contains(".0") && !key.contains(".1") && !is_form(key))
        .collect();

    let missing: Vec<_> = known.difference(&written).collect();
    assert!(known.len() > 25, "{known:?}");
    assert!(missing.is_empty(), "{missing:?}");
}

fn collect(table: &Table, path: &str, written: &mut BTreeSet<String>) {
    for entry in &table.entries {
        let path = format!("{path}.{}", entry.key);
        written.insert(generic(&path));
        if let Value::Table(inner) = &entry.node.value {
            collect(inner, &path, written);
        }
    }
}

/// The names of webhooks are those of the example.
fn generic(path: &str) -> String {
    path.trim_start_matches('.').replace(".data", ".ops")
}

/// The forms of a reference, and the label of a key, are in the example, but not below each key.
fn is_form(key: &str) -> bool {
    [".env", ".file", ".credential", "token.label"]
        .iter()
        .any(|form| key.ends_with(form))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = parse(&text, &[]).map_err(|problems| problems.to_string());
    }

    #[test]
    fn no_text_of_toml_letters_panics(
        text in "([a-c]|\\[|\\]|=|\"|'|\\{|\\}|,|\\.|#| |\t|\n|\r|1|é|東|-|webhook|server|token|\\\\){0,60}"
    ) {
        let _ = parse(&text, &[]).map_err(|problems| problems.to_string());
    }

    #[test]
    fn no_variable_panics(
        name in "HAILER_(SERVER|WEBHOOK|LIMITS|A)(__(LISTEN|OPS|TOKEN|ENV|))?(__(X|ENV|LISTEN|))?",
        value in any::<String>(),
    ) {
        let _ = parse(WEBHOOK, &[(&name, &value)]).map_err(|problems| problems.to_string());
    }
}

#[test]
fn every_span_of_the_tree_is_in_the_text() {
    let (_, text) = example();
    let (table, errors) = tree::parse(&text);

    assert!(errors.is_empty());
    for entry in &table.entries {
        let tree::Origin::Span(span) = &entry.key_origin else {
            panic!("the file has no variables");
        };
        assert_eq!(&text[span.clone()], entry.key);
    }
}
