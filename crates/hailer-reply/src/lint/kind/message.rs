//! Findings about messages and whole cards.

use super::{FindingKind, error, warning};

pub(in crate::lint) const NOT_JSON: FindingKind = error(
    "HC100",
    "the text is no JSON",
    "Nothing can be drawn from it; Teams shows \"Sorry, there was a problem encountered with your request\".",
    "mend the JSON at this place",
);

pub(in crate::lint) const BARE_CARD: FindingKind = error(
    "HC101",
    "a card stands outside `attachments`",
    "Teams draws a card only as the `content` of an attachment.",
    "wrap it: `{\"contentType\":\"application/vnd.microsoft.card.adaptive\",\"content\":…}` in `attachments`",
);

pub(in crate::lint) const EMPTY_MESSAGE: FindingKind = error(
    "HC102",
    "the message has neither text nor attachments",
    "Teams takes no message without content.",
    "add `text` or an attachment",
);

pub(in crate::lint) const TEXT_TYPE: FindingKind = error(
    "HC103",
    "`text` is no string",
    "Teams refuses the whole message.",
    "write `text` as a string",
);

pub(in crate::lint) const NOT_A_MESSAGE: FindingKind = error(
    "HC104",
    "the value is no message object",
    "A message is a JSON object; a string that holds JSON was encoded twice.",
    "encode the message once, as an object",
);

pub(in crate::lint) const MESSAGE_TYPE: FindingKind = error(
    "HC105",
    "the message's `type` is not `message`",
    "Teams draws no other kind of activity in answer to a webhook.",
    "write `\"type\": \"message\"`",
);

pub(in crate::lint) const ATTACHMENTS_TYPE: FindingKind = error(
    "HC106",
    "`attachments` is no list of objects",
    "Teams refuses the whole message.",
    "write `attachments` as a list of objects",
);

pub(in crate::lint) const NO_CONTENT_TYPE: FindingKind = error(
    "HC107",
    "an attachment has no `contentType`",
    "Teams does not guess what an attachment is.",
    "add `\"contentType\": \"application/vnd.microsoft.card.adaptive\"`",
);

pub(in crate::lint) const UNKNOWN_CONTENT_TYPE: FindingKind = error(
    "HC108",
    "an attachment's `contentType` is none that a webhook can answer with",
    "Teams refuses it or shows nothing.",
    "use `application/vnd.microsoft.card.adaptive`",
);

pub(in crate::lint) const CONTENT_STRING: FindingKind = error(
    "HC109",
    "an attachment's `content` is a string of JSON",
    "The card was encoded twice; Teams wants the object.",
    "put the card itself there, not its text",
);

pub(in crate::lint) const NO_CONTENT: FindingKind = error(
    "HC110",
    "an attachment has no `content` object",
    "There is nothing to draw.",
    "put the card into `content`",
);

pub(in crate::lint) const EXPERIMENTAL_CONTENT: FindingKind = warning(
    "HC111",
    "the attachment's kind is not documented for webhooks",
    "A Microsoft sample answers with it, the documentation does not promise it.",
    "use an Adaptive Card",
);

pub(in crate::lint) const NO_SUMMARY: FindingKind = warning(
    "HC112",
    "the message has cards but neither `summary` nor `text`",
    "Notifications and previews say just \"Card\".",
    "add `summary`: the answer in one line",
);

pub(crate) const TOO_LARGE: FindingKind = error(
    "HC113",
    "the message is larger than 28,000 bytes",
    "Teams drops messages above about 28 KB.",
    "show less, or link to the rest",
);

pub(in crate::lint) const NEARLY_TOO_LARGE: FindingKind = warning(
    "HC114",
    "the message comes near 28,000 bytes",
    "A little more content and Teams drops it.",
    "show less, or link to the rest",
);

