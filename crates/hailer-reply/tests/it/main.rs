//! Replies from the outside: what any text becomes, and what an independent Markdown reader makes of it.

mod fitting;
mod foreign_text;
mod markdown_oracle;
mod properties;
mod reading;
