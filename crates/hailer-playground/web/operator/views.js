// Webhooks, jobs, messages as they come, commands.

import { announce, byId, h, number, sentence } from "./dom.js";

const MOST_LINES = 300;
const OUTCOMES = { ok: "good", failed: "bad", panicked: "bad", timed_out: "bad", refused: "warn", busy: "warn" };
const BAD = new Set(["failed", "timed_out", "output_limit", "interrupted"]);

/** Says how long ago something was. */
export function ago(seconds) {
  if (seconds < 60) return "just now";
  const steps = [[60, "minute"], [3600, "hour"], [86400, "day"]];
  const [size, unit] = steps.filter(([it]) => seconds >= it).at(-1);
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

const since = (secondsSince1970) => ago(Date.now() / 1000 - secondsSince1970);
const moment = (ms) => h("time", { datetime: new Date(ms).toISOString(), title: new Date(ms).toString() }, new Date(ms).toLocaleString([], { dateStyle: "short", timeStyle: "medium" }));
const facts = (pairs) => h("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "").map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
const empty = (...text) => h("p", { class: "empty" }, text);

/** Draws a table whose cells may be empty. */
export const table = (names, rows) => h("table", { class: "list" }, h("thead", {}, h("tr", {}, names.map((it) => h("th", { scope: "col" }, it)))), h("tbody", {}, rows));

/** Reads the metrics of the bot: each as its name, labels and value. */
async function metrics() {
  const text = await (await fetch("/metrics")).text();
  const lines = text.split("\n").filter((it) => it && !it.startsWith("#"));
  return lines.map((line) => {
    const [, name, labels, value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const pairs = [...(labels ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, it]) => [key, it]);
    return { name, value: Number(value), labels: Object.fromEntries(pairs) };
  });
}

// ---- webhooks

const REASONS = {
  mismatch: ["wrong token, or the body was changed on the way", "HL102"],
  missing_header: ["no signature at all", "HL105"],
  malformed_header: ["a signature of another kind", "HL106"],
  stale: ["older than max_skew, or from the future", null],
  unknown_webhook: ["a URL that no webhook has", null],
};

/** Offers the lines that hold a webhook to where it was used first. */
function pins({ name, home, tenant, team }) {
  if (!home) return null;
  const lines = [!tenant && home.tenant && `tenant = ${JSON.stringify(home.tenant)}`, !team && home.team && `team = ${JSON.stringify(home.team)}`].filter(Boolean);
  if (!lines.length) return null;
  return [
    !home.isAlone && h("span", { class: "bad block" }, "It was used from several teams, and belongs to one: has somebody its token?"),
    h("span", { class: "muted block" }, `First used ${since(home.firstMs / 1000)}. To refuse messages from elsewhere, add to [webhook.${name}]:`),
    h("pre", { class: "code", tabindex: "0", "aria-label": `Lines that pin ${name}` }, lines.join("\n")),
  ];
}

function drawWebhook(webhook, all) {
  const of = (name, labels = {}) => all.filter((it) => it.name === name && it.labels.webhook === webhook.name && Object.entries(labels).every(([key, value]) => it.labels[key] === value));
  const sum = (list) => list.reduce((total, it) => total + it.value, 0);
  const last = of("hailer_last_message_timestamp_seconds")[0]?.value;
  const answered = sum(of("hailer_requests_total", { outcome: "ok" }));
  const failures = of("hailer_signature_failures_total").filter((it) => it.value > 0);
  const key = (it) => (it.since ? `in its file since ${new Date(it.since * 1000).toLocaleDateString()} (${since(it.since)})` : it.from === "file" ? "its file is gone" : "from a variable: its age is not known");
  const old = webhook.keys.length > 1;
  return h(
    "article",
    { class: "box-card" },
    h("div", { class: "title" }, h("h3", {}, webhook.name), h("span", { class: "muted" }, `people type @${webhook.mention}`)),
    facts([
      ["last message", last ? [since(last), h("span", { class: "muted" }, ` · ${new Date(last * 1000).toLocaleString()}`)] : h("span", { class: "warn" }, "none since the bot started")],
      ["answered", number(answered)],
      ["refused", failures.length ? h("ul", { class: "plain" }, failures.map((it) => {
        const [text, code] = REASONS[it.labels.reason] ?? [it.labels.reason.replaceAll("_", " "), null];
        return h("li", {}, h("span", { class: "bad" }, `${number(it.value)} × ${text}`), code && h("span", { class: "muted" }, ` · hailer explain ${code}`));
      })) : "none"],
      ["keys", h("ul", { class: "plain" }, webhook.keys.map((it, index) => h("li", {}, index ? "previous, " : "", h("span", { class: "mono" }, it.label), ` · ${key(it)}`)), old && h("li", { class: "warn" }, "two keys are valid: take the old one out once Teams uses the new one"))],
      ["team", webhook.team ?? [h("span", { class: "warn" }, "any: whoever has the token can say where a message comes from"), pins(webhook)]],
      ["tenant", webhook.tenant],
      ["channels", webhook.channels.join(", ")],
      ["at most", webhook.maxEffect],
      ["results", webhook.isTold ? `posted by [followup.${webhook.followup}]` : webhook.followup ? `[followup.${webhook.followup}]` : h("span", {}, "not posted later: people ask with ", h("span", { class: "mono" }, "job ID"))],
      ["URL", webhook.url],
      ["written", webhook.place],
    ]),
  );
}

export function webhooks({ call, failed }) {
  const place = byId("webhooks");
  const draw = async () => {
    try {
      const [{ webhooks: list }, all] = await Promise.all([call("webhooks"), metrics()]);
      place.replaceChildren(...list.map((it) => drawWebhook(it, all)));
    } catch (error) {
      failed(place, error);
    }
  };
  draw();
  const timer = setInterval(draw, 5000);
  return () => clearInterval(timer);
}

// ---- jobs

const spent = (ms) => (ms < 60_000 ? `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`);

function drawJob(job, cancel) {
  const { progress: it } = job;
  const tone = BAD.has(job.state) ? "bad" : job.state === "succeeded" ? "good" : job.state === "running" ? "warn" : "";
  const mark = BAD.has(job.state) ? "✖ " : job.state === "succeeded" ? "✔ " : "";
  const log = job.log && h("details", { "data-key": job.id }, h("summary", {}, "What it said"), h("pre", { class: "code", tabindex: "0" }, job.log));
  const took = job.startedMs && spent((job.endedMs ?? Date.now()) - job.startedMs);
  return h(
    "tr",
    { id: `job-${job.id}` },
    h("td", { class: "time" }, moment(job.createdMs)),
    h("td", {}, h("span", { class: "mono" }, job.text), it && !job.isEnded && h("progress", { value: it.total ? it.done : null, max: it.total || 1, "aria-label": `Progress of ${job.text}` }), it && h("span", { class: "muted small" }, it.total ? `${it.done} of ${it.total} ` : "", it.text), job.error && h("span", { class: "bad small" }, sentence(job.error)), log),
    h("td", {}, job.by, h("span", { class: "muted small" }, job.webhook)),
    h("td", {}, h("span", { class: `tag ${tone}` }, mark, job.state.replaceAll("_", " ")), took && h("span", { class: "muted small" }, took), job.cancelledBy && h("span", { class: "muted small" }, `stopped by ${job.cancelledBy}`)),
    h("td", {}, h("span", { class: "mono muted" }, job.id)),
    h("td", {}, !job.isEnded && h("button", { type: "button", "aria-label": `Cancel ${job.text}, job ${job.id}`, onclick: () => cancel(job) }, "Cancel")),
  );
}

export function jobs({ call, start, failed }) {
  const place = byId("jobs");
  if (!start.hasStore) {
    place.replaceChildren(empty("This bot keeps no jobs: set url in [store]."));
    return null;
  }
  let list = [];
  const cancel = async (job) => {
    if (!confirm(`Stop "${job.text}", which ${job.by} asked for?`)) return;
    try {
      const { outcome } = await call("cancel", { id: job.id });
      announce(`Job ${job.id}: ${outcome}`);
    } catch (error) {
      announce(`Job ${job.id} was not stopped: ${error.message}`);
      if (error.status === 401) failed(place, error);
    }
  };
  const draw = () => {
    const wanted = byId("job-filter").value;
    const shown = list.filter((it) => (wanted === "live" ? !it.isEnded : wanted === "bad" ? BAD.has(it.state) : true));
    const open = new Set([...place.querySelectorAll("details[open]")].map((it) => it.dataset.key));
    const focused = document.activeElement?.getAttribute("aria-label");
    place.replaceChildren(shown.length ? table(["Asked", "What", "Who", "State", "Job", "Stop"], shown.map((it) => drawJob(it, cancel))) : empty(list.length ? "No job is like that." : "No job yet. What takes longer than its reply shows up here."));
    for (const it of place.querySelectorAll("details")) it.open = open.has(it.dataset.key);
    if (focused) [...place.querySelectorAll("button")].find((it) => it.getAttribute("aria-label") === focused)?.focus();
  };
  byId("job-filter").onchange = draw;
  const events = new EventSource("/operator/api/jobs");
  events.addEventListener("message", ({ data }) => {
    list = JSON.parse(data);
    draw();
  });
  return () => events.close();
}

// ---- messages as they come

function line(it) {
  const at = new Date(it.at ?? Date.now());
  const isFine = it.kind === "answered";
  const tone = isFine ? OUTCOMES[it.outcome] ?? "" : it.kind === "ping" ? "" : "bad";
  const word = isFine ? it.outcome.replaceAll("_", " ") : it.kind === "ping" ? "ping" : it.kind === "hung_up" ? "hung up" : "refused";
  const said = isFine ? [h("strong", {}, it.who ?? "somebody"), ` ${it.text ?? ""}`] : it.kind === "ping" ? "hailer doctor asks" : [it.path ?? ""];
  return h(
    "li",
    {},
    h("time", { datetime: at.toISOString() }, at.toLocaleTimeString()),
    h("span", { class: "muted" }, it.webhook ?? "–"),
    h("span", { class: "said" }, said),
    h("span", { class: "became" }, h("span", { class: `tag ${tone}` }, word), it.took_ms !== null && `${it.took_ms} ms`, it.request_id && h("span", { class: "mono" }, it.request_id)),
    it.code && h("span", { class: "why" }, it.why ? sentence(it.why) : "", h("code", {}, ` hailer explain ${it.code}`)),
  );
}

export function tail({ call, failed }) {
  const list = byId("lines");
  const state = byId("tail-state");
  const pause = byId("pause");
  let isPaused = false;
  let waiting = [];
  const add = (it) => {
    list.prepend(line(it));
    while (list.children.length > MOST_LINES) list.lastElementChild.remove();
  };
  const tell = (text) => (state.textContent = text);
  tell("Connecting…");
  const events = new EventSource("/operator/api/tail");
  events.addEventListener("open", () => tell("Each message shows up here as it is answered. The newest is on top; nothing of it is kept."));
  events.addEventListener("error", async () => {
    tell("Not connected. Trying again…");
    if (events.readyState !== EventSource.CLOSED) return;
    const error = await call("tail").catch((it) => it);
    if (error.status === 401) failed(state, error);
    else tell(`${sentence(error.message ?? "the bot does not answer")}.`);
  });
  events.addEventListener("message", ({ data }) => {
    const it = JSON.parse(data);
    if (isPaused) waiting.push(it);
    else add(it);
    if (isPaused) pause.textContent = `Go on (${waiting.length} new)`;
  });
  pause.onclick = () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    pause.textContent = isPaused ? "Go on" : "Pause";
    if (!isPaused) {
      waiting.slice(-MOST_LINES).forEach(add);
      waiting = [];
    }
  };
  return () => {
    events.close();
    isPaused = false;
    pause.textContent = "Pause";
    pause.setAttribute("aria-pressed", "false");
  };
}

// ---- commands

const MAY = { yes: ["good", "✔ "], no: ["bad", "✖ "], depends: ["warn", "● "] };

function who(it) {
  const [tone, mark] = MAY[it.may];
  const text = it.may === "yes" ? it.who : it.may === "no" ? `not ${it.who}` : `${it.who}, with some arguments`;
  return h("li", { title: it.why }, h("span", { class: tone }, mark, text), it.place && h("span", { class: "muted small" }, it.place));
}

function drawCommand(it) {
  const marks = [it.effect !== "read" && it.effect, it.isJob && "job", it.isHidden && "hidden"].filter(Boolean);
  return h(
    "tr",
    {},
    h("td", {}, h("span", { class: "mono" }, it.usage), it.aliases.length > 0 && h("span", { class: "muted small" }, `also ${it.aliases.join(", ")}`)),
    h("td", {}, it.summary, h("span", { class: "muted small" }, it.group)),
    h("td", {}, marks.map((mark) => [h("span", { class: `tag ${mark === "destructive" ? "bad" : mark === "write" ? "warn" : ""}` }, mark), " "])),
    h("td", { class: "who" }, h("ul", {}, it.who.map(who))),
  );
}

export function commands({ call, start, failed }) {
  const place = byId("commands");
  const choice = byId("command-webhook");
  let list = [];
  let isCut = false;
  const draw = () => {
    const wanted = byId("command-find").value.trim().toLowerCase();
    const shown = list.filter((it) => [it.path, it.summary, it.group, ...it.aliases].some((text) => (text ?? "").toLowerCase().includes(wanted)));
    place.replaceChildren(shown.length ? table(["Type", "It does", "Effect", "Who may run it"], shown.map(drawCommand)) : empty("No command is like that."), isCut ? h("p", { class: "muted" }, "There are more people than are asked about here: `hailer policy explain` knows everybody.") : "");
  };
  const load = async () => {
    try {
      ({ commands: list, isCut } = await call(`commands?webhook=${encodeURIComponent(choice.value)}`));
      draw();
    } catch (error) {
      failed(place, error);
    }
  };
  const before = choice.value;
  choice.replaceChildren(...start.webhooks.map((it) => h("option", { value: it.name }, it.name)));
  if (start.webhooks.some((it) => it.name === before)) choice.value = before;
  byId("of-webhook").hidden = start.webhooks.length < 2;
  choice.onchange = load;
  byId("command-find").oninput = draw;
  load();
  return null;
}