pub(in crate::lint) const TOO_DEEP: FindingKind = error(
    "HC115",
    "the JSON is nested deeper than 128 levels",
    "Nobody reads such a card, and parsers refuse it.",
    "flatten it",
);

pub(in crate::lint) const CAROUSEL: FindingKind = warning(
    "HC116",
    "several cards lie side by side",
    "`attachmentLayout: carousel` is not documented for webhooks, and phones show one card at a time.",
    "let them stand below each other",
);

pub(in crate::lint) const CARD_TYPE: FindingKind = error(
    "HC121",
    "the card's `type` is not `AdaptiveCard`",
    "Teams shows nothing.",
    "write `\"type\": \"AdaptiveCard\"`",
);

pub(in crate::lint) const NO_VERSION: FindingKind = error(
    "HC122",
    "the card has no `version`",
    "Teams refuses a card without one.",
    "write `\"version\": \"1.4\"`",
);

pub(in crate::lint) const BAD_VERSION: FindingKind = error(
    "HC123",
    "the card's `version` is no version",
    "Teams reads versions such as `1.4`, written as a string.",
    "write `\"version\": \"1.4\"`",
);

pub(in crate::lint) const VERSION_TOO_NEW: FindingKind = error(
    "HC124",
    "the card's `version` is above 1.5",
    "Teams draws cards up to 1.5; others show only their `fallbackText`.",
    "write `\"version\": \"1.4\"`",
);

pub(in crate::lint) const VERSION_1_5: FindingKind = warning(
    "HC125",
    "the card's `version` is 1.5",
    "Older and mobile clients show an empty card.",
    "write `\"version\": \"1.4\"` unless the card has a table",
);

pub(in crate::lint) const TABLE_VERSION: FindingKind = error(
    "HC126",
    "a table stands in a card below version 1.5",
    "Clients show nothing in its place.",
    "use a `FactSet` or columns, or write `\"version\": \"1.5\"`",
);

pub(in crate::lint) const ELEMENT_VERSION: FindingKind = warning(
    "HC127",
    "an element is newer than the card's `version`",
    "A client of that version does not know it.",
    "raise the card's `version`, up to 1.4",
);

pub(in crate::lint) const EMPTY_CARD: FindingKind = error(
    "HC128",
    "the card is empty",
    "Teams shows nothing.",
    "add an element to `body`",
);

pub(in crate::lint) const ONLY_ACTIONS: FindingKind = warning(
    "HC129",
    "the card has actions but no text",
    "Nobody can tell what the buttons are about.",
    "say it in a `TextBlock`",
);

pub(in crate::lint) const REFRESH: FindingKind = error(
    "HC130",
    "the card has a `refresh` or `authentication` block",
    "Both need a bot that Teams can call back; a webhook is none.",
    "remove it",
);

pub(in crate::lint) const NO_FALLBACK_TEXT: FindingKind = warning(
    "HC131",
    "the card has no `fallbackText`",
    "Clients that cannot draw the card show nothing.",
    "add `fallbackText`: the answer in plain text",
);

pub(in crate::lint) const NO_SPEAK: FindingKind = warning(
    "HC132",
    "the card has no `speak`",
    "Previews and screen readers have nothing to say.",
    "add `speak`: the answer in one sentence",
);

pub(in crate::lint) const TEMPLATE_KEY: FindingKind = error(
    "HC133",
    "the card is a template that was not filled in",
    "Teams does not know `$data` and `$when`.",
    "fill the template: with `CardTemplate` in a command, with `--data` in this check",
);

pub(crate) const PLACEHOLDER: FindingKind = error(
    "HC134",
    "a text has a `${…}` that was not filled in",
    "Teams shows the placeholder as it stands.",
    "fill the template: with `CardTemplate` in a command, with `--data` in this check",
);

pub(crate) const TEMPLATE: FindingKind = error(
    "HC135",
    "a template cannot be filled",
    "Nothing could be sent.",
    "mend the expression, or give the data that it needs",
);
