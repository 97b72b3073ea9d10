//! What only the world knows of an argument: paths, people, names that a program gives.

use std::fs;

use super::{Folder, show};
use crate::script::try_out;

#[tokio::test]
async fn paths_stay_below_their_root() {
    let folder = Folder::new().script("show.sh", "#!/bin/sh\ncat \"$1\"\n");
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("sub")).unwrap();
    fs::write(root.join("sub/in"), "inside").unwrap();
    fs::write(folder.path().join("out"), "outside").unwrap();
    std::os::unix::fs::symlink("../out", root.join("link")).unwrap();
    let bot = folder.bot(
        "[script.show]\nhelp = \"Show something\"\nexec = [\"./show.sh\", \"{file}\"]\n\
         args = [{ name = \"file\", type = \"path\", root = \"root\", help = \"which one\" }]\n",
    );

    bot.say("show sub/in").await.assert_text("inside");
    for path in [
        "../out",
        "/etc/passwd",
        "sub/../../out",
        "link",
        "nothing",
        "sub//in",
        ".",
    ] {
        bot.say(&format!("show {path}"))
            .await
            .assert_lacks("outside")
            .assert_lacks("root:");
    }
}

#[tokio::test]
async fn choices_may_come_from_a_program() {
    let folder = Folder::new()
        .script("show.sh", "#!/bin/sh\necho \"$1\"\n")
        .script(
            "list.sh",
            "#!/bin/sh\necho x >> \"$0.asked\"\nprintf 'api\\nweb\\n'\n",
        );
    let list = folder.path().join("list.sh").display().to_string();
    let bot = folder.bot(&format!(
        "[script.show]\nhelp = \"Show something\"\nexec = [\"./show.sh\", \"{{service}}\"]\n\
         args = [{{ name = \"service\", type = \"choice\", choices_from = [\"{list}\"], help = \"which one\" }}]\n",
    ));

    bot.say("show API").await.assert_text("api");
    bot.say("show webb").await.assert_suggests("web");
    let asked = fs::read_to_string(format!("{list}.asked")).unwrap();
    assert_eq!(asked, "x\n");
}

#[tokio::test]
async fn choices_that_nobody_can_tell_are_refused_in_words() {
    for (name, text) in [
        ("late.sh", "#!/bin/sh\nexec sleep 100\n"),
        ("failing.sh", "#!/bin/sh\necho api\nexit 1\n"),
        ("endless.sh", "#!/bin/sh\nexec yes api\n"),
    ] {
        let toml = format!(
            "[script.show]\nhelp = \"Show something\"\nexec = [\"./show.sh\", \"{{service}}\"]\n\
             args = [{{ name = \"service\", type = \"choice\", choices_from = [\"./{name}\"], help = \"which one\" }}]\n",
        );
        let folder = Folder::new()
            .script("show.sh", "#!/bin/sh\n")
            .script(name, text);
        folder
            .bot(&toml)
            .say("show api")
            .await
            .assert_contains("I cannot find out what there is to choose from right now");
    }
}

#[tokio::test]
async fn a_person_is_an_id_and_never_a_name() {
    let bot = show("echo \"$1\"").bot(
        "[script.show]\nhelp = \"Show something\"\nexec = [\"./show.sh\", \"{who}\"]\n\
         args = [{ name = \"who\", type = \"person\", help = \"whom\" }]\n",
    );

    let own = bot.as_user("Mira Novak").say("show me").await;
    assert_eq!(own.text().len(), 36, "{}", own.text());
    bot.say("show \"@Jo Lind\"")
        .await
        .assert_contains("names can be chosen");
}

#[tokio::test]
async fn a_trial_words_a_wrong_value_as_the_channel_reads_it() {
    let folder = show("echo \"$1\"");
    let script = folder
        .read(
            "[script.show]\nhelp = \"Show something\"\nexec = [\"./show.sh\", \"{a}\"]\n\
             args = [{ name = \"a\", type = \"choice\", choices = [\"api\", \"web\"], help = \"a\" },\n\
             { name = \"b\", type = \"duration\", default = \"5m\", help = \"b\" }]\n",
        )
        .remove(0);
    for (typed, told) in [
        (
            &["apii"][..],
            "I don't know the a \"apii\". Did you mean api? (api, web)",
        ),
        (
            &["api", "--b", "5"],
            "\"5\" can't be the b of show: a duration needs a unit",
        ),
    ] {
        let typed: Vec<String> = typed.iter().map(|it| (*it).to_owned()).collect();
        let error = try_out(&script, &typed).await.unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
    }
}
