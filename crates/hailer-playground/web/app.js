// The page: who speaks where, what was said, and the parts that show it.

import * as api from "./api.js";
import { cardTab } from "./cards.js";
import { composer } from "./composer.js";
import { announce, byId, download, h, sentence } from "./dom.js";
import { watchJobs } from "./jobs.js";
import { setUpLook } from "./look.js";
import { inspect, inspectNothing } from "./inspector.js";
import { behindMention } from "./suggest.js";
import { drawPost, drawWelcome } from "./thread.js";

const KEPT = "hailer-playground";
const MOST_POSTS = 300;

const state = { start: null, people: [], commands: [], posts: [], next: 1, chosen: null, look: "light" };
let box;

const webhook = () => state.start.webhooks.find((it) => it.name === byId("team").value) ?? state.start.webhooks[0];
const person = () => state.people[byId("person").value] ?? state.people[0];
const speaker = () => ({ webhook: webhook().name, name: person().name, id: person().id ?? null, channel: byId("channel").value });

// ---- speaking

function wrongs() {
  const is = (name) => byId(`wrong-${name}`).checked;
  return { signature: is("signature"), body: is("body"), twice: is("twice"), phone: is("phone"), old: is("old"), delayMs: Number(byId("wrong-delay").value) };
}

function tagsOf(wrong) {
  const names = { signature: "wrong signature", body: "body changed", twice: "sent twice", phone: "phone keyboard", old: "old timestamp" };
  const tags = Object.keys(names).filter((it) => wrong[it]).map((it) => names[it]);
  return wrong.delayMs ? [...tags, `network +${wrong.delayMs / 1000} s`] : tags;
}

function newPost(text, tags) {
  const who = speaker();
  const post = { id: state.next++, at: Date.now(), name: who.name, channel: who.channel, webhook: who.webhook, mention: webhook().mention, text, tags, exchanges: [] };
  state.posts.push(post);
  if (state.posts.length > MOST_POSTS) byId(`post-${state.posts.shift().id}`)?.remove();
  return post;
}

async function say(text) {
  const wrong = wrongs();
  const post = newPost(text, tagsOf(wrong));
  if (behindMention(text, post.mention) < 0 && !text.toLowerCase().includes(`@${post.mention.toLowerCase()}`)) {
    post.isUnheard = true;
    announce("Nobody answers: the message does not mention the bot");
    return finish(post);
  }
  return exchange(post, () => api.send(speaker(), text, wrong));
}

async function exchange(post, call, isAgain = null) {
  post.isWaiting = true;
  await redraw(post);
  try {
    const { exchanges } = await call();
    exchanges.forEach((it, index) => (it.isAgain = isAgain ?? (index > 0 ? "the same message again" : null)));
    post.exchanges.push(...exchanges);
    const last = post.exchanges.at(-1);
    announce(last.sorry ? `Teams shows an error: ${last.sorry.why}` : `${post.mention} answered in ${(last.timing.totalUs / 1e6).toFixed(1)} seconds`);
    choose(post, last);
  } catch (error) {
    post.failed = error.status === 401 ? "This browser is no longer let in: open the newest link of the terminal." : `The playground does not answer: ${error.message}`;
    announce(post.failed);
  }
  post.isWaiting = false;
  return finish(post);
}

async function finish(post) {
  keep();
  await redraw(post);
}

/** Shows what a flow posts when a job has ended: a new message, and no answer in the thread. */
function posted(job) {
  const mention = state.start.webhooks.find((it) => it.name === job.webhook)?.mention ?? job.webhook;
  const post = newPost(job.text, ["posted by Workflows"]);
  Object.assign(post, { name: "Workflows", mention, later: job.reply });
  announce(`Workflows posts the result of ${job.text}`);
  return finish(post);
}

const actions = {
  replay: (old) => {
    const post = state.posts.find((it) => it.exchanges.includes(old));
    const signature = old.request.headers.find(([name]) => name === "authorization")?.[1];
    return exchange(post, () => api.resend(old.request.webhook, old.request.body, signature), "replayed");
  },
  resend: (old, body) => {
    const before = state.posts.find((it) => it.exchanges.includes(old));
    const post = newPost(before.text, ["edited"]);
    return exchange(post, () => api.resend(old.request.webhook, body, null));
  },
};

