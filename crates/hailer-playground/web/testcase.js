// A message and its answer as a test: in Rust for whoever writes commands, in hailer.toml for whoever writes rules.

/** What a reply's outcome is checked with; others are named. */
const ASSERTIONS = { ok: "assert_ok()", refused: "assert_refused()" };

/** Writes a text as Rust and TOML both read it. */
const quoted = (text) =>
  `"${[...text].map((it) => {
    if (it === '"' || it === "\\") return `\\${it}`;
    if (it === "\n") return "\\n";
    return it < " " || it === "\u007f" ? "" : it;
  }).join("")}"`;

/** Makes the name of a function from what was typed. */
function nameOf(text) {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const name = words.join("_").slice(0, 50).replace(/_+$/, "");
  return /^[a-z]/.test(name) ? name : `message_${name || "without_words"}`;
}

const pascal = (outcome) => outcome.split("_").map((it) => it.charAt(0).toUpperCase() + it.slice(1)).join("");

/** Returns the longest part of an answer that is on one line. */
function telling(plain) {
  const line = plain.split("\n").map((it) => it.trim()).find((it) => /\p{L}{2}/u.test(it));
  return line?.slice(0, 120) ?? null;
}

/** Returns a test for `tests/`, which lacks only the module that answers. */
export function rustTest({ post, exchange }) {
  const { reading, response } = exchange;
  const said = reading.understood?.raw?.trim() || post.text;
  const outcome = response?.outcome;
  const part = telling(response?.plain ?? "");
  const speaker = [`as_user(${quoted(post.name)})`, post.channel && `in_channel(${quoted(post.channel)})`, post.tags.includes("phone keyboard") && "on_phone()"].filter(Boolean);
  const checks = [outcome && (ASSERTIONS[outcome] ?? `assert_outcome(hailer::Outcome::${pascal(outcome)})`), part && `assert_contains(${quoted(part)})`].filter(Boolean);
  return `use hailer::testing::TestBot;

#[tokio::test]
async fn ${nameOf(said)}() {
    let bot = TestBot::new().module(mybot::commands::module()); // the module that answers

    let somebody = bot.${speaker.join(".")};
    let reply = somebody.say(${quoted(said)}).await;

    // Shorten what differs each time.
    reply${checks.map((it) => `.${it}`).join("\n        ")};
}
`;
}

/** Returns a test of rules for hailer.toml; nothing when no rule was asked. */
export function policyTest({ exchange }) {
  const { understood } = exchange.reading;
  const { judgement } = understood ?? {};
  if (!judgement?.command || typeof judgement.isPermitted !== "boolean") return null;
  const activity = JSON.parse(exchange.request.body);
  const person = activity.from?.aadObjectId;
  if (!person) return null;
  return `[[policy_test]]
command = ${quoted(understood.raw.trim())}
as = ${quoted(person)} # ${activity.from.name.replace(/[\p{Cc}]/gu, "")}
in = ${quoted(`webhook:${exchange.request.webhook}`)}
expect = "${judgement.expect}"
`;
}
