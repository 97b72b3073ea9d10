// Everything about one exchange: what was sent, what the bot made of it, what came back and how long it took.

import { announce, byId, download, h, number, ofFive, pretty, sentence, time } from "./dom.js";
import { policyTest, rustTest } from "./testcase.js";
import { findings } from "./thread.js";

let isPretty = true;

function section(title, ...children) {
  return h("section", {}, h("h3", {}, title), ...children);
}

function rows(pairs) {
  const kept = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", {}, kept.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

const code = (text) => h("pre", { class: "code", tabindex: "0" }, text);

function verdict({ verdict: { isAdmitted, text } }) {
  return h("p", { class: isAdmitted ? "verdict good" : "verdict bad" }, h("span", { "aria-hidden": "true" }, isAdmitted ? "✓" : "✗"), h("span", {}, h("strong", {}, isAdmitted ? "Signature accepted. " : "Refused. "), sentence(text)));
}

function understood({ understood: it }) {
  if (!it) return null;
  const { judgement } = it;
  const mark = (isFine, text) => h("span", { class: isFine ? "good" : "bad" }, isFine ? "yes" : "no", ` – ${text}`);
  return section(
    "What the bot reads",
    rows([
      ["text", h("span", { class: "mono" }, it.normalised || "(nothing but the mention)")],
      ["mentions", it.mentions.join(", ")],
      ["command", judgement?.command && h("span", { class: "mono" }, judgement.usage)],
      ["arguments", judgement?.arguments?.length && h("ul", { class: "plain" }, judgement.arguments.map((it) => h("li", {}, h("span", { class: "mono" }, `${it.name} = ${JSON.stringify(it.value)}`), h("span", { class: "muted small" }, ` ${it.kind ?? ""}`))))],
      ["effect", judgement?.effect],
      ["may run", judgement?.decision && mark(judgement.isPermitted, judgement.decision)],
      ["but", judgement?.problem],
    ]),
  );
}

function timing({ timing: it, reading }) {
  const steps = [
    ["network", it.networkUs, "made slow"],
    ["connection", it.connectUs, ""],
    ["signature", reading.verifyingUs, "measured again"],
    ["understanding", reading.understandingUs, "measured again"],
    ["all of the bot", it.answerUs, "with command and reply"],
  ].filter(([, us]) => us > 0);
  return section("Time", h("p", {}, ofFive(it.totalUs)), h("table", {}, h("tbody", {}, steps.map(([name, us, note]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, time(us)), h("td", { class: "muted" }, note))))));
}

function body(text) {
  const shown = code(isPretty ? pretty(text) : text);
  const button = (label, value) =>
    h("button", { type: "button", "aria-pressed": String(isPretty === value), onclick: (event) => {
      isPretty = value;
      shown.textContent = value ? pretty(text) : text;
      for (const it of event.target.parentElement.children) it.setAttribute("aria-pressed", String(it === event.target));
    } }, label);
  return [h("div", { class: "switch", role: "group", "aria-label": "Body" }, button("Pretty", true), button("Raw bytes", false)), shown];
}

const headers = (list) => list.map(([name, value]) => `${name}: ${value}`).join("\n");

/** Returns a call for a shell that signs anew; the token stays in its file. */
export function curl({ request }, { address, isDemo }) {
  const token = isDemo ? ".hailer/dev-token" : `${request.webhook}.token`;
  return `cat > message.json <<'END'
${request.body}
END
curl -sS http://${address}${request.path} \\
  -H 'content-type: application/json; charset=utf-8' \\
  -H "authorization: $(hailer sign --token-file ${token} < message.json)" \\
  --data-binary @message.json
# the message carries its time: after max_skew (5 minutes) the bot takes it for an old one`;
}

/** Shows a text that is to be taken elsewhere, and tries to put it where pasting finds it. */
async function copy(text, place) {
  const field = taken("Copied text", text, 8);
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    isCopied = false;
  }
  place.replaceChildren(h("p", { class: "muted small" }, isCopied ? "Copied:" : "Copy this:"), field);
  if (!isCopied) field.select();
  announce(isCopied ? "Copied" : "The text is selected");
}

