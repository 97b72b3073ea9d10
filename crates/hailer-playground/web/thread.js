// The channel: messages, the bot's answers as Teams shows them, and what Teams does not show.

import { drawMessage } from "./draw.js";
import { byId, h, number, ofFive, sentence } from "./dom.js";

const SORRY = "Sorry, there was a problem encountered with your request";

const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function avatar(name) {
  const initials = name.split(/[\s,]+/).filter(Boolean).slice(0, 2).map((it) => [...it][0].toUpperCase()).join("");
  const tone = [...name].reduce((sum, it) => sum + it.codePointAt(0), 0) % 6;
  return h("span", { class: `avatar tone-${tone}`, "aria-hidden": "true" }, initials || "?");
}

function head(face, name, at, tags = []) {
  return h("div", { class: "who" }, face, h("strong", {}, name), h("time", {}, clock(at)), tags.map((it) => h("span", { class: "tag" }, it)));
}

/** Draws what a person typed, with the mention as Teams marks it. */
function typed(text, mention) {
  const at = `@${mention}`;
  const isMention = text.toLowerCase().startsWith(at.toLowerCase());
  return h("p", { class: "typed" }, isMention ? [h("span", { class: "mention" }, text.slice(0, at.length)), text.slice(at.length)] : text);
}

function meter(us) {
  const bar = h("span", { class: "meter", role: "meter", "aria-valuemin": 0, "aria-valuemax": 5, "aria-label": "Time of the five seconds that Teams waits", title: "Teams waits five seconds" }, h("span"));
  fill(bar, us);
  return bar;
}

function fill(bar, us) {
  const seconds = Math.min(us / 1e6, 5);
  bar.setAttribute("aria-valuenow", seconds.toFixed(2));
  bar.firstChild.className = seconds >= 4.5 ? "over" : seconds >= 3 ? "late" : "";
  bar.firstChild.style.width = `${seconds * 20}%`;
}

function foot(exchange, choose) {
  const { response, timing } = exchange;
  const size = response ? `${number(response.size)} bytes` : "no answer";
  const outcome = response?.outcome && response.outcome !== "ok" ? h("span", { class: "tag" }, response.outcome.replaceAll("_", " ")) : null;
  const status = response && response.status !== 200 ? h("span", { class: "tag bad" }, String(response.status)) : null;
  return h("div", { class: "foot" }, meter(timing.totalUs), h("span", {}, ofFive(timing.totalUs)), h("span", {}, size), outcome, status, h("button", { type: "button", class: "link", onclick: choose }, "Inspect"));
}

/** Draws findings as a list that is closed at first. */
export function findings(list) {
  if (!list?.length) return null;
  const items = list.map((it) => h("li", { class: it.severity }, h("span", { class: "code" }, it.code), h("span", {}, it.text, h("span", { class: "fix" }, `Fix: ${it.fix}`), h("code", { class: "path" }, it.path))));
  const errors = list.filter((it) => it.severity === "error").length;
  const title = errors ? `${errors} ${errors === 1 ? "thing" : "things"} Teams refuses` : `${list.length} ${list.length === 1 ? "remark" : "remarks"} on this reply`;
  return h("details", { class: errors ? "findings bad" : "findings" }, h("summary", {}, title), h("ul", {}, items));
}

function sorry(it) {
  return [
    h("p", { class: "sorry" }, SORRY),
    h("div", { class: "explain" }, h("p", { class: "muted small" }, "Teams shows no more than that. Here is what happened:"), h("p", {}, h("strong", {}, "Why "), sentence(it.why)), h("p", {}, h("strong", {}, "Fix "), sentence(it.fix)), it.code && h("p", { class: "muted small" }, "More: ", h("code", {}, `hailer explain ${it.code}`))),
  ];
}

/** Draws one answer. */
async function answer(exchange, context) {
  const { at, mention } = context.post;
  const box = h("div", { class: "answer" }, head(h("span", { class: "avatar bot", "aria-hidden": "true" }, "›_"), mention, at, exchange.isAgain ? [exchange.isAgain] : []));
  if (exchange.sorry) box.append(...sorry(exchange.sorry));
  else {
    const note = h("p", { class: "explain", hidden: true });
    const ignored = (type) => {
      note.hidden = false;
      note.textContent = `Teams ignores ${type} in replies of an outgoing webhook; only Action.OpenUrl works.`;
    };
    box.append(await drawMessage(exchange.response?.message, { look: context.look, fold: true, ignored }), note);
  }
  box.append(...[findings(exchange.response?.findings), foot(exchange, () => context.choose(exchange))].filter(Boolean));
  return box;
}

/** Draws a message of a person with everything that was answered. */
export async function drawPost(post, { look, choose, sendWithMention }) {
  const article = h("article", { class: "post", id: `post-${post.id}`, "aria-label": `${post.name}: ${post.text}` });
  const what = post.later ? await drawMessage(post.later, { look, fold: true }) : typed(post.text, post.mention);
  article.append(h("div", { class: "said" }, head(avatar(post.name), post.name, post.at, post.tags), what));
  for (const exchange of post.exchanges) article.append(await answer(exchange, { post, look, choose }));
  if (post.isUnheard) {
    const again = h("button", { type: "button", onclick: () => sendWithMention(post) }, `Send it to @${post.mention}`);
    article.append(h("div", { class: "explain" }, h("p", {}, "Nobody answers: Teams passes a message on only when it mentions the bot."), again));
  }
  if (post.failed) article.append(h("div", { class: "explain bad" }, h("p", {}, post.failed)));
  if (post.isWaiting) article.append(waiting());
  return article;
}

/** The bar that fills while the bot works. */
function waiting() {
  const bar = meter(0);
  const text = h("span", {}, ofFive(0));
  const begun = performance.now();
  const tick = () => {
    const us = (performance.now() - begun) * 1000;
    fill(bar, us);
    text.textContent = us < 5e6 ? ofFive(us) : "over 5 s: Teams has hung up";
    if (bar.isConnected || us < 1e6) setTimeout(tick, 100);
  };
  setTimeout(tick, 100);
  return h("div", { class: "answer waiting" }, h("div", { class: "foot" }, bar, text));
}

/** Draws what stands there before anything was said. */
export function drawWelcome({ mention, commands, say }) {
  const examples = pick(commands).map(({ text, note }) =>
    h("button", { type: "button", class: "example", onclick: () => say(`@${mention} ${text}`) }, h("span", { class: "mono" }, `@${mention} ${text}`), h("span", { class: "muted" }, note)),
  );
  byId("welcome").replaceChildren(
    h("img", { src: "/icon.svg", alt: "", width: 48, height: 48 }),
    h("h3", {}, `Say something to @${mention}`),
    h("p", { class: "muted" }, "Each message is signed and takes the way that messages of Teams take. Click one, or type below."),
    h("div", { class: "examples" }, examples),
  );
}

/** Three examples: what shows most first, then whatever there is. */
function pick(commands) {
  const usual = ["deploy status", "status", "help", "whoami", "ping"];
  const rank = (it) => (usual.indexOf(it.path) + usual.length + 1) % (usual.length + 1);
  const sorted = commands.filter((it) => !it.isHidden).sort((one, other) => rank(one) - rank(other));
  const isRunnable = (it) => it.examples.length > 0 || !it.arguments.some((argument) => argument.isRequired);
  return sorted.filter(isRunnable).slice(0, 3).map((it) => ({ text: it.examples[0]?.text ?? it.path, note: it.summary }));
}
