//! What each code of the configuration means, for `hailer explain`.

use hailer_transport::Cause;

/// What the codes of configuration problems mean, in their order; each problem itself says where it is.
pub const CONFIG_CAUSES: &[Cause] = &[
    told(
        "HL012",
        "the demo was asked to listen for others",
        "A demo bot answers anyone who knows its token, so it listens to this computer only.",
        "`hailer init` writes a hailer.toml; set `[server] listen` there",
    ),
    told(
        "HL200",
        "the configuration file cannot be read",
        "It is missing, a folder, or belongs to another user.",
        "name another one with `--config FILE`, or let the user that runs the bot read it",
    ),
    told(
        "HL201",
        "an unknown key or table",
        "Nothing reads it, so it would have no effect; mostly a slip of the pen. A variable `HAILER_…__…` that sets no key counts too.",
        "the message names the nearest key; `hailer config example` shows all of them",
    ),
    told(
        "HL202",
        "the file is not TOML",
        "A quote, a bracket or an equals sign is missing, or a key stands there twice.",
        "look at the place that is marked, and at the line above",
    ),
    told(
        "HL203",
        "a value of another type",
        "A number where text is wanted, a text where a list is wanted, and so on.",
        "write it as the message shows",
    ),
    told(
        "HL204",
        "a key that has no default is missing",
        "Without it the bot cannot know what you mean.",
        "write the line that the message shows",
    ),
    told(
        "HL205",
        "not supported yet",
        "The key is planned, and this version does not act on it.",
        "take it out; the list of changes says when it comes",
    ),
    told(
        "HL206",
        "none of the values that exist",
        "The key takes one of a few words.",
        "write one of those that the message lists",
    ),
    told(
        "HL207",
        "a time or a size without its unit",
        "`4` could be seconds or minutes.",
        "write \"4s\", \"4500ms\", \"5m\", \"256 KiB\"",
    ),
    told(
        "HL208",
        "the answer would come after Teams hung up",
        "Teams waits 5 s, and the way back takes its part of them.",
        "4.5s or less; 4s is usual",
    ),
    told(
        "HL209",
        "not an address to listen on",
        "It is not address:port, or `listen` and `admin_listen` are the same.",
        "write \"127.0.0.1:3978\", and another port for `admin_listen`, or \"off\"",
    ),
    told(
        "HL210",
        "there is no webhook",
        "Nobody could talk to the bot.",
        "`hailer webhook add NAME` walks you through it",
    ),
    told(
        "HL211",
        "a secret is not set",
        "The variable or the credential that it is to come from is not there. A service does not see the variables of your shell.",
        "systemctl edit hailer → Environment=…, or use { file = \"…\" }",
    ),
    told(
        "HL212",
        "a security token was damaged",
        "Tokens of Teams have 44 characters, end in `=` and decode to 32 bytes; a character was lost or added when copying.",
        "copy it again while Teams shows it; later create the webhook in Teams anew",
    ),
    told(
        "HL213",
        "a secret stands in the configuration",
        "Whoever reads the file, a backup or the repository has it.",
        "write { env = \"…\" }, { file = \"…\" } or { credential = \"…\" }, and treat the token as known to others",
    ),
    told(
        "HL214",
        "a reference that names no place, or several",
        "A secret comes from exactly one place.",
        "write one of { env = \"…\" }, { file = \"…\" }, { credential = \"…\" }",
    ),
    told(
        "HL215",
        "others can read a file with a secret",
        "The file's mode lets the group or everybody read it.",
        "chmod 600 FILE",
    ),
    told(
        "HL216",
        "the same token twice",
        "Teams gives each webhook its own token: one of the two is in the wrong place, and each team could speak as the other.",
        "compare the token files; create one of the webhooks anew if unsure",
    ),
    told(
        "HL217",
        "a file that a key names cannot be read",
        "It is missing, a folder, or belongs to another user. Relative paths start at the folder of hailer.toml.",
        "create it, correct the path, or let the user that runs the bot read it",
    ),
    told(
        "HL218",
        "a name that cannot be",
        "The name of a webhook is the end of its URL; the mention is what people type.",
        "up to 64 letters, digits, `-` and `_`; what people type is the key `mention`",
    ),
    told(
        "HL219",
        "tokens in two forms",
        "`tokens` stands beside `token` or `previous_token`.",
        "write all of them into `tokens`, or one into each of the others",
    ),
    told(
        "HL220",
        "another version of the configuration",
        "The file is written for another version of Hailer.",
        "update Hailer, or write version = 1",
    ),
    told(
        "HL221",
        "a rule names what does not exist",
        "A command, group, webhook, channel or argument is misspelt, so the rule would never hold.",
        "the message names the nearest; `hailer commands` lists the commands",
    ),
    told(
        "HL222",
        "the store cannot be used",
        "`[store] url` is no place that there can be, or what is there cannot be opened: another user's file, a full disk, a \
         database that does not answer.",
        "write \"sqlite:hailer.db\" or \"postgres://…\"; the message of the store names what it met",
    ),
    told(
        "HL223",
        "not a public URL",
        "Teams calls https addresses only; `public_url` has no path, query or password.",
        "write it as Teams calls it: \"https://bot.example.com\"",
    ),
    told(
        "HL224",
        "outside of what makes sense",
        "The number, time or size is too small or too large.",
        "the message says what is possible",
    ),
    told(
        "HL225",
        "a command module refuses a value",
        "The value has the right type and is wrong for the command that reads it.",
        "the message is that of the command",
    ),
    told(
        "HL226",
        "not an id that Teams gives",
        "People and tenants have GUIDs; a wildcard is no id.",
        "type the mention and `whoami` in Teams: the bot shows the ids to paste",
    ),
    told(
        "HL227",
        "a rule that is not whole",
        "It does not say what it allows or denies, or to whom.",
        "write `allow` or `deny`, and `to`",
    ),
    told(
        "HL228",
        "a test of permissions fails",
        "The rules say something else than the test expects.",
        "`hailer check` names the rule that decides; change it or the test",
    ),
    told(
        "HL229",
        "a rule that holds on every webhook",
        "Who somebody is stands in the message: whoever has the token of any webhook could speak as a member of the group.",
        "say where the rule holds: in = [\"webhook:NAME\"]",
    ),
    told(
        "HL230",
        "a file of members that is too old",
        "Whoever left since may still be in it.",
        "write the file again, or find out why nobody does",
    ),
    told(
        "HL231",
        "a placeholder of a script without its argument",
        "A name in braces in `exec` is no name of an argument, or that of a secret, which has no place on a command line.",
        "correct the name, or declare the argument in `args`",
    ),
    told(
        "HL232",
        "a script that everybody can change",
        "Whoever can write the file, or its folder, decides what the bot runs.",
        "chmod go-w, as the message says",
    ),
    told(
        "HL233",
        "a service that cannot be called",
        "`url` of `[http.NAME]` is none, is not https, or leads to a host or an address that is not allowed; or `secret` does not \
         have the form of Standard Webhooks.",
        "as the message says; a secret is made by: echo whsec_$(openssl rand -base64 32)",
    ),
    told(
        "HL240",
        "a key that stands in two files",
        "The configuration and the files of its `conf.d` say each key once, so that none of them silently wins.",
        "keep one of the two",
    ),
    told(
        "HL241",
        "a follow-up leads nowhere",
        "The URL is not one of a Workflows trigger, its host is not allowed, a webhook names a follow-up that does not exist, or \
         posts were given up.",
        "copy the whole URL from the flow's trigger; a flow ends with the account of whoever made it",
    ),
    told(
        "HL245",
        "a time zone that does not exist",
        "Zones have the names of the IANA list. Abbreviations such as CEST do not say when clocks change.",
        "write the name of the list: Europe/Berlin, America/New_York, UTC",
    ),
    told(
        "HL246",
        "a window of a freeze that cannot be",
        "A window begins at the times of a cron pattern and lasts a while; without both, or with one that never comes, it would stop nothing.",
        "write cron = \"0 16 * * FRI\" (minute, hour, day, month, weekday) and lasts = \"64h\"",
    ),
    told(
        "HL247",
        "where the audit goes cannot be",
        "A sink must be a file, or a syslog address that this machine can send to.",
        "write syslog = \"unix:/dev/log\" or \"udp:127.0.0.1:514\"",
    ),
    told(
        "HL248",
        "a label that no key can have",
        "The label is what the log and the audit say instead of the key, so it is short and different from those of the webhook's other keys.",
        "write up to 32 letters, digits, -, _ and dots: label = \"2026\"",
    ),
];

const fn told(
    code: &'static str,
    title: &'static str,
    meaning: &'static str,
    fix: &'static str,
) -> Cause {
    Cause {
        code,
        title,
        sign: "`hailer check` names the place",
        meaning,
        fix,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_once_and_in_order() {
        let codes = include_str!("code.rs")
            .split("#[cfg(test)]")
            .next()
            .unwrap();
        let codes: Vec<&str> = codes
            .lines()
            .filter(|line| line.starts_with("pub(super) const"))
            .map(|line| line.split('"').nth(1).unwrap())
            .collect();

        let explained: Vec<&str> = CONFIG_CAUSES.iter().map(|it| it.code).collect();
        for code in codes {
            assert!(
                explained.contains(&code),
                "write a line for {code} in explanation.rs"
            );
        }
        assert!(explained.is_sorted_by(|one, next| one < next));
    }
}
