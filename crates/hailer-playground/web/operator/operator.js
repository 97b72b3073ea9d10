// The operator's pages: who looks, which page is shown, and what keeps it fresh.

import { byId, h, sentence } from "./dom.js";
import { audit } from "./history.js";
import { setUpLook } from "./look.js";
import { commands, jobs, tail, webhooks } from "./views.js";

const PAGES = { webhooks, jobs, tail, commands, audit };

/** Calls the bot; what it refuses is an error with its status. */
export async function call(name, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`/operator/api/${name}`, options);
  if (response.status === 204) return {};
  const answer = await response.json().catch(() => ({ error: `the bot answered ${response.status}` }));
  if (!response.ok) throw Object.assign(new Error(answer.error), { status: response.status });
  return answer;
}

let start = null;
let leave = () => {};

/** Shows the page that the address names. */
function show() {
  const name = location.hash.slice(1) in PAGES ? location.hash.slice(1) : "webhooks";
  leave();
  for (const it of Object.keys(PAGES)) {
    byId(`page-${it}`).hidden = it !== name;
    const link = document.querySelector(`.tabs a[href="#${it}"]`);
    if (it === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${byId(`h-${name}`).textContent} · Hailer`;
  leave = PAGES[name]({ call, start, failed }) ?? (() => {});
}

/** Says in the page why something is not there. */
function failed(place, error) {
  if (error.status === 401) return begin();
  place.replaceChildren(h("p", { class: "empty" }, error.status ? `${sentence(error.message)}.` : "The bot does not answer; is it still running?"));
}

function lock(error) {
  const isToken = error.status === 401 || error.status === 429;
  byId("locked").hidden = false;
  byId("enter").hidden = !isToken;
  byId("locked-title").textContent = isToken ? "Who are you?" : "These pages are shut";
  byId("locked-why").textContent = error.status ? `${sentence(error.message)}.` : "The bot does not answer; is it still running?";
  byId("tabs").hidden = true;
  for (const it of Object.keys(PAGES)) byId(`page-${it}`).hidden = true;
  if (isToken) byId("token").focus();
}

async function begin() {
  try {
    start = await call("start");
  } catch (error) {
    lock(error);
    document.documentElement.dataset.ready = "locked";
    return;
  }
  byId("locked").hidden = true;
  byId("tabs").hidden = false;
  byId("where").textContent = `${location.host} · ${start.version}`;
  byId("visitor").textContent = start.visitor;
  byId("title").textContent = start.webhooks.length === 1 ? `${start.webhooks[0].mention} operator` : "Operator";
  show();
  document.documentElement.dataset.ready = "yes";
}

setUpLook(byId("theme"));
addEventListener("hashchange", () => start && show());
byId("enter").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await call("enter", { token: byId("token").value });
    byId("token").value = "";
    await begin();
  } catch (error) {
    lock(error);
  }
});
begin();
