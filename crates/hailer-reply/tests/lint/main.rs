//! The judgement of cards from the outside: one card for each kind of finding, Microsoft's samples, any JSON.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that goes wrong should stop there"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "`json!` at the call reads better without `&`"
)]
#![expect(clippy::too_many_lines, reason = "a table of examples is no step")]

mod any_json;
mod documentation;
mod every_kind;
mod examples;
mod judging;
mod samples;
mod schema;
