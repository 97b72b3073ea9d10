// The operator's pages as somebody on the bot's computer meets them: in a real browser, with real messages behind them.
//
// `UPDATE=1 node --test tests/web` writes the guide's picture of them; look at it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { violations } from "./axe.mjs";
import { launch } from "./chromium.mjs";
import { LOW_CONTRAST } from "./contrast.mjs";
import { ask as askServer, complain, serve } from "./playground.mjs";

const PICTURE = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs", "operator.png");

const CONFIG = `
[webhook.ops]
token = { file = "ops.token" }

[group.sre]
members = [{ id = "13d4775d-0000-4000-8000-0000b6e91bb5", name = "<img src=x onerror=alert(1)>" }]

[permissions]
auditors = ["sre"]

[[permissions.rule]]
allow = ["restart"]
to = ["everyone"]

[[permissions.rule]]
deny = ["unlock"]
to = ["group:sre"]

[script.restart]
help = "<script>alert(1)</script> restarts a service"
effect = "write"
job = true
exec = ["./restart.sh"]
`;

let browser;
let bot;
before(async () => {
  const files = { "ops.token": randomBytes(32).toString("base64"), "restart.sh": "#!/bin/sh\nexec sleep 600\n" };
  [browser, bot] = await Promise.all([launch(), serve(CONFIG, files)]);
  for (const text of ["help", "unlock deploy", "restart"]) await bot.send(text);
});
after(async () => {
  await browser?.close();
  await bot?.stop();
});

const ask = (path, options) => askServer(bot.admin, path, options);

/** Opens one of the pages; notes what goes wrong in it. */
async function open(page, { width = 1280, height = 800, scheme = "light" } = {}) {
  const tab = await browser.blank(width, height, true);
  tab.complaints = [];
  await complain(tab, new URL(bot.admin).host, tab.complaints);
  await tab.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await tab.call("Page.navigate", { url: `${bot.admin}/operator/#${page}` });
  await tab.until(`document.getElementById('page-${page}') && !document.getElementById('page-${page}').hidden`);
  return tab;
}

const text = (tab, selector) => tab.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`);

test("webhooks say what came by them", async () => {
  const tab = await open("webhooks");
  await tab.until("document.querySelector('#webhooks article')");

  const shown = await text(tab, "#webhooks");
  assert.match(shown, /ops\s+people type @ops/);
  assert.match(shown, /last message\s+just now/);
  assert.match(shown, /answered\s+3/);
  assert.match(shown, /add to \[webhook\.ops\]:\s+tenant = "[0-9a-f-]{36}"\s+team = "19:/);
  assert.deepEqual(tab.complaints, []);
});

test("commands say who may run them, and by which line", async () => {
  const tab = await open("commands");
  await tab.until("document.querySelectorAll('#commands tbody tr').length > 5");
  await tab.evaluate("document.getElementById('command-find').focus()");
  await tab.type("restart");
  await tab.until("document.querySelectorAll('#commands tbody tr').length === 1");

  assert.match(await text(tab, "#commands tbody"), /everyone\s+hailer\.toml:\d+/);
  assert.equal(await tab.evaluate("document.querySelectorAll('main script, main img[src=x]').length"), 0);
  assert.deepEqual(tab.complaints, []);
});

test("the audit is searched by what was decided", async () => {
  const tab = await open("audit");
  await tab.until("document.querySelectorAll('#rows tbody tr').length > 1");
  await tab.evaluate("document.querySelector('[name=decision]').value = 'deny'");
  await tab.click("#search [type=submit]");
  await tab.until("[...document.querySelectorAll('#rows tbody tr')].every((it) => it.innerText.includes('deny'))");

  assert.match(await text(tab, "#rows"), /unlock/);
  assert.deepEqual(tab.complaints, []);
});

test("messages are shown as they come", async () => {
  const tab = await open("tail");
  await tab.until("document.getElementById('tail-state').textContent.startsWith('Each message')");
  await bot.send("echo <b>seen</b>");
  await tab.until("document.querySelectorAll('#lines li').length > 0");

  assert.match(await text(tab, "#lines"), /echo <b>seen<\/b>/);
  assert.deepEqual(tab.complaints, []);
});

test("a job is stopped, and the audit says who did it", async () => {
  const tab = await open("jobs");
  await tab.until("document.querySelector('#jobs button')");
  tab.on("Page.javascriptDialogOpening", ({ message }) => {
    assert.match(message, /^Stop "restart"/);
    tab.call("Page.handleJavaScriptDialog", { accept: true });
  });
  await tab.click("#jobs button");
  await tab.until("/cancelled/i.test(document.getElementById('jobs').innerText)");

  const { text: found } = await ask("/operator/api/audit?person=local");
  assert.match(found, /on this computer/);
  assert.deepEqual(tab.complaints, []);
});

test("what cannot be read is nowhere, and a phone is wide enough", async () => {
  for (const scheme of ["light", "dark"]) {
    for (const page of ["webhooks", "jobs", "tail", "commands", "audit"]) {
      const tab = await open(page, { scheme, width: 390 });
      assert.deepEqual(await tab.evaluate(LOW_CONTRAST), [], `${page} ${scheme}`);
      assert.deepEqual(await violations(tab), [], `${page} ${scheme}`);
      assert.ok(await tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), page);
      const nameless = "[...document.querySelectorAll('input, select, button')].filter((it) => it.offsetParent && !it.labels?.length && !it.textContent.trim() && !it.ariaLabel).length";
      assert.equal(await tab.evaluate(nameless), 0, page);
    }
  }
});

test("other sites and other computers are kept out", async () => {
  const host = new URL(bot.admin).host;
  const start = (headers) => ask("/operator/api/start", { headers: { host, ...headers } });

  assert.equal((await start({})).status, 200);
  assert.notEqual((await start({ host: "rebound.example" })).status, 200);
  assert.equal((await start({ "x-forwarded-for": "203.0.113.9" })).status, 403);
  const cancel = { method: "POST", headers: { host, origin: "https://elsewhere.example" }, body: '{"id":"K7Q2"}' };
  assert.equal((await ask("/operator/api/cancel", cancel)).status, 403);
  const page = await ask("/operator/");
  assert.match(page.headers["content-security-policy"], /default-src 'none'/);
  assert.equal((await ask("/-/healthy")).status, 200);
});

test("the guide has its picture", { skip: !process.env.UPDATE }, async () => {
  const tab = await open("webhooks", { height: 480 });
  await tab.until("document.querySelector('#webhooks article')");
  await writeFile(PICTURE, await tab.screen());
});
