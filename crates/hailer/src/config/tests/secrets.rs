//! Tokens: where they are read, what is said of damaged ones, and that nobody ever sees one.

use std::fs;
use std::path::Path;

use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use proptest::sample::Index;

use super::{TOKEN, environment, parse};
use crate::config::{Config, Draft, Environment, Loaded, Problems};

/// Writes a file that only its owner can read.
pub(super) fn write_private(path: &Path, content: &str) {
    write(path, content, 0o600);
}

#[cfg(unix)]
fn write(path: &Path, content: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    fs::write(path, content).expect("the folder can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the file is ours");
}

fn parse_in(folder: &Path, text: &str, variables: &[(&str, &str)]) -> Result<Loaded, Problems> {
    Config::parse("hailer.toml", text, folder, &environment(variables))
}

fn webhook(token: &str) -> String {
    format!("[webhook.data]\n{token}\n")
}

/// Returns what is said of a token, with `FOLDER` for the folder.
fn said_of(token: &str, variables: &[(&str, &str)], files: &[(&str, &str, u32)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content, mode) in files {
        write(&folder.path().join(name), content, *mode);
    }
    let said = match parse_in(folder.path(), &webhook(token), variables) {
        Ok(loaded) => loaded.warnings.to_string(),
        Err(problems) => problems.to_string(),
    };
    said.replace(&folder.path().display().to_string(), "FOLDER")
}

#[test]
fn a_token_is_read_from_each_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = folder.path().display().to_string();
    write_private(&folder.path().join("a.token"), &format!("{TOKEN}\n"));

    for token in [
        "token = { env = 'HAILER_TOKEN_OPS' }",
        "token = { file = 'a.token' }",
        "token = { credential = 'a.token' }",
        "tokens = [{ file = 'a.token' }]",
    ] {
        let variables = [("CREDENTIALS_DIRECTORY", directory.as_str())];
        let loaded = parse_in(folder.path(), &webhook(token), &variables).expect(token);
        assert_eq!(loaded.config.webhooks[0].keys.len(), 1, "{token}");
        assert!(loaded.warnings.is_empty(), "{token}");
    }
}

#[test]
fn the_current_token_comes_first() {
    let old = "YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=";
    let text = webhook("previous_token = { env = 'OLD' }\ntoken = { env = 'HAILER_TOKEN_OPS' }");

    let loaded = parse(&text, &[("OLD", old)]).expect("both are fine");

    let keys = &loaded.config.webhooks[0].keys;
    let current = hailer_activity::HmacKey::from_base64(TOKEN).expect("a token");
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0].sign(b"x"), current.sign(b"x"));
}

