//! Replies from the outside: what any text becomes, and what an independent Markdown reader makes of it.

mod any_card;
mod card_drawing;
mod card_fitting;
mod card_schema;
mod card_text;
mod cards;
mod fitting;
mod foreign_text;
mod markdown_oracle;
mod one_liner_looks;
mod one_liners;
mod other_cards;
mod properties;
mod reading;
mod template_errors;
mod template_properties;
mod templates;