// ---- showing

function choose(post, exchange) {
  state.chosen = exchange;
  document.querySelectorAll(".post.chosen").forEach((it) => it.classList.remove("chosen"));
  byId(`post-${post.id}`)?.classList.add("chosen");
  inspect(post, exchange, state.start, actions);
}

/** Draws one message, anew or for the first time; stays at the end of the channel when that is in view. */
async function redraw(post) {
  const scroll = byId("scroll");
  const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  const turn = (post.turn = (post.turn ?? 0) + 1);
  const drawn = await drawPost(post, {
    look: state.look,
    choose: (it) => choose(post, it),
    sendWithMention: (it) => say(`@${it.mention} ${it.text}`),
  });
  if (turn !== post.turn) return;
  if (post.exchanges.includes(state.chosen)) drawn.classList.add("chosen");
  const before = byId(`post-${post.id}`);
  if (before) before.replaceWith(drawn);
  else byId("thread").append(drawn);
  byId("welcome").hidden = true;
  if (isAtEnd || post.isWaiting) scrollToEnd();
}

function scrollToEnd() {
  const scroll = byId("scroll");
  requestAnimationFrame(() => {
    scroll.scrollTop = scroll.scrollHeight;
    if (scroll.scrollHeight <= scroll.clientHeight) byId("thread").lastElementChild?.scrollIntoView({ block: "nearest" });
  });
}

async function redrawAll() {
  byId("thread").replaceChildren();
  byId("welcome").hidden = state.posts.length > 0;
  for (const post of state.posts) await redraw(post);
  scrollToEnd();
}

// ---- who and where

async function moved() {
  const { mention } = webhook();
  byId("place").replaceChildren(webhook().name, h("span", { class: "muted" }, " › "), byId("channel").value);
  byId("box").placeholder = `Type @${mention} and a command`;
  byId("mode").textContent = state.start.isDemo ? `signed with “${webhook().name}”` : `signed with “${webhook().name}” · commands really run`;
  const { commands, refused } = await api.commands(speaker());
  state.commands = commands;
  const visible = commands.filter((it) => !it.isHidden).length;
  byId("may-count").textContent = `May run ${visible} of ${visible + refused.length} commands here`;
  byId("refused").replaceChildren(...(refused.length ? refused.map((it) => h("li", {}, h("strong", {}, it.path), h("span", { class: "muted" }, it.why))) : [h("li", { class: "muted" }, "Nothing is refused.")]));
  drawWelcome({ mention, commands, say });
}

function fillPlaces() {
  byId("channel").replaceChildren(...webhook().channels.map((it) => h("option", { value: it }, it)));
}

function fillPeople(chosen = 0) {
  const label = (it) => (it.groups?.length ? `${it.name} · in ${it.groups.join(", ")}` : it.name);
  const options = state.people.map((it, index) => h("option", { value: String(index) }, label(it)));
  byId("person").replaceChildren(...options, h("option", { value: "new" }, "New person…"));
  byId("person").value = String(chosen);
}

function setUpPeople() {
  const form = byId("new-person");
  let before = 0;
  const close = (chosen) => {
    form.hidden = true;
    form.reset();
    fillPeople(chosen);
    before = chosen;
    byId("person").focus();
    return moved();
  };
  byId("person").addEventListener("change", ({ target }) => {
    if (target.value !== "new") {
      before = Number(target.value);
      return moved();
    }
    form.hidden = false;
    byId("new-name").focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const added = { name: byId("new-name").value.trim(), id: byId("new-id").value.trim() || null };
    if (!added.name) return;
    state.people.push(added);
    close(state.people.length - 1);
  });
  byId("new-cancel").addEventListener("click", () => close(before));
}

// ---- sessions

function session() {
  const posts = state.posts.map(({ turn, isWaiting, ...post }) => post);
  return { kind: "hailer playground session", version: 1, posts };
}

/** Keeps the session for a reload of this tab; one that is too long for that is not kept. */
function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(session()));
  } catch {
    sessionStorage.removeItem(KEPT);
  }
}

