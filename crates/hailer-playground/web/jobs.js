// Jobs while they go on, and what Workflows posts when they end.

import { byId, h } from "./dom.js";

/** Keeps the list of jobs; `say` speaks to the bot, `posted` hears of results that Teams gets later. */
export function watchJobs({ mention, say, posted }) {
  const states = new Map();
  const events = new EventSource("/api/jobs");
  events.addEventListener("message", ({ data }) => {
    const jobs = JSON.parse(data);
    byId("jobs").hidden = jobs.length === 0;
    const open = new Set([...document.querySelectorAll("#job-list details[open]")].map((it) => it.dataset.job));
    byId("job-list").replaceChildren(...jobs.map((job) => draw(job, mention(job.webhook), say, open.has(job.id))));
    for (const job of jobs) {
      const isNews = states.get(job.id) === false && job.isEnded;
      states.set(job.id, job.isEnded);
      if (isNews && job.isTold && job.reply) posted(job);
    }
  });
}

function draw(job, mention, say, isOpen) {
  const { progress: it } = job;
  const bar = it && !job.isEnded && [h("progress", { value: it.total ? it.done : null, max: it.total || 1, "aria-label": `Progress of ${job.text}` }), h("span", { class: "muted small" }, it.total ? `${it.done} of ${it.total} ` : "", it.text)];
  const log = job.log && h("details", { "data-job": job.id, open: isOpen }, h("summary", {}, "Log"), h("pre", { class: "code", tabindex: "0", "aria-label": `Log of ${job.text}` }, job.log));
  const order = job.isEnded ? ["Result", `job ${job.id}`] : ["Cancel", `job cancel ${job.id}`];
  return h(
    "li",
    {},
    h("span", { class: "mono" }, job.text),
    bar,
    h("span", { class: "row" }, h("span", { class: `tag ${["failed", "timed_out", "lost"].includes(job.state) ? "bad" : ""}` }, job.state.replaceAll("_", " ")), h("span", { class: "muted" }, job.id), h("button", { type: "button", onclick: () => say(`@${mention} ${order[1]}`) }, order[0])),
    log,
  );
}
