use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{CancellationToken, DefaultPermission, Draft, Environment};
use hailer_process::Launcher;
use tempfile::TempDir;

use super::{Context, Finished, Script, Value, config, module, run, value};

mod arguments;
mod injection;
mod injection_examples;
mod service_secrets;
mod services;

/// Notes the words of its argument vector, each ended by a NUL character.
const RECORDER: &str =
    "#!/bin/sh\nfor word in \"$@\"; do printf '%s\\0' \"$word\"; done > \"$RECORD\"\necho done\n";

/// A folder with scripts and a configuration.
struct Folder {
    folder: TempDir,
}

impl Folder {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn script(self, name: &str, text: &str) -> Self {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Reads the scripts of a configuration without problems.
    fn read(&self, toml: &str) -> Vec<Script> {
        let (scripts, problems) = self.try_read(toml);
        assert_eq!(problems, "");
        scripts
    }

    fn try_read(&self, toml: &str) -> (Vec<Script>, String) {
        let toml = format!("[webhook.ops]\ntoken = {{ env = \"TOKEN\" }}\n{toml}");
        let token = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
        let environment = Environment::from_pairs([("TOKEN", token), ("PASSWORD", "hunter22")]);
        let draft = Draft::parse("hailer.toml", &toml, self.path(), &environment);
        let scripts = config::read(&draft);
        let problems = draft.finish().map(|_| String::new());
        (scripts, problems.unwrap_or_else(|it| it.to_string()))
    }

    fn bot(self, toml: &str) -> Scripted {
        let bot = TestBot::new()
            .module(module(self.read(toml)))
            .command(crate::Help)
            .with_permissions(DefaultPermission::Allow)
            .reply_within(Duration::from_secs(20));
        Scripted { bot, _folder: self }
    }
}

impl Folder {
    fn bot_with_jobs(self, toml: &str) -> Scripted {
        let bot = TestBot::new()
            .with_store()
            .module(module(self.read(toml)))
            .module(crate::jobs::module());
        Scripted { bot, _folder: self }
    }
}

/// A bot, and the folder that its scripts are in.
struct Scripted {
    bot: TestBot,
    _folder: Folder,
}

impl std::ops::Deref for Scripted {
    type Target = TestBot;

