//! Replies that are too long for one message.

use std::time::{Duration, Instant};

use hailer_reply::{MESSAGE_LIMIT, Message, Reply, read_message};

#[expect(clippy::expect_used, reason = "a helper of tests")]
fn drawn(message: &Message) -> String {
    read_message(message.json())
        .expect("our own message is readable")
        .to_plain()
}

fn numbered(count: usize) -> String {
    (1..=count).map(|line| format!("line {line}\n")).collect()
}

#[test]
fn a_message_at_the_limit_is_not_cut() {
    let frame = r#"{"type":"message","text":""}"#.len();
    let longest = "x".repeat(MESSAGE_LIMIT - frame);

    assert_eq!(
        Reply::text(longest.as_str()).to_message().json().len(),
        MESSAGE_LIMIT
    );
    assert_eq!(drawn(&Reply::text(longest.as_str()).to_message()), longest);
    assert!(drawn(&Reply::text(longest + "x").to_message()).ends_with("more characters"));
}

#[test]
fn whole_lines_are_cut_and_counted() {
    for reply in [
        Reply::text(numbered(10_000)),
        Reply::code(numbered(10_000)),
        Reply::markdown(numbered(10_000)),
    ] {
        let message = reply.to_message();

        let text = drawn(&message);
        let (kept, marker) = text.rsplit_once('\n').expect("several lines");
        let kept = kept.lines().count();
        assert_eq!(marker, format!("… {} more lines", 10_000 - kept));
        assert!(text.starts_with("line 1\nline 2\n"));
        assert!(
            text.contains(&format!("\nline {kept}\n…")),
            "the last line is whole"
        );
        assert!(
            message.json().len() > MESSAGE_LIMIT - 100,
            "{} bytes",
            message.json().len()
        );
    }
}

#[test]
fn blank_lines_are_counted_too() {
    let text = format!("a{}b", "\n".repeat(100_000));

    for reply in [Reply::text(text.as_str()), Reply::code(text.as_str())] {
        let read = drawn(&reply.to_message());

        let (kept, marker) = read.rsplit_once('\n').expect("several lines");
        let kept = kept.split('\n').count();
        assert_eq!(marker, format!("… {} more lines", 100_001 - kept));
    }
}

#[test]
fn one_missing_line_is_singular() {
    let text = format!("{}\n{}", "a".repeat(20_000), "b".repeat(10_000));

    assert!(drawn(&Reply::text(text).to_message()).ends_with("a\n… 1 more line"));
}

#[test]
fn an_enormous_line_is_cut_between_characters() {
    for unit in [
        "x",
        "<",
        "*",
        "日",
        "\"",
        "\\",
        "\t",
        "&",
        "e\u{301}",
        "👩\u{200d}🚀",
    ] {
        let text = format!("head\n{}", unit.repeat(30_000));
        for reply in [Reply::text(text.as_str()), Reply::code(text.as_str())] {
            let message = reply.to_message();

            let read = drawn(&message);
            let (kept, marker) = read.rsplit_once('\n').expect("several lines");
            let kept = kept.strip_prefix("head\n").expect("the first line");
            let whole = kept.len() / unit.len();
            assert_eq!(kept, unit.repeat(whole), "{unit:?}");
            let missing = (30_000 - whole) * unit.chars().count();
            assert_eq!(marker, format!("… {missing} more characters"), "{unit:?}");
            assert!(
                message.json().len() > MESSAGE_LIMIT - 200,
                "{unit:?}: {} bytes",
                message.json().len()
            );
        }
    }
}

#[test]
fn the_longest_block_gives_way() {
    let reply = Reply::text("Output of deploy:")
        .then_code(numbered(50_000))
        .then_markdown("**More**: help");

    let text = drawn(&reply.to_message());

    assert!(text.starts_with("Output of deploy:\nline 1\n"));
    assert!(text.ends_with("more lines\nMore: help"));
}

#[test]
fn long_blocks_share_the_room() {
    let reply = Reply::code(numbered(50_000))
        .then_text("between")
        .then_code(numbered(50_000));

    let text = drawn(&reply.to_message());

    let (first, second) = text.split_once("\nbetween\n").expect("the middle block");
    assert!(first.len().abs_diff(second.len()) < 100);
    assert_eq!(text.matches("more lines").count(), 2);
}

#[test]
fn too_many_blocks_end_in_a_count() {
    let reply = (0..5_000).fold(Reply::text("first"), |reply, _| reply.then_text("a\nb"));
    let message = reply.to_message();

    let text = drawn(&message);

    let kept = text.lines().count() - 1;
    assert!(text.starts_with("first\na\nb\n"));
    assert!(text.ends_with(&format!("\n… {} more lines", 10_001 - kept)));
    assert!(message.json().len() <= MESSAGE_LIMIT);
}

#[test]
fn many_small_blocks_are_kept_when_they_fit() {
    let reply = (0..400).fold(Reply::text("first"), |reply, _| reply.then_text("a"));

    assert_eq!(drawn(&reply.to_message()), reply.to_plain());
}

#[test]
fn control_characters_do_not_use_up_the_room() {
    let text = format!("{}end", "\0".repeat(100_000));

    assert_eq!(drawn(&Reply::text(text).to_message()), "end");
}

#[test]
fn megabytes_are_cut_at_once() {
    let pieces = [
        "x",
        "<*_ \n",
        "line of output\n",
        "日本",
        " ",
        "[a](b) `c` **d**\n",
        "\\",
        "\n",
        "`",
        "\\`` ",
    ];
    for piece in pieces {
        let text = format!("x{}x", piece.repeat(500_000 / piece.len()));
        for reply in [
            Reply::text(text.as_str()),
            Reply::code(text.as_str()),
            Reply::markdown(text.as_str()),
        ] {
            let started = Instant::now();
            let message = reply.to_message();
            let taken = started.elapsed();

            assert!(message.json().len() <= MESSAGE_LIMIT);
            // Quadratic work would take hours.
            assert!(taken < Duration::from_secs(20), "{piece:?} takes {taken:?}");
        }
    }
}
