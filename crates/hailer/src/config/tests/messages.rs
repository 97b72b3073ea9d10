//! One snapshot for each message, written out.

use super::{parse, problems};

#[track_caller]
fn assert_said(text: &str, said: &str) {
    assert_eq!(problems(text, &[]), said);
}

#[test]
fn an_unknown_key() {
    assert_said(
        "[server]\nlissten = \"127.0.0.1:3978\"",
        "error[HL201]: unknown key `lissten`
  --> hailer.toml:2:1
   |
 2 | lissten = \"127.0.0.1:3978\"
   | ^^^^^^^ did you mean `listen`?
1 error.",
    );
}

#[test]
fn an_unknown_key_that_is_like_none() {
    assert_said(
        "[log]\ncolour = true",
        "error[HL201]: unknown key `colour`
  --> hailer.toml:2:1
   |
 2 | colour = true
   | ^^^^^^ known here: level
1 error.",
    );
}

#[test]
fn an_unknown_table_is_one_problem() {
    assert_said(
        "[sever]\nlisten = 1\nx = 2",
        "error[HL201]: unknown table `sever`
  --> hailer.toml:1:2
   |
 1 | [sever]
   |  ^^^^^ did you mean `server`?
1 error.",
    );
}

#[test]
fn a_variable_that_names_no_key() {
    let variables = [
        ("HAILER_LOG__LEVEL__X", "1"),
        ("HAILER_SERVER__LISSTEN", "1"),
        ("HAILER_SEVER__LISTEN", "1"),
        ("HAILER__SERVER__LISTEN", "1"),
    ];

    assert_eq!(
        problems("[log]\nlevel = \"info\"", &variables),
        "error[HL201]: unknown key `log.level.x`: `log.level` is a string and has no keys
  --> environment variable HAILER_LOG__LEVEL__X

error[HL201]: unknown key `server.lissten`
  --> environment variable HAILER_SERVER__LISSTEN   did you mean HAILER_SERVER__LISTEN?

error[HL201]: unknown key `sever.listen`
  --> environment variable HAILER_SEVER__LISTEN   did you mean HAILER_SERVER__LISTEN?

error[HL201]: unknown key `_server.listen`
  --> environment variable HAILER__SERVER__LISTEN   did you mean HAILER_SERVER__LISTEN?
4 errors."
    );
}

#[test]
fn what_is_planned() {
    assert_said(
        "[webhook.data]\ntoken = { env = \"HAILER_TOKEN_OPS\" }\nfollowup = \"x\"\n[[telemetry]]\n[[telemetry]]\nx = 1",
        "error[HL241]: there is no [followup.x]
  --> hailer.toml:3:12   fix: write the table, or name one that is there

error[HL205]: `telemetry` is not supported by this version yet
  --> hailer.toml:4:3
   |
 4 | [[telemetry]]
   |   ^^^^^^^^^ fix: take the key out until a version reads it

warning[HL216]: webhook \"ops\" has the same token as webhook \"data\"
  --> hailer.toml:8:9   Teams gives each webhook its own: one of them is in the wrong place
2 errors, 1 warning.",
    );
    assert_eq!(
        problems("", &[("HAILER_TELEMETRY__OTLP", "4d")]),
        "error[HL205]: `telemetry` is not supported by this version yet
  --> environment variable HAILER_TELEMETRY__OTLP   fix: unset it until a version reads it
1 error."
    );
}

#[test]
fn what_is_not_toml_and_no_guesses_beside_it() {
    assert_said(
        "a = \n[server]\nlisten = \"127\nreply_within = 4s\n[server]",
        "error[HL202]: this is not a value
  --> hailer.toml:1:5
   |
 1 | a =
   |    ^ put text in quotes: \"…\"

error[HL202]: invalid basic string, expected `\"`
  --> hailer.toml:3:14
   |
 3 | listen = \"127
   |              ^

error[HL202]: this is not a value
  --> hailer.toml:4:16
   |
 4 | reply_within = 4s
   |                ^^ put text in quotes: \"…\"

error[HL202]: duplicate key
  --> hailer.toml:5:2
   |
 5 | [server]
   |  ^^^^^^ fix: keep one of the two
4 errors.",
    );
}

