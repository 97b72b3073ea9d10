//! Lists as authors leave them.

use super::*;

fn registered(source: &str) -> String {
    let out = register(source, "restart", "Restart").unwrap();
    assert!(is_registered(&out, "restart", "Restart"));
    out
}

#[test]
fn the_list_of_a_new_project_takes_a_command() {
    let list = include_str!("../../../templates/commands.rs.in");

    let out = registered(list);

    assert_eq!(
        out,
        list.replace("pub mod hello;", "pub mod hello;\npub mod restart;")
            .replace(
                ".command(hello::Hello)",
                ".command(hello::Hello)\n        .command(restart::Restart)"
            )
    );
}

#[test]
fn a_list_in_one_line_stays_one() {
    let out = registered("mod a;\nfn module() -> Module { Module::new(\"x\").command(a::A) }\n");

    assert_eq!(
        out,
        "mod a;\npub mod restart;\nfn module() -> Module { Module::new(\"x\").command(a::A).command(restart::Restart) }\n"
    );
}

#[test]
fn modules_stay_in_order_and_keep_their_attributes() {
    for (modules, expected) in [
        (
            "mod a;\n#[cfg(test)]\nmod tests;\n",
            "mod a;\npub mod restart;\n#[cfg(test)]\nmod tests;\n",
        ),
        (
            "//! List.\n\nmod undo;\n",
            "//! List.\n\npub mod restart;\nmod undo;\n",
        ),
        ("mod undo;\n", "pub mod restart;\nmod undo;\n"),
        (
            "#[cfg(test)]\nmod tests;\nmod undo;\n",
            "#[cfg(test)]\nmod tests;\nmod undo;\npub mod restart;\n",
        ),
        ("mod z;\nmod a;\n", "mod z;\nmod a;\npub mod restart;\n"),
    ] {
        let chain = "fn m() -> Module { Module::new(\"x\") }\n";

        let out = registered(&format!("{modules}{chain}"));

        assert!(out.starts_with(expected), "{out}");
    }
}

#[test]
fn commands_with_state_and_hooks_between_them_are_passed() {
    let out = registered(
        "mod a;\n\npub fn module(c: Client) -> Module {\n    let title = 'x';\n    Module::new(\"a (b\")\n\
         \x20       .command(a::A { client: c.clone(), f: || vec![(1, 2)] }) // .command(old::Old)\n\
         \x20       .command(\n            a::B::new(r#\"\")\"#),\n        )\n        .hook(Audit)\n}\n",
    );

    assert!(
        out.contains("        )\n        .command(restart::Restart)\n        .hook(Audit)\n"),
        "{out}"
    );
}

#[test]
fn a_module_without_commands_takes_its_first() {
    let out = registered("mod a;\nfn m() -> Module {\n    Module::new(\"x\")\n}\n");

    assert!(
        out.contains("    Module::new(\"x\")\n        .command(restart::Restart)\n}"),
        "{out}"
    );
}

#[test]
fn an_unclear_place_is_left_alone() {
    for source in [
        "",
        "mod a;\n",
        "fn m() -> Module { Module::new(\"x\") }\n",
        "mod a;\n// Module::new(\"x\")\n",
        "mod a;\nfn m() -> Vec<Module> { vec![Module::new(\"x\"), Module::new(\"y\")] }\n",
        "mod a;\nfn m() -> Module { Module::new(\"x\".command(A)\n",
    ] {
        assert_eq!(register(source, "restart", "Restart"), None, "{source}");
    }
}

#[test]
fn comments_and_strings_are_no_code() {
    for (source, code) in [
        ("a // b\nc", "a     \nc"),
        ("a /* b\n */ c", "a     \n    c"),
        ("\"a\\\"b\" c", "       c"),
        ("r#\"a\"b\"# c", "         c"),
        ("'\"' 'a '\\'' '\\u{1F}' x", "    'a               x"),
        ("\u{e9} \"\u{e9}\" x", "\u{e9}      x"),
    ] {
        assert_eq!(blank(source), code, "{source}");
    }
}
