// The card tab: JSON in, four renderings and findings out.

import { judgeCard } from "./api.js";
import { drawMessage } from "./draw.js";
import { byId, h, number } from "./dom.js";
import { findings } from "./thread.js";

const VIEWS = [
  ["Light, desktop", "light", "wide"],
  ["Dark, desktop", "dark", "wide"],
  ["Light, phone", "light", "narrow"],
  ["High contrast, phone", "contrast", "narrow"],
];

const SAMPLE = {
  type: "AdaptiveCard",
  version: "1.4",
  speak: "api is deployed",
  fallbackText: "api is deployed",
  body: [
    { type: "Container", style: "good", bleed: true, items: [
      { type: "TextBlock", text: "api is deployed", size: "Large", weight: "Bolder", wrap: true },
      { type: "TextBlock", text: "production · 12 minutes ago · **v2.41.0**", isSubtle: true, spacing: "None", wrap: true },
    ] },
    { type: "FactSet", facts: [
      { title: "Commit", value: "9f3c1e2 Fix the retry budget" },
      { title: "By", value: "Mira Novak" },
      { title: "Health", value: "12 of 12 pods ready" },
    ] },
  ],
  actions: [{ type: "Action.OpenUrl", title: "Open the pipeline", url: "https://ci.example.com/run/812" }],
};

let turn = 0;

async function judge(limit) {
  const text = byId("card-json").value;
  const mine = ++turn;
  const state = byId("card-state");
  if (!text.trim()) {
    state.textContent = "Paste a card, or use the sample.";
    state.className = "state";
    byId("card-findings").replaceChildren();
    byId("previews").replaceChildren(h("p", { class: "muted" }, "Four renderings appear here: light, dark, on a phone and in high contrast."));
    return;
  }
  const judged = await judgeCard(text);
  if (mine !== turn) return;
  if (judged.error) {
    const { line, column, text: why } = judged.error;
    state.textContent = `Line ${line}, column ${column}: ${why}`;
    state.className = "state bad";
    byId("card-findings").replaceChildren();
    return;
  }
  const list = findings(judged.findings);
  if (list) list.open = true;
  state.textContent = `${judged.subject} · ${number(judged.size)} of ${number(limit)} bytes · ${judged.findings.length ? `${judged.findings.length} to look at` : "nothing to complain about"}`;
  state.className = judged.findings.some((it) => it.severity === "error") || judged.size > limit ? "state bad" : "state good";
  byId("card-findings").replaceChildren(...(list ? [list] : []));
  const previews = await Promise.all(
    VIEWS.map(async ([name, look, width]) => h("figure", { class: width }, h("figcaption", { class: "muted small" }, name), await drawMessage(judged.message, { look }))),
  );
  if (mine === turn) byId("previews").replaceChildren(...previews);
}

/** Sets the tab up. */
export function cardTab(limit) {
  let waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => judge(limit), 150);
  };
  byId("card-json").addEventListener("input", soon);
  byId("card-sample").addEventListener("click", () => {
    byId("card-json").value = JSON.stringify(SAMPLE, null, 2);
    judge(limit);
  });
  judge(limit);
}