function taken(label, text, rows) {
  const field = h("textarea", { class: "code", rows, readonly: true, spellcheck: "false", "aria-label": label });
  field.value = text;
  return field;
}

/** Offers an exchange as a test: for whoever writes commands, and for whoever writes rules. */
function saveAsTest(post, exchange, place) {
  const rust = rustTest({ post, exchange });
  const policy = policyTest({ exchange });
  place.replaceChildren(
    ...[
      h("p", { class: "small" }, "For a file of ", h("span", { class: "mono" }, "tests/"), ", with the module that answers:"),
      taken("Test in Rust", rust, 12),
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => download("said.rs", rust) }, "Download said.rs")),
      policy && h("p", { class: "small" }, "For hailer.toml, where ", h("span", { class: "mono" }, "hailer check"), " runs it:"),
      policy && taken("Test of rules", policy, 5),
    ].filter(Boolean),
  );
  announce("The test is below the buttons");
  place.querySelector("textarea").focus();
}

/** Makes a message that counts as a new one: Teams never sends an id twice. */
function renewed(text) {
  try {
    const { id, timestamp, localTimestamp } = JSON.parse(text);
    const now = new Date();
    let fresh = text;
    if (id) fresh = fresh.replaceAll(id, String(now.getTime()));
    if (timestamp) fresh = fresh.replaceAll(timestamp, now.toISOString());
    if (localTimestamp) fresh = fresh.replaceAll(localTimestamp, now.toISOString());
    return pretty(fresh);
  } catch {
    return text;
  }
}

function edit(exchange, place, actions) {
  const field = h("textarea", { class: "code", rows: 16, spellcheck: "false", "aria-label": "Body to send" });
  field.value = renewed(exchange.request.body);
  const send = () => actions.resend(exchange, field.value);
  place.replaceChildren(
    h("p", { class: "small" }, "It gets a new signature. Its id and time are new already, so that it is not taken for a repetition."),
    field,
    h("div", { class: "row" }, h("button", { type: "button", class: "primary", onclick: send }, "Sign and send"), h("button", { type: "button", onclick: () => place.replaceChildren() }, "Cancel")),
  );
  field.focus();
  field.setSelectionRange(0, 0);
  field.scrollTop = 0;
}

/** Shows an exchange; `actions` replay and resend it. */
export function inspect(post, exchange, start, actions) {
  const { request, reading, response } = exchange;
  const place = h("div", { class: "place" });
  const button = (label, onclick) => h("button", { type: "button", onclick }, label);
  byId("inspected").textContent = post.text.length > 40 ? `${post.text.slice(0, 40)}…` : post.text;
  byId("inspector").replaceChildren(
    ...[
      verdict(reading),
      h("div", { class: "row actions" }, button("Replay", () => actions.replay(exchange)), button("Edit and resend", () => edit(exchange, place, actions)), button("Copy as curl", () => copy(curl(exchange, start), place)), button("Save as test", () => saveAsTest(post, exchange, place))),
      place,
      understood(reading),
      timing(exchange),
      section("Reply", response ? [h("p", {}, `${response.status} · ${number(response.size)}${response.outcome ? ` of ${number(start.limit)}` : ""} bytes${response.outcome ? ` · ${response.outcome}` : ""}`), findings(response.findings), code(pretty(response.body)), h("details", {}, h("summary", {}, "Headers"), code(headers(response.headers)))] : h("p", { class: "bad" }, exchange.failure)),
      section("Request", h("p", { class: "mono" }, `${request.method} ${request.path}`), code(headers(request.headers)), ...body(request.body)),
    ].filter(Boolean),
  );
}

/** Shows that there is nothing to show. */
export function inspectNothing(text = "Send something: the signed request, the bot's verdict and its reply are shown here.") {
  byId("inspected").textContent = "";
  byId("inspector").replaceChildren(h("p", { class: "muted" }, text));
}