    fn deref(&self) -> &TestBot {
        &self.bot
    }
}

fn show(text: &str) -> Folder {
    Folder::new().script("show.sh", &format!("#!/bin/sh\n{text}\n"))
}

/// A script without arguments; more keys may follow.
const SHOW: &str = "[script.show]\nhelp = \"Show something\"\nexec = [\"./show.sh\"]\n";

#[tokio::test]
async fn a_script_is_a_command_with_typed_arguments_and_help() {
    let folder = Folder::new().script(
        "restart.sh",
        "#!/bin/sh\necho \"restarting $1 after $2\" \"$#\"\n",
    );
    let bot = folder.bot(
        r#"
[script.restart]
help    = "Restart a service"
example = "restart worker"
group   = "Deploys"
effect  = "write"
exec    = ["./restart.sh", "{service}", "{wait}", "{force}"]
args    = [
  { name = "service", type = "choice", choices = ["api", "Worker"], help = "which one" },
  { name = "wait", type = "duration", default = "30s", help = "how long before" },
  { name = "force", type = "flag", help = "even when it is busy" },
]
"#,
    );

    bot.say("restart worker")
        .await
        .assert_text("restarting Worker after 30s 2");
    bot.say("restart api wait=5m --force")
        .await
        .assert_text("restarting api after 5m 3");
    bot.say("restart apii").await.assert_suggests("api");
    bot.say("restart").await.assert_contains("service");
    bot.say("restart api wait=5").await.assert_contains("unit");
    bot.say("help restart")
        .await
        .assert_contains("which one")
        .assert_contains("Restart a service");
}

#[tokio::test]
async fn an_effect_that_is_not_declared_is_destructive() {
    let folder = show("echo ran");
    let scripts = folder.read(SHOW);
    let bot = TestBot::new()
        .module(module(scripts))
        .with_permissions(DefaultPermission::Read);

    bot.say("show").await.assert_refused();
}

#[tokio::test]
async fn exit_codes_are_success_failure_and_refusal() {
    show("echo fine").bot(SHOW).say("show").await.assert_ok();
    let failed = show("echo out; echo why >&2; exit 3")
        .bot(SHOW)
        .say("show")
        .await;
    failed
        .assert_contains("show failed with exit code 3.")
        .assert_contains("why")
        .assert_lacks("out");
    let refused = show("echo not on a Friday; exit 77")
        .bot(SHOW)
        .say("show")
        .await;
    refused
        .assert_contains("not on a Friday")
        .assert_lacks("77");
    show("kill -9 $$")
        .bot(SHOW)
        .say("show")
        .await
        .assert_contains("show was ended by signal 9.");
    let late = show("exec sleep 100").bot(&format!("{SHOW}timeout = \"200ms\"\n"));
    late.say("show")
        .await
        .assert_contains("show took longer than 200 ms and was stopped.");
}

#[tokio::test]
async fn the_call_is_told_by_variables_and_json() {
    let bot = show("echo \"$HAILER_COMMAND by $HAILER_USER_NAME: $HAILER_ARG_DRY_RUN\"; cat").bot(
        "[script.show]\nhelp = \"Show something\"\nexec = [\"./show.sh\"]\n\
         args = [{ name = \"dry-run\", type = \"flag\", help = \"only look\" }]\noutput = \"code\"\n",
    );

    let reply = bot.as_user("Mira Novak").say("show --dry-run").await;

    reply
        .assert_contains("show by Mira Novak: true")
        .assert_contains("\"arguments\":{\"dry-run\":true}")
        .assert_contains("\"user_name\":\"Mira Novak\"");
    let less = show("env | sort").bot(&format!("{SHOW}pass = [\"USER_ID\"]\n"));
    less.say("show")
        .await
        .assert_contains("HAILER_USER_ID")
        .assert_lacks("HAILER_USER_NAME")
        .assert_lacks("HOME");
}

#[tokio::test]
async fn hostile_output_is_plain_data() {
    let hostile = "printf '\\033[31m<at>Mira</at> **bold** [x](http://evil) <b>b</b> \\033]0;t\\007\\342\\200\\256\\n'; echo '{\"type\":\"AdaptiveCard\"}'";
    let reply = show(hostile).bot(SHOW).say("show").await;

    assert_eq!(
        reply.text(),
        "<at>Mira</at> **bold** [x](http://evil) <b>b</b> \n{\"type\":\"AdaptiveCard\"}"
    );
    assert!(!reply.json().contains("<at>") && !reply.json().contains("attachments"));
}

#[tokio::test]
async fn secrets_are_masked_everywhere() {
    let bot = show("echo \"$DB $HAILER_ARG_CODE\"; echo \"$DB\" | base64; cat; exit 1").bot(
        "[script.show]\nhelp = \"Show something\"\nexec = [\"./show.sh\"]\nenv = { DB = { env = \"PASSWORD\" } }\n\
         args = [{ name = \"code\", type = \"secret\", help = \"the code\" }]\n",
    );

    let reply = bot.say("show correct-horse").await;

    reply
        .assert_contains("*** ***")
        .assert_lacks("hunter22")
        .assert_lacks("aHVudGVy")
        .assert_lacks("correct-horse");
}

#[tokio::test]
async fn tables_and_cards_are_drawn_and_checked() {
    show("printf 'name,up\\napi,yes\\n'")
        .bot(&format!("{SHOW}output = \"table\"\n"))
        .say("show")
        .await
        .assert_contains("name  up\n────  ───\napi   yes");
    let card = r#"{"type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlock","text":"All is well"}]}"#;
    let reply = show(&format!("echo '{card}'"))
        .bot(&format!("{SHOW}output = \"card\"\n"))
        .say("show")
        .await;
    reply.assert_contains("All is well");
    assert!(reply.json().contains("AdaptiveCard"));
    for broken in [
        "nonsense",
        "{}",
        r#"{"type":"AdaptiveCard","body":[{"type":"Video"}]}"#,
    ] {
        let bot = show(&format!("echo '{broken}'")).bot(&format!("{SHOW}output = \"card\"\n"));
        let reply = bot.say("show").await;
        reply.assert_contains("The script is done, but");
        assert!(!reply.json().contains("attachments"), "{broken}");
    }
}

#[tokio::test]
async fn progress_is_told_and_not_shown() {
    let folder = show(
        "echo ::progress 1/2 half; echo shown; echo ::progress nonsense; echo PROGRESS 2/2 whole",
    );
    let own = "progress = '^PROGRESS (\\d+)/(\\d+) (.*)$'\n";
    let scripts = folder.read(&format!("{SHOW}{own}"));
    let (tell, told) = std::sync::mpsc::channel();

    let finished = run(
        &scripts[0],
        &Launcher::direct(),
        &Context::default(),
        &CancellationToken::new(),
        |_| std::future::ready(Ok(())),
        move |told| tell.send(format!("{told:?}")).unwrap(),
    )
    .await;

    let Finished::Done(reply) = finished else {
        panic!("{finished:?}")
    };
    assert_eq!(reply.to_plain(), "shown\n::progress nonsense");
    let told: Vec<_> = told.iter().collect();
    assert_eq!(
        told,
        [
            "Progress { done: 1, total: 2, text: \"half\" }",
            "Line(\"shown\")",
            "Line(\"::progress nonsense\")",
            "Progress { done: 2, total: 2, text: \"whole\" }",
        ]
    );
}

#[tokio::test]
async fn what_a_script_that_is_a_job_wrote_is_its_log() {
    let bot = show(
        "echo ::progress 1/2 half; printf 'the \\033[1mpassword is hunter22\\n'; echo oh >&2; exit 3",
    )
    .bot_with_jobs(&format!(
        "{SHOW}job = true\nenv = {{ PASSWORD = {{ env = \"PASSWORD\" }} }}\n"
    ));
    let job = bot.say("show").await.job();
    bot.result_of(&job).await.assert_contains("exit code 3");

    let log = bot.say(&format!("job log {job}")).await;

    // Its two outputs are read as they come, so either may be last.
    log.assert_contains("Z 1 of 2 · half\n")
        .assert_contains("Z the password is ***")
        .assert_lacks("hunter22")
        .assert_contains("Z oh");
}

/// What a configuration is told, without the drawing.
fn complaint(folder: &Folder, toml: &str) -> String {
    folder.try_read(toml).1
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_wrong_is_told_before_the_bot_starts() {
    let folder = show("true")
        .script("open.sh", "#!/bin/sh\n")
        .script("plain.sh", "echo\n");
    let open = folder.path().join("open.sh");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    let script = |keys: &str| format!("[script.x]\nhelp = \"x\"\n{keys}\n");
    let arg = |keys: &str| {
        script(&format!(
            "exec = [\"./show.sh\"]\nargs = [{{ name = \"a\", help = \"a\", {keys} }}]"
        ))
    };
    for (toml, part) in [
        (script(""), "there is no `exec`"),
        (
            "[script.x]\nexec = [\"./show.sh\"]\n".to_owned(),
            "there is no `help`",
        ),
        (
            script("exec = [\"./show.sh\", \"{servcie}\"]"),
            "error[HL231]: placeholder {servcie} has no argument",
        ),
        (
            script("exec = [\"./show.sh\", \"{a\"]"),
            "a brace is not closed",
        ),
        (
            script("exec = [\"./{a}\"]"),
            "cannot depend on what people type",
        ),
        (script("exec = [\"./open.sh\"]"), "error[HL232]"),
        (
            script("exec = [\"./plain.sh\"]"),
            "begin it with a line like #!/bin/sh",
        ),
        (
            script("exec = [\"no-such-program\"]"),
            "there is no program `no-such-program`",
        ),
        (
            script("exec = [\"./show.sh\"]\ntimeout = \"0s\""),
            "not no time at all",
        ),
        (
            script("exec = [\"./show.sh\"]\ncwd = \"nowhere\""),
            "there is no folder",
        ),
        (
            script("exec = [\"./show.sh\"]\npass = [\"HOME\"]"),
            "there is no `HOME` to pass",
        ),
        (
            script("exec = [\"./show.sh\"]\none_at_a_time = \"z\""),
            "there is no argument `z`",
        ),
        (
            script("exec = [\"./show.sh\"]\nprogress = '('"),
            "it is no regular expression",
        ),
        (
            script("exec = [\"./show.sh\"]\nprogress = 'done'"),
            "it has 0 groups",
        ),
        (
            script("exec = [\"./show.sh\"]\nshell = true"),
            "unknown key `shell`",
        ),
        (arg("type = \"txt\""), "`txt` is no type"),
        (arg("type = \"path\""), "needs the folder"),
        (
            arg("type = \"choice\""),
            "either `choices` or `choices_from`",
        ),
        (
            arg("type = \"choice\", choices_from = [\"./open.sh\"]"),
            "error[HL232]",
        ),
        (
            arg("type = \"choice\", choices_from = [\"no-such-program\"]"),
            "there is no program `no-such-program`",
        ),
        (
            arg("choices = [\"api\", \"web\"]"),
            "`choices` says nothing of the type `text`",
        ),
        (
            arg("type = \"integer\", min = 10, max = 1"),
            "nothing is from 10 to 1",
        ),
        (
            arg("type = \"pattern\", pattern = \"x)|(?:y\""),
            "no regular expression",
        ),
        (
            arg("type = \"pattern\", pattern = \"(\""),
            "no regular expression",
        ),
        (
            arg("type = \"integer\", max = 5, default = 6"),
            "cannot be the default: it has to be 5 or less",
        ),
        (
            script(
                "exec = [\"./show.sh\", \"{a}\"]\nargs = [{ name = \"a\", type = \"secret\", help = \"a\" }]",
            ),
            "fix: take it from the variable HAILER_ARG_A",
        ),
        (
            script("exec = [\"./show.sh\"]\nargs = [{ name = \"A b\", help = \"a\" }]"),
            "no name of an argument",
        ),
    ] {
        let problems = complaint(&folder, &toml);
        let problems = problems.replace(" is arguments", "");
        assert!(problems.contains(part), "{toml}\n{problems}");
    }
}