function restore(text) {
  const read = JSON.parse(text);
  if (read.kind !== session().kind || !Array.isArray(read.posts)) throw new Error("this is no session of the playground");
  state.posts = read.posts.map((post) => ({ tags: [], ...post, exchanges: post.exchanges ?? [], id: state.next++, text: String(post.text), name: String(post.name), mention: String(post.mention) }));
  const last = state.posts.at(-1);
  if (last?.exchanges.length) choose(last, last.exchanges.at(-1));
  return redrawAll();
}

function setUpSessions() {
  byId("export").addEventListener("click", () => download("session.json", JSON.stringify(session(), null, 2)));
  byId("import").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    target.value = "";
    try {
      await restore(await file.text());
      keep();
      announce(`${state.posts.length} messages`);
    } catch (error) {
      inspectNothing(`This file cannot be read: ${error.message}`);
    }
  });
  byId("clear").addEventListener("click", () => {
    state.posts = [];
    sessionStorage.removeItem(KEPT);
    inspectNothing();
    redrawAll();
    byId("box").focus();
  });
}

// ---- the look

/** Draws everything anew when the look changes. */
function relook(look, isFirst) {
  state.look = look;
  if (!isFirst) redrawAll();
}

function setUpSwitches() {
  const width = (isNarrow) => {
    byId("scroll").classList.toggle("narrow", isNarrow);
    byId("wide").setAttribute("aria-pressed", String(!isNarrow));
    byId("narrow").setAttribute("aria-pressed", String(isNarrow));
  };
  byId("wide").addEventListener("click", () => width(false));
  byId("narrow").addEventListener("click", () => width(true));
  const tab = (name) => {
    for (const it of ["channel", "card"]) {
      byId(`view-${it}`).hidden = it !== name;
      if (it === name) byId(`tab-${it}`).setAttribute("aria-current", "page");
      else byId(`tab-${it}`).removeAttribute("aria-current");
    }
  };
  byId("tab-channel").addEventListener("click", () => tab("channel"));
  byId("tab-card").addEventListener("click", () => tab("card"));
}

// ---- the beginning

/** Takes the key from the link, once, and out of the address. */
async function letIn() {
  const key = new URLSearchParams(location.hash.slice(1)).get("k");
  history.replaceState(null, "", location.pathname);
  let refusal = null;
  if (key) await api.enter(key).catch((error) => (refusal = error));
  return api.start().catch((error) => {
    throw refusal ?? error;
  });
}

async function begin() {
  setUpLook(byId("theme"), relook);
  try {
    state.start = await letIn();
  } catch (error) {
    byId("locked").hidden = false;
    document.querySelector(".tabs").hidden = true;
    byId("locked-why").textContent = error.status ? `${sentence(error.message)}.` : "The playground does not answer; is it still running?";
    return;
  }
  state.people = state.start.people;
  byId("title").textContent = `${webhook().mention} playground`;
  document.title = `${webhook().mention} playground`;
  byId("where").textContent = `${location.host} · only this computer`;
  byId("mode").classList.add(state.start.isDemo ? "good" : "warn");
  byId("team").replaceChildren(...state.start.webhooks.map((it) => h("option", { value: it.name }, `${it.name} · @${it.mention}`)));
  fillPeople();
  fillPlaces();
  setUpPeople();
  setUpSessions();
  setUpSwitches();
  byId("team").addEventListener("change", () => (fillPlaces(), moved()));
  byId("channel").addEventListener("change", moved);
  box = composer({ world: () => ({ mention: webhook().mention, commands: state.commands }), say, last: () => state.posts.at(-1)?.text });
  watchJobs({ mention: (name) => state.start.webhooks.find((it) => it.name === name)?.mention ?? name, say, posted });
  byId("view-channel").hidden = false;
  inspectNothing();
  await moved();
  cardTab(state.start.limit);
  const kept = sessionStorage.getItem(KEPT);
  if (kept) await restore(kept).catch(() => sessionStorage.removeItem(KEPT));
  byId("box").focus();
  document.documentElement.dataset.ready = "yes";
}

begin();
