use hailer_reply::{Reply, Sign};

use super::*;
use crate::text::MessageText;
use crate::words::split;

fn services() -> Reply {
    let row = |name: &str, status: Words, took: &str| [Words::new(name), status, Words::new(took)];
    let rows = [
        row("api-10", Sign::Good.says("up · 200"), "63 ms"),
        row("api-9", Sign::Bad.says("down · refused"), "1.5 s"),
        row("web", Sign::Warning.says("slow · 200"), "900 ms"),
    ];
    Reply::table("Services", ["Name", "Status", "Took"], rows)
}

fn piped(stages: &[&str]) -> String {
    let done = Pipe::read(stages).and_then(|it| it.apply(&services()));
    done.map_or_else(|told| told, |reply| reply.to_plain())
}

#[test]
fn rows_are_chosen_by_what_a_cell_says() {
    for (stage, names) in [
        ("where status=down", vec!["api-9"]),
        ("where Status = DOWN", vec!["api-9"]),
        ("where status!=down", vec!["api-10", "web"]),
        ("where status=\"down · refused\"", vec!["api-9"]),
        ("where status=200", vec!["api-10", "web"]),
        ("where name~api", vec!["api-10", "api-9"]),
        ("where took > 500ms", vec!["api-9", "web"]),
        ("where took<=63 ms", vec!["api-10"]),
        ("where 2=slow", vec!["web"]),
        ("where status > 3", vec![]),
    ] {
        let told = piped(&[stage, "columns name"]);
        let rows: Vec<&str> = told.lines().skip(2).collect();
        let told_names = if names.is_empty() { vec![] } else { names };
        let rows = if told.contains("0 of 3") {
            vec![]
        } else {
            rows
        };
        assert_eq!(rows, told_names, "{stage}: {told}");
    }
}

#[test]
fn rows_are_sorted_by_size_or_by_letters() {
    let order = |stage: &str| {
        let told = piped(&[stage, "columns name"]);
        told.lines().skip(2).map(str::to_owned).collect::<Vec<_>>()
    };

    assert_eq!(order("sort took"), ["api-10", "web", "api-9"]);
    assert_eq!(order("sort took desc"), ["api-9", "web", "api-10"]);
    assert_eq!(order("sort name"), ["api-9", "api-10", "web"]);
    assert_eq!(order("sort NAME DESC"), ["web", "api-10", "api-9"]);
}

#[test]
fn rows_are_counted_and_cut() {
    assert_eq!(piped(&["count"]), "3 rows");
    assert_eq!(piped(&["where status=down", "count"]), "1 row");
    assert_eq!(
        piped(&["head 1", "columns took, name"]),
        "1 of 3 rows · head 1 · columns took, name\nTook   Name\n63 ms  api-10"
    );
}

#[test]
fn the_beginning_of_a_column_is_enough() {
    assert_eq!(piped(&["where stat=down", "count"]), "1 row");
}

#[test]
fn what_cannot_be_done_is_told() {
    for (stages, told) in [
        (
            vec!["where state=down"],
            "I don't know the column \"state\". Did you mean Status?",
        ),
        (
            vec!["where status"],
            "where takes a column, a comparison and a value",
        ),
        (vec!["where =down"], "where lacks the column"),
        (vec!["sort"], "sort takes a column"),
        (vec!["head x"], "\"x\" is none"),
        (vec!["head 0"], "\"0\" is none"),
        (vec!["count", "head 1"], "Nothing can come after | count"),
        (vec!["count 3"], "count takes nothing"),
        (vec!["columns"], "columns takes which to show"),
    ] {
        assert!(
            piped(&stages).contains(told),
            "{stages:?}: {}",
            piped(&stages)
        );
    }
    let text = Pipe::read(&["count"]).unwrap().apply(&Reply::text("pong"));
    assert!(text.unwrap_err().contains("no rows"));
}

#[test]
fn facts_lists_and_lines_have_rows_too() {
    let count = |reply: Reply| {
        Pipe::read(&["count"])
            .unwrap()
            .apply(&reply)
            .unwrap()
            .to_plain()
    };

    assert_eq!(
        count(Reply::facts("api", [("Version", "2"), ("Age", "3 d")])),
        "2 rows"
    );
    assert_eq!(count(Reply::list("On call", ["Mira", "Dana"])), "2 rows");
    assert_eq!(
        count(Reply::bar_chart("Disk", [("db-1", 91, "%")])),
        "1 row"
    );
    assert_eq!(count(Reply::code("a\nb\nc\n")), "3 rows");
    let both = Reply::facts("api", [("Version", "2")]).then_table("", ["A"], [["1"], ["2"]]);
    assert_eq!(count(both), "2 rows");
}

fn found(typed: &str) -> Option<(String, Vec<String>)> {
    let text = MessageText::from_typed(typed);
    let words = split(&text).ok()?;
    let (end, stages) = find(&words, text.raw())?;
    let stages = stages.into_iter().map(str::to_owned).collect();
    Some((text.before(end).raw().to_owned(), stages))
}

#[test]
fn only_a_chain_at_the_end_is_a_pipe() {
    let some = |before: &str, stages: &[&str]| {
        let stages = stages.iter().map(|it| (*it).to_owned()).collect();
        Some((before.to_owned(), stages))
    };

    assert_eq!(
        found("status | where status=down"),
        some("status", &["where status=down"])
    );
    assert_eq!(found("status |count"), some("status", &["count"]));
    assert_eq!(found("| head 3"), some("", &["head 3"]));
    assert_eq!(
        found("a | b | sort x desc | head 2"),
        some("a | b", &["sort x desc", "head 2"])
    );
    assert_eq!(found("note \"a | count\""), None);
    assert_eq!(found("note a | count the cups of | coffee"), None);
    assert_eq!(found("a || b"), None);
    assert_eq!(
        found("status | where name=\"a | count\""),
        some("status", &["where name=\"a | count\""])
    );
}

proptest::proptest! {
    #[test]
    fn nothing_typed_breaks_it(typed in ".{0,60}") {
        if let Some((before, stages)) = found(&typed) {
            let stages: Vec<&str> = stages.iter().map(String::as_str).collect();
            proptest::prop_assert!(typed.len() > before.len());
            if let Ok(pipe) = Pipe::read(&stages) {
                let _ = pipe.apply(&services());
            }
        }
    }

    #[test]
    fn any_chain_is_found_whole(
        stages in proptest::collection::vec("(where [a-z]{1,5}(=|~|!=|>|<)[a-z0-9]{0,5}|sort [a-z]{1,5}( desc)?|head [1-9]|columns [a-z]{1,4}(,[a-z]{1,4})?)", 1..5),
    ) {
        let typed = format!("status | {}", stages.join(" | "));
        let (before, found) = found(&typed).unwrap();

        proptest::prop_assert_eq!(before, "status");
        proptest::prop_assert_eq!(&found, &stages);
        let stages: Vec<&str> = stages.iter().map(String::as_str).collect();
        proptest::prop_assert!(Pipe::read(&stages).is_ok());
    }

    #[test]
    fn sorting_keeps_every_row(cells in proptest::collection::vec(".{0,12}", 0..20)) {
        let reply = Reply::table("", ["A"], cells.iter().map(|it| [it.as_str()]));
        let sorted = Pipe::read(&["sort a"]).unwrap().apply(&reply).unwrap();

        proptest::prop_assert_eq!(sorted.rows().unwrap().rows().len(), cells.len());
    }
}