#[test]
fn carets_stand_below_wide_characters_and_tabs() {
    assert_said(
        "[bot]\n\tcontact = [\"東京\", \"🚀\"] # é",
        "error[HL203]: `contact` should be a string, found a list
  --> hailer.toml:2:12
   |
 2 |     contact = [\"東京\", \"🚀\"] # é
   |               ^^^^^^^^^^^^^^ put it in quotes
1 error.",
    );
}

#[test]
fn another_version() {
    assert_said(
        "version = 2",
        "error[HL220]: version 2 of the configuration is not known
  --> hailer.toml:1:11
   |
 1 | version = 2
   |           ^ write version = 1, or use the release that this file is for
1 error.",
    );
}

#[test]
fn a_number_that_is_too_large() {
    assert_said(
        "version = 0xffffffffffffffffff",
        "error[HL224]: 0xffffffffffffffffff is too large a number
  --> hailer.toml:1:11
   |
 1 | version = 0xffffffffffffffffff
   |           ^^^^^^^^^^^^^^^^^^^^ fix: write a smaller one
1 error.",
    );
}

#[test]
fn a_table_that_is_none() {
    assert_said(
        "server = \"x\"",
        "error[HL203]: `server` should be a table, found a string
  --> hailer.toml:1:10
   |
 1 | server = \"x\"
   |          ^^^ write its name in brackets, [like.this], and its keys below
1 error.",
    );
}

#[test]
fn addresses() {
    assert_said(
        "[server]\nlisten = 3978\nadmin_listen = \"example.com:80\"",
        "error[HL203]: `listen` should be an address, found an integer
  --> hailer.toml:2:10
   |
 2 | listen = 3978
   |          ^^^^ write an IP address and a port: \"127.0.0.1:3978\", \"[::1]:3978\"

error[HL209]: \"example.com:80\" is not an address to listen on
  --> hailer.toml:3:16
   |
 3 | admin_listen = \"example.com:80\"
   |                ^^^^^^^^^^^^^^^^ write an IP address and a port: \"127.0.0.1:3978\", \"[::1]:3978\"
2 errors.",
    );
    assert_said(
        "[server]\nlisten = \"127.0.0.1:3979\"",
        "error[HL209]: `listen` and `admin_listen` are both 127.0.0.1:3979; metrics and probes need a port of their own
  --> hailer.toml:2:10
   |
 2 | listen = \"127.0.0.1:3979\"
   |          ^^^^^^^^^^^^^^^^ write another port, or admin_listen = \"off\"
1 error.",
    );
    assert_said(
        "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"",
        "no problems",
    );
}

#[test]
fn durations() {
    assert_said(
        "[server]\nreply_within    = \"4\"\nshutdown_grace = 20",
        "error[HL207]: \"4\" is not a duration
  --> hailer.toml:2:19
   |
 2 | reply_within    = \"4\"
   |                   ^^^ write a unit: \"4s\", \"4500ms\"

error[HL207]: 20 is not a duration
  --> hailer.toml:3:18
   |
 3 | shutdown_grace = 20
   |                  ^^ write a unit: \"4s\", \"4500ms\"
2 errors.",
    );
    assert_said(
        "[server]\nreply_within    = \"6s\"\nshutdown_grace = \"2h\"",
        "error[HL208]: reply_within is 6s, but Teams hangs up after 5s
  --> hailer.toml:2:19
   |
 2 | reply_within    = \"6s\"
   |                   ^^^^ fix: 4.5s or less

error[HL224]: shutdown_grace is 2h; the bot would not stop
  --> hailer.toml:3:18
   |
 3 | shutdown_grace = \"2h\"
   |                  ^^^^ fix: 1h or less
2 errors.",
    );
    assert_said(
        "[server]\nreply_within = \"0s\"\n[limits]\nmax_skew = \"0s\"\ndedupe_for = \"4 parsecs\"",
        "error[HL224]: reply_within leaves no time for an answer
  --> hailer.toml:2:16
   |
 2 | reply_within = \"0s\"
   |                ^^^^ fix: more than 0s; 4s is usual

error[HL224]: `max_skew` cannot be 0s
  --> hailer.toml:4:12
   |
 4 | max_skew = \"0s\"
   |            ^^^^ write max_skew = \"off\" to switch it off

error[HL207]: \"4 parsecs\" is not a duration
  --> hailer.toml:5:14
   |
 5 | dedupe_for = \"4 parsecs\"
   |              ^^^^^^^^^^^ write a unit: \"4s\", \"4500ms\"
3 errors.",
    );
}

#[test]
fn the_last_duration_that_is_short_enough() {
    let said = |duration| problems(&format!("[server]\nreply_within = \"{duration}\""), &[]);

    assert_eq!(said("4500ms"), "no problems");
    assert!(said("4501ms").starts_with("error[HL208]: reply_within is 4s 501ms, but"));
}

#[test]
fn sizes() {
    for (written, said) in [
        ("256", "error[HL207]: 256 is not a size"),
        ("\"256\"", "error[HL207]: \"256\" is not a size"),
        ("\"lots\"", "error[HL207]: \"lots\" is not a size"),
        (
            "2.5",
            "error[HL207]: a number with a fraction is not a size",
        ),
        (
            "true",
            "error[HL203]: `body` should be a size, found a boolean",
        ),
        ("\"0 B\"", "error[HL224]: `body` cannot be 0 bytes"),
        (
            "\"1 GiB\"",
            "error[HL224]: `body` cannot be 1073741824 bytes",
        ),
    ] {
        let all = problems(&format!("[limits]\nbody = {written}"), &[]);
        assert_eq!(all.lines().next(), Some(said));
        assert!(
            all.contains("write a unit: \"256 KiB\", \"1 MiB\"") || all.contains("up to 16 MiB")
        );
    }
}

#[test]
fn choices() {
    assert_said(
        "[permissions]\ndefault = \"write\"\n[log]\nlevel = 4",
        "error[HL206]: `default` cannot be \"write\"
  --> hailer.toml:2:11
   |
 2 | default = \"write\"
   |           ^^^^^^^ write one of \"read\", \"deny\", \"allow\"

error[HL203]: `level` should be a string, found an integer
  --> hailer.toml:4:9
   |
 4 | level = 4
   |         ^ write one of \"error\", \"warn\", \"info\", \"debug\", \"trace\"
2 errors.",
    );
}

#[test]
fn public_urls() {
    for (written, said) in [
        (
            "http://bot.example.com",
            "error[HL223]: `public_url` begins with http, but Teams calls nothing but https",
        ),
        (
            "bot.example.com",
            "error[HL223]: `public_url` is not an address that Teams can call",
        ),
        (
            "https://",
            "error[HL223]: `public_url` is not an address that Teams can call",
        ),
        (
            "https://a b",
            "error[HL223]: `public_url` is not an address that Teams can call",
        ),
    ] {
        let all = problems(&format!("[server]\npublic_url = \"{written}\""), &[]);
        assert_eq!(all.lines().next(), Some(said));
        assert!(all.contains("write it as Teams calls it: \"https://bot.example.com\""));
    }
}

#[test]
fn certificates() {
    assert_said(
        "[server.tls]\ncert = \"no/cert.pem\"",
        "error[HL204]: [server.tls] has no `key`
  --> hailer.toml:1:9
   |
 1 | [server.tls]
   |         ^^^ fix: write cert = \"fullchain.pem\" and key = { file = \"key.pem\" }

error[HL217]: `cert`: file no/cert.pem does not exist
  --> hailer.toml:2:8
   |
 2 | cert = \"no/cert.pem\"
   |        ^^^^^^^^^^^^^ fix: create it, or correct the path; relative ones start at the folder of this file
2 errors.",
    );
    assert_said(
        "[server.tls]\ncert = \"/dev/null\"\nkey = { env = \"KEY\" }",
        "error[HL214]: `key` cannot come from an environment variable
  --> hailer.toml:3:7   fix: write { file = \"PATH\" } or { credential = \"NAME\" }
1 error.",
    );
}

#[test]
fn no_webhook() {
    let expected = "\
error[HL210]: there is no webhook; nobody can reach the bot
  --> hailer.toml   fix: hailer webhook add ops, or write [webhook.ops] with a token
1 error.";

    let nothing = parse("", &[]).expect_err("there is no webhook");
    let broken = parse("x", &[]).expect_err("this is not TOML");

    assert_eq!(nothing.to_string(), expected);
    assert!(!broken.to_string().contains("HL210"));
}

#[test]
fn names_of_webhooks() {
    assert_said(
        "[webhook.\"a b\"]\ntoken = { env = \"X\" }\nmention = \" @ \"",
        "error[HL218]: a webhook cannot be named `a b`
  --> hailer.toml:1:10
   |
 1 | [webhook.\"a b\"]
   |          ^^^^^ its name is the end of its URL: up to 64 letters, digits, - and _; what people type is the key `mention`

error[HL211]: token of webhook \"a b\": environment variable X is not set
  --> hailer.toml:2:9   fix: systemctl edit hailer → Environment=…, or use { file = \"…\" }

error[HL218]: `mention` should be a name
  --> hailer.toml:3:11
   |
 3 | mention = \" @ \"
   |           ^^^^^ write the name that the webhook has in Teams: \"Ops Bot\"
3 errors.",
    );
}

#[test]
fn a_place_that_no_store_can_have_is_an_error() {
    assert_said(
        "[store]\nurl = \"hailer.db\"",
        "error[HL222]: a store's url begins with `sqlite:` or `postgres://`
  --> hailer.toml:2:7   fix: for example `sqlite:hailer.db` or `postgres://user@host/database`; or \"off\"
1 error.",
    );
}

#[test]
fn a_password_in_plain_sight_is_an_error_that_does_not_repeat_it() {
    let said = problems(
        "[store]\nurl = \"postgres://hailer:hunter2@db/hailer\"",
        &[],
    );

    assert!(
        said.starts_with("error[HL213]: `url` has a password, which others can read"),
        "{said}"
    );
}
