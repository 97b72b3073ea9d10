//! `hailer commands`: what the bot can do, for people, documents and tools.

use serde_json::{Value, json};

use crate::command_line::hailer;
use crate::server::{CONFIG, project};

fn list(format: &[&str]) -> String {
    let folder = project(CONFIG);
    let ran = hailer(["commands"].iter().chain(format))
        .folder(folder.path())
        .run();
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    ran.out
}

/// The commands that change something.
const CHANGES: [&str; 9] = [
    "job cancel",
    "job retry",
    "lock",
    "unlock",
    "freeze",
    "unfreeze",
    "approve",
    "deny",
    "yes",
];

#[test]
fn json_is_an_array_with_all_that_is_known() {
    let commands: Vec<Value> = serde_json::from_str(&list(&["--json"])).unwrap();

    let paths: Vec<&str> = commands
        .iter()
        .filter_map(|it| it["path"].as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "status",
            "jobs",
            "job",
            "job log",
            "job cancel",
            "job retry",
            "more",
            "locks",
            "lock",
            "unlock",
            "freeze",
            "unfreeze",
            "audit",
            "keys",
            "approvals",
            "approve",
            "deny",
            "yes",
            "help",
            "whoami",
            "why",
            "can",
            "last",
            "ping",
            "echo"
        ]
    );
    for command in &commands {
        assert!(
            command["summary"].as_str().is_some_and(|it| !it.is_empty()),
            "{command}"
        );
        let is_change = CHANGES.contains(&command["path"].as_str().unwrap());
        assert_eq!(command["effect"], if is_change { "write" } else { "read" });
        for list in ["aliases", "arguments", "examples"] {
            assert!(command[list].is_array(), "{list}: {command}");
        }
        assert!(
            !command["examples"].as_array().unwrap().is_empty(),
            "{command}"
        );
    }
    assert_eq!(commands[18]["aliases"], json!(["?", "hilfe", "aide"]));
    assert_eq!(commands[24]["arguments"][0]["name"], "text");
    assert_eq!(commands[24]["arguments"][0]["required"], true);
    assert_eq!(commands[24]["arguments"][0]["type"], "string");
    assert_eq!(commands[24]["examples"][0]["text"], "echo hello world");
}

#[test]
fn tools_have_schemas_for_their_arguments() {
    let listed: Value = serde_json::from_str(&list(&["--mcp"])).unwrap();

    let tools = listed["tools"].as_array().unwrap();
    assert_eq!(tools.len(), 25);
    for tool in tools {
        assert!(
            tool["name"].as_str().is_some_and(|it| !it.contains(' ')),
            "{tool}"
        );
        assert!(tool["description"].is_string(), "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object");
        let is_change = CHANGES.contains(&tool["title"].as_str().unwrap());
        assert_eq!(tool["annotations"]["readOnlyHint"], !is_change, "{tool}");
        assert_eq!(tool["annotations"]["destructiveHint"], false);
    }
    let echo = tools.iter().find(|it| it["name"] == "echo").unwrap();
    assert_eq!(echo["inputSchema"]["required"], json!(["text"]));
    assert_eq!(echo["inputSchema"]["properties"]["text"]["type"], "string");
}

#[test]
fn the_reference_has_a_section_for_each_command() {
    let reference = list(&["--markdown"]);

    for path in ["status", "help", "whoami", "why", "ping", "echo"] {
        assert_eq!(
            reference.matches(&format!("\n## {path}\n")).count(),
            1,
            "{path}"
        );
    }
    assert!(
        reference.contains("```text\necho <text>\n```"),
        "{reference}"
    );
    assert!(
        reference.contains("- `echo hello world`: says hello world"),
        "{reference}"
    );
}

#[test]
fn the_manual_page_is_roff_with_every_command() {
    let page = list(&["--man"]);

    assert!(page.starts_with(".TH \"OPS\" \"7\""), "{page}");
    assert!(page.contains(".SS \"echo <text>\"\n"), "{page}");
    assert!(
        page.contains("Example: \\fBecho hello world\\fR\n"),
        "{page}"
    );
    assert_eq!(page.matches("\n.SS ").count(), 20);
}

#[test]
fn people_get_a_table() {
    let table = list(&[]);

    assert_eq!(table.lines().count(), 20);
    for line in table.lines() {
        let is_change = CHANGES
            .iter()
            .any(|path| line.starts_with(&format!("{path} ")));
        let effect = if is_change { "  write  " } else { "  read  " };
        assert!(line.contains(effect), "{table}");
    }
    assert!(table.contains("echo <text>"), "{table}");
}