#[test]
fn what_is_not_there_is_told_at_the_reference() {
    assert_eq!(
        said_of("token = { env = 'NONE' }", &[], &[]),
        "error[HL211]: token of webhook \"data\": environment variable NONE is not set
  --> hailer.toml:2:9   fix: systemctl edit hailer → Environment=…, or use { file = \"…\" }
1 error."
    );
    assert_eq!(
        said_of("token = { file = 'none' }", &[], &[]),
        "error[HL217]: token of webhook \"data\": file FOLDER/none does not exist
  --> hailer.toml:2:9   fix: create it, or correct the path; relative ones start at the folder of this file
1 error."
    );
    assert_eq!(
        said_of("token = { file = '.' }", &[], &[]),
        "error[HL217]: token of webhook \"data\": FOLDER/. is a folder
  --> hailer.toml:2:9   fix: name the file in it
1 error."
    );
    assert_eq!(
        said_of("token = { credential = 'data.token' }", &[], &[]),
        "error[HL211]: token of webhook \"data\": there are no credentials, CREDENTIALS_DIRECTORY is not set
  --> hailer.toml:2:9   fix: LoadCredential=data.token:/path/to/data.token in the unit file, or use { file = \"…\" }
1 error."
    );
}

#[test]
fn a_damaged_token_is_told_where_it_is() {
    assert_eq!(
        said_of("token = { env = 'T' }", &[("T", " \n")], &[]),
        "error[HL211]: token of webhook \"data\" is empty
  --> environment variable T   fix: write the secret there
1 error."
    );
    assert_eq!(
        said_of("token = { env = 'T' }", &[("T", &TOKEN[1..])], &[]),
        "error[HL212]: token of webhook \"data\" has 43 characters; Teams' tokens have 44 and end in \"=\"
  --> environment variable T   a character was lost when copying
1 error."
    );
    assert_eq!(
        said_of("token = { file = 't' }", &[], &[("t", "MDEy Nzg5", 0o600)]),
        "error[HL212]: token of webhook \"data\" is not base64: character 5 cannot be part of it
  --> FOLDER/t   fix: copy it again; it has letters, digits, + and /, and ends in \"=\"
1 error."
    );
    assert_eq!(
        said_of("token = { env = 'T' }", &[("T", "MDEyMzQ1")], &[]),
        "error[HL212]: token of webhook \"data\" decodes to 6 bytes; Teams' tokens have 32
  --> environment variable T   fix: copy the whole token; one as short as this could be guessed
1 error."
    );
}

#[test]
fn a_token_of_another_length_is_a_warning() {
    let token = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZQ==";

    assert_eq!(
        said_of("token = { env = 'T' }", &[("T", token)], &[]),
        "warning[HL212]: token of webhook \"data\" decodes to 31 bytes; Teams' tokens have 32
  --> environment variable T   a character was lost when copying, or it is not a token of Teams
1 warning."
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_a_warning() {
    let expected = "\
warning[HL215]: token of webhook \"data\" can be read by other users of this computer
  --> FOLDER/t   fix: chmod 600 FOLDER/t
1 warning.";

    for mode in [0o644, 0o640, 0o604] {
        let said = said_of("token = { file = 't' }", &[], &[("t", TOKEN, mode)]);
        assert_eq!(said, expected);
    }
    let said = said_of("token = { file = 't' }", &[], &[("t", TOKEN, 0o400)]);
    assert_eq!(said, "no problems");
}

#[test]
fn the_same_token_twice_is_a_warning() {
    let text = "[webhook.a]\ntoken = { env = 'HAILER_TOKEN_OPS' }\n[webhook.b]\ntokens = [{ env = 'HAILER_TOKEN_OPS' }, { env = 'X' }, { env = 'X' }]\n";
    let other = "YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=";

    let loaded = parse(text, &[("X", other)]).expect("these are warnings");

    assert_eq!(
        loaded.warnings.to_string(),
        "warning[HL216]: webhook \"b\" has the same token as webhook \"a\"
  --> hailer.toml:4:11   Teams gives each webhook its own: one of them is in the wrong place

warning[HL216]: webhook \"b\" has the same token twice
  --> hailer.toml:4:56   Teams gives each webhook its own: one of them is in the wrong place
2 warnings."
    );
}

#[test]
fn a_reference_names_one_place() {
    let help =
        "fix: write one of { env = \"NAME\" }, { file = \"PATH\" } or { credential = \"NAME\" }";

    for (token, said) in [
        (
            format!("token = '{TOKEN}'"),
            "error[HL213]: token of webhook \"data\" is written into the configuration, where others can read it",
        ),
        (
            "token = 3".to_owned(),
            "error[HL203]: token of webhook \"data\" should be a reference to a secret, found an integer",
        ),
        (
            "token = {}".to_owned(),
            "error[HL214]: token of webhook \"data\" names no place to read it from",
        ),
        (
            "token = { env = '' }".to_owned(),
            "error[HL214]: token of webhook \"data\" names no place to read it from",
        ),
        (
            "token = { env = 'A', file = 'b' }".to_owned(),
            "error[HL214]: token of webhook \"data\" names more than one place to read it from",
        ),
    ] {
        assert_eq!(
            said_of(&token, &[], &[]),
            format!("{said}\n  --> hailer.toml:2:9   {help}\n1 error.")
        );
    }
    assert_eq!(
        said_of("", &[("HAILER_WEBHOOK__DATA__TOKEN", TOKEN)], &[]),
        format!(
            "error[HL213]: token of webhook \"data\" is written into the configuration, where others can read it
  --> environment variable HAILER_WEBHOOK__DATA__TOKEN   {help}
1 error."
        )
    );
}

#[test]
fn a_webhook_says_in_one_way_which_tokens_it_has() {
    let fine = "{ env = 'HAILER_TOKEN_OPS' }";

    assert_eq!(
        said_of("", &[], &[]),
        "error[HL204]: webhook \"data\" has no token
  --> hailer.toml:1:10
   |
 1 | [webhook.data]
   |          ^^^^ fix: write token = { env = \"HAILER_TOKEN_DATA\" }
1 error."
    );
    assert!(said_of(&format!("previous_token = {fine}"), &[], &[]).starts_with("error[HL204]"));
    assert_eq!(
        said_of(&format!("token = {fine}\ntokens = []"), &[], &[]),
        "error[HL219]: webhook \"data\" has `tokens` beside `token` or `previous_token`
  --> hailer.toml:3:10   fix: write all of them into `tokens`, or one into each of the others

error[HL204]: webhook \"data\" has no token
  --> hailer.toml:3:10   write a list of references: [{ env = \"NAME\" }, { file = \"PATH\" } or { credential = \"NAME\" }]
2 errors."
    );
    assert_eq!(
        said_of(&format!("tokens = {fine}"), &[], &[]),
        "error[HL203]: `tokens` should be a list of references to secrets, found a table
  --> hailer.toml:2:10   write a list of references: [{ env = \"NAME\" }, { file = \"PATH\" } or { credential = \"NAME\" }]
1 error."
    );
}

#[test]
fn debug_shows_no_secret() {
    let text = format!(
        "[webhook.ops]\ntoken = '{TOKEN}'\n[status]\nkey = {{ env = 'HAILER_TOKEN_OPS' }}\n"
    );
    let draft = Draft::parse("hailer.toml", &text, Path::new(""), &environment(&[]));
    let secret = draft.section("status").secret("key").expect("it is set");

    let shown = format!("{draft:?} {:?} {secret:?}", draft.section("status"));

    assert_eq!(secret.expose(), TOKEN);
    assert_eq!(
        shown,
        "{\"webhook\", \"status\"} Section(status) Secret(***)"
    );
}

#[test]
fn debug_of_a_configuration_shows_no_key() {
    let loaded = parse("[webhook.a]\ntoken = { env = 'HAILER_TOKEN_OPS' }", &[]).expect("fine");

    let shown = format!("{loaded:?} {:?}", environment(&[]));

    assert!(shown.contains("HmacKey(***)"));
    assert!(!shown.contains(TOKEN) && !shown.contains("0123456789abcdef"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 2048,
        ..ProptestConfig::default()
    })]

    /// A secret in the file is one letter away from each of its problems.
    #[test]
    fn no_damage_of_the_file_shows_a_secret(at in any::<Index>(), letter in "[a-z=\\[\\]\"'{}#\n,. ]?", cut: bool) {
        let secret = "c2VjcmV0";
        let text = format!(
            "version = 2\n[webhook.ops]\ntoken = \"{secret}\"\nmention = 3\n[webhook.data]\ntokens = [\n  \"{secret}\",\n  {{ env = \"X\" }},\n]\nprevious_token = \"\"\"\n{secret}\n\"\"\"\n[server]\nx = 1\n"
        );
        let places: Vec<_> = (0..text.len()).filter(|place| !text[..=*place].ends_with("token")).collect();
        let place = places[at.index(places.len())];
        let rest = if cut { place + 1 } else { place };
        let damaged = format!("{}{letter}{}", &text[..place], &text[rest..]);

        let problems = Config::parse("hailer.toml", &damaged, Path::new(""), &Environment::default());
        let said = problems.map(|_| String::new()).unwrap_or_else(|problems| format!("{problems}{problems:?}"));

        prop_assert!(!said.contains(secret), "{damaged}\n\n{said}");
    }
}
