//! The codes of configuration problems, HL200 to HL249: one line each, never given a second meaning.
//!
//! HL231 to HL233 are those of scripts and services, which a command module reads.

/// The configuration file is missing or cannot be read.
pub(super) const FILE_UNREADABLE: &str = "HL200";

/// A key or a table that nobody reads, mostly a slip of the pen.
pub(super) const UNKNOWN_KEY: &str = "HL201";

/// The text is not TOML.
pub(super) const SYNTAX: &str = "HL202";

/// A value has another type than the key wants.
pub(super) const WRONG_TYPE: &str = "HL203";

/// A key that has no default is left out.
pub(super) const MISSING_KEY: &str = "HL204";

/// A key that is planned, but that this version does not act on.
pub(super) const NOT_SUPPORTED_YET: &str = "HL205";

/// A value is none of those that the key takes.
pub(super) const NOT_A_CHOICE: &str = "HL206";

/// A duration or a size is written without its unit, or with one that does not exist.
pub(super) const NO_UNIT: &str = "HL207";

/// The answer would come after Teams hung up.
pub(super) const REPLY_TOO_LATE: &str = "HL208";

/// An address to listen on is not `address:port`, or is used twice.
pub(super) const ADDRESS: &str = "HL209";

/// There is no webhook, so that nobody could talk to the bot.
pub(super) const NO_WEBHOOK: &str = "HL210";

/// The variable or the folder that a secret is to come from is not set.
pub(super) const SECRET_NOT_SET: &str = "HL211";

/// A security token was damaged when it was copied.
pub(super) const TOKEN_DAMAGED: &str = "HL212";

/// A secret stands in the configuration itself.
pub(super) const SECRET_IN_PLAIN: &str = "HL213";

/// A reference to a secret does not name exactly one place.
pub(super) const SECRET_REFERENCE: &str = "HL214";

/// A file with a secret can be read by others than its owner (warning).
pub(super) const SECRET_FILE_OPEN: &str = "HL215";

/// The same security token is used twice (warning).
pub(super) const TOKEN_REPEATED: &str = "HL216";

/// A file that a key names is missing or cannot be read.
pub(super) const KEY_FILE_UNREADABLE: &str = "HL217";

/// The name of a webhook cannot be part of its URL, or its mention is blank.
pub(super) const WEBHOOK_NAME: &str = "HL218";

/// A webhook says in two ways which tokens it has.
pub(super) const TOKEN_FORMS: &str = "HL219";

/// The file is written for another version of the configuration.
pub(super) const VERSION: &str = "HL220";

/// A rule names a command, a group, a webhook, a channel or an argument that does not exist.
pub(super) const NOT_IN_RULE: &str = "HL221";

/// The place of the store is none that there can be.
pub(super) const STORE_URL: &str = "HL222";

/// A public URL is not one that Teams would call.
pub(super) const PUBLIC_URL: &str = "HL223";

/// A number, a duration or a size is outside of what makes sense.
pub(super) const OUT_OF_RANGE: &str = "HL224";

/// A follow-up leads nowhere, or where it may not.
pub(super) const FOLLOW_UP: &str = "HL241";

/// A command module refuses the value of one of its keys.
pub(super) const MODULE: &str = "HL225";

/// An id is not one that Teams gives: people and tenants have GUIDs, and wildcards are no ids.
pub(super) const NO_ID: &str = "HL226";

/// A rule does not say what it does, or to whom.
pub(super) const RULE_FORM: &str = "HL227";

/// A test of permissions expects something else than the rules say.
pub(super) const POLICY_TEST: &str = "HL228";

/// Anybody who has the token of any webhook could speak as a member of a group (warning).
pub(super) const RULE_EVERYWHERE: &str = "HL229";

/// The file with the members of a group is too old (warning).
pub(super) const OLD_MEMBERS: &str = "HL230";

/// The same key stands in two files of one configuration.
pub(super) const IN_TWO_FILES: &str = "HL240";

/// There is no time zone of that name.
pub(super) const NO_ZONE: &str = "HL245";

/// A window of a freeze cannot be read, or never begins.
pub(super) const FREEZE: &str = "HL246";

/// Where the audit goes cannot be read.
pub(super) const AUDIT: &str = "HL247";

/// A key's label cannot be one, or two keys have the same.
pub(super) const KEY_LABEL: &str = "HL248";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// Cut, so that the test does not count itself.
    fn table() -> &'static str {
        include_str!("code.rs")
            .split("#[cfg(test)]")
            .next()
            .expect("a text has a first part")
    }

    fn codes() -> Vec<&'static str> {
        table()
            .lines()
            .filter(|line| line.starts_with("pub(super) const"))
            .map(|line| line.split('"').nth(1).expect("a code"))
            .collect()
    }

    #[test]
    fn each_code_has_one_meaning() {
        let unique: BTreeSet<_> = codes().into_iter().collect();

        assert!(codes().len() > 20);
        assert_eq!(unique.len(), codes().len());
        assert!(unique.iter().all(|code| ("HL200".."HL250").contains(code)));
    }

    #[test]
    fn each_code_says_what_it_means() {
        let lines: Vec<_> = table().lines().collect();

        for pair in lines.windows(2) {
            if pair[1].starts_with("pub(super) const") {
                assert!(pair[0].starts_with("/// "), "{}", pair[1]);
            }
        }
    }
}
