// The audit: searched by person, command, webhook, decision, job and date.

import { byId, h } from "./dom.js";
import { table } from "./views.js";

const COLUMNS = ["at", "event", "actor", "actorId", "command", "arguments", "effect", "decision", "rule", "outcome", "tookMs", "webhook", "team", "channel", "job", "request", "detail"];

const day = (text, days) => {
  const date = new Date(`${text}T00:00:00`);
  date.setDate(date.getDate() + days);
  return date.getTime();
};

function query(form, before) {
  const wanted = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const text = value.trim();
    if (!text) continue;
    if (name === "since") wanted.set("since", day(text, 0));
    else if (name === "until") wanted.set("until", day(text, 1));
    else wanted.set(name, text);
  }
  if (before) wanted.set("before", before);
  return wanted;
}

const said = (it) => Object.entries(it ?? {}).map(([name, value]) => h("span", { class: "small" }, h("span", { class: "muted" }, `${name} `), String(value)));

function drawRow(it) {
  const tone = it.decision === "deny" ? "bad" : it.decision === "allow" ? "good" : "";
  const at = new Date(it.at);
  return h(
    "tr",
    {},
    h("td", { class: "time" }, h("time", { datetime: at.toISOString(), title: at.toString() }, at.toLocaleString([], { dateStyle: "short", timeStyle: "medium" }))),
    h("td", {}, it.event.replaceAll("_", " "), it.decision && h("span", { class: `tag ${tone}` }, it.decision), it.outcome && h("span", { class: "muted small" }, it.outcome)),
    h("td", {}, it.actor || "–", it.actorId && h("span", { class: "muted small" }, it.actorId)),
    h("td", {}, h("span", { class: "mono" }, it.command), said(it.arguments), it.rule && h("span", { class: "muted small" }, it.rule), it.detail && h("span", { class: "muted small" }, it.detail)),
    h("td", {}, it.webhook, h("span", { class: "muted small" }, [it.job && `job ${it.job}`, it.request && `ref ${it.request}`].filter(Boolean).join(" · "))),
  );
}

/** Writes a cell so that no program takes it for a formula. */
function cell(value) {
  const text = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

export function csv(rows) {
  const lines = rows.map((it) => COLUMNS.map((name) => cell(name === "at" ? new Date(it.at).toISOString() : it[name])).join(","));
  return `${COLUMNS.join(",")}\r\n${lines.join("\r\n")}\r\n`;
}

export function audit({ call, start, failed }) {
  const form = byId("search");
  const place = byId("rows");
  const state = byId("audit-state");
  const older = byId("older");
  if (!start.hasStore) {
    form.hidden = true;
    state.textContent = "This bot keeps no audit: set url in [store].";
    return null;
  }
  let rows = [];
  let before = null;
  const draw = () => {
    place.replaceChildren(rows.length ? table(["When", "Event", "Who", "Command", "By"], rows.map(drawRow)) : "");
    state.textContent = rows.length ? `${rows.length}${before ? " newest" : ""} ${rows.length === 1 ? "row" : "rows"}` : "Nothing is found. Commands that only look leave no trace.";
    older.hidden = !before;
  };
  const load = async (isMore) => {
    try {
      const found = await call(`audit?${query(form, isMore ? before : null)}`);
      const known = new Set(rows.map((it) => it.key));
      rows = isMore ? [...rows, ...found.rows.filter((it) => !known.has(it.key))] : found.rows;
      before = found.before;
      draw();
    } catch (error) {
      failed(place, error);
    }
  };
  const choice = form.elements.webhook;
  choice.replaceChildren(h("option", { value: "" }, "any"), ...start.webhooks.map((it) => h("option", {}, it.name)));
  form.onsubmit = (event) => {
    event.preventDefault();
    load(false);
  };
  form.onreset = () => setTimeout(() => load(false));
  older.onclick = () => load(true);
  byId("csv").onclick = () => {
    const url = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv" }));
    h("a", { href: url, download: "audit.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  load(false);
  return null;
}
