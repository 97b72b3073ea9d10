//! What the compiler tells authors who make the usual mistakes.
//!
//! The texts are those of one compiler: `TRYBUILD=overwrite cargo test -p hailer --test ui` writes them anew, to be
//! read before they are committed. The price: hailer's dependencies are checked once more, in a folder of their own.

#[test]
fn usual_mistakes_are_explained_where_they_are_made() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
