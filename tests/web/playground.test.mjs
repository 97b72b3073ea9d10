// The playground as a person meets it: in a real browser, over real HTTP, with the demo behind it.
//
// `UPDATE=1 node --test tests/web` writes the guide's picture of it; look at it.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { violations } from "./axe.mjs";
import { launch } from "./chromium.mjs";
import { LOW_CONTRAST } from "./contrast.mjs";
import { ask as askServer, start } from "./playground.mjs";

const PICTURE = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs", "playground.png");

const SORRY = "Sorry, there was a problem encountered with your request";

/** What must never become markup. */
const EVIL = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  "[x](javascript:alert(1))",
  "<a href='javascript:alert(1)'>x</a>",
  "\"><svg onload=alert(1)>",
  "![x](http://192.0.2.1/x.png)",
  "<iframe src=http://192.0.2.1></iframe>",
  "<style>*{display:none}</style>",
];

/** Counts what an attack would leave behind. */
const HARM = `[...document.querySelectorAll("main script, main iframe, main svg, main style, main [onerror], main [onload], main a[href^='javascript'], main img:not([src^='data:']):not([src='/icon.svg'])")].length`;

let browser;
let bot;
before(async () => {
  [browser, bot] = await Promise.all([launch(), start()]);
});
after(async () => {
  await browser?.close();
  await bot?.stop();
});

const ask = (path, options) => askServer(bot.origin, path, options);

test("a newcomer clicks an example and sees the answer", async () => {
  const tab = await bot.open(browser);
  assert.equal(await tab.page.evaluate("document.querySelectorAll('.example').length"), 3);

  await tab.page.click(".example");
  await tab.settled(1);

  assert.ok((await tab.text(".answer .teams")).length > 5);
  assert.match(await tab.text(".foot"), /^0\.\d+ s of 5 s\s+[\d,]+ bytes/);
  assert.match(await tab.text(".verdict"), /Signature accepted/);
  assert.equal(await tab.page.evaluate("location.hash"), "", "the key stays in no address");
  assert.deepEqual(tab.complaints, []);
});

test("the keyboard is enough: complete, send, take back, look", async () => {
  const tab = await bot.open(browser);
  const { page } = tab;
  const box = "document.getElementById('box').value";
  assert.equal(await page.evaluate("document.activeElement.id"), "box");

  await page.type("@o");
  await page.press("Tab");
  assert.equal(await page.evaluate(box), "@ops ");
  await page.type("ec");
  assert.equal(await page.evaluate("document.querySelectorAll('#suggestions [role=option]').length"), 1);
  await page.press("ArrowDown");
  assert.equal(await page.evaluate("document.getElementById('box').getAttribute('aria-activedescendant')"), "suggestion-0");
  await page.press("Enter");
  assert.equal(await page.evaluate(box), "@ops echo ");
  await page.type("one");
  await page.press("Enter", { shift: true });
  await page.type("two");
  await page.press("Enter");
  await tab.settled(1);
  assert.match(await tab.text(".answer .teams"), /one\s*\n*\s*two/);

  await page.press("ArrowUp");
  assert.equal(await page.evaluate(box), "@ops echo one\ntwo");
  await page.press("Enter");
  await tab.settled(2);
  assert.deepEqual(tab.complaints, []);
});

test("suggestions are those of the bot, and go when they are not wanted", async () => {
  const { page } = await bot.open(browser);
  await page.type("@ops ");
  const labels = await page.evaluate("[...document.querySelectorAll('#suggestions .label')].map((it) => it.textContent)");
  assert.ok(labels.some((it) => it.startsWith("status")) && labels.length <= 9, labels.join());
  await page.type("pi");
  assert.equal(await page.evaluate("document.querySelector('#suggestions .label').textContent"), "ping");

  await page.press("Escape");
  assert.equal(await page.evaluate("document.getElementById('suggestions').hidden"), true);
});

test("a message without a mention reaches nobody", async () => {
  const tab = await bot.open(browser);
  await tab.say("help");
  assert.match(await tab.text(".explain"), /only when it mentions the bot/);
  assert.equal(await tab.text(".answer"), null);

  await tab.page.click(".explain button");
  await tab.settled(2);
  assert.notEqual(await tab.text(".answer"), null);
});

test("a wrong signature is refused with its reason, as Teams would show it", async () => {
  const tab = await bot.open(browser);
  await tab.set("wrong-signature", true);
  await tab.say("@ops ping");

  assert.equal(await tab.text(".sorry"), SORRY);
  assert.match(await tab.text(".explain"), /Why The bot answered 401: signature does not match[^]*Fix /);
  assert.match(await tab.text(".verdict"), /Refused/);
  assert.match(await tab.text(".foot"), /401/);
});

test("a body that was changed on the way is told from a wrong token", async () => {
  const tab = await bot.open(browser);
  await tab.set("wrong-body", true);
  await tab.say("@ops ping");

  assert.equal(await tab.text(".sorry"), SORRY);
  assert.match(await tab.text(".explain"), /rewrites the JSON/);
});

test("an old message is refused for its age", async () => {
  const tab = await bot.open(browser);
  await tab.set("wrong-old", true);
  await tab.say("@ops ping");

  assert.match(await tab.text(".explain"), /sent 90\d\d\d s ago/);
});

test("an answer after five seconds is not shown", async () => {
  const tab = await bot.open(browser);
  await tab.set("wrong-delay", "6000");
  await tab.say("@ops echo too late");

  assert.equal(await tab.text(".sorry"), SORRY);
  assert.match(await tab.text(".explain"), /took 6\.\d s, and Teams hangs up after 5 s; the network alone took 6\.0 s/);
  assert.equal(await tab.text(".answer .teams"), null);
  assert.equal(await tab.page.evaluate("document.querySelector('.foot .meter').getAttribute('aria-valuenow')"), "5.00");
});

test("what is sent twice runs once", async () => {
  const tab = await bot.open(browser);
  await tab.set("wrong-twice", true);
  await tab.say("@ops whoami");

  assert.equal(await tab.page.evaluate("document.querySelectorAll('.answer').length"), 2);
  assert.match(await tab.text(".foot"), /duplicate/);
});

test("a phone's quotes and dashes mean the same", async () => {
  const tab = await bot.open(browser);
  await tab.set("wrong-phone", true);
  await tab.say('@ops help "status"');

  assert.match(await tab.text(".inspector"), /\u201Cstatus\u201D/);
  assert.doesNotMatch(await tab.text(".answer .teams"), /don't know/);
});

test("a replay is answered from memory, an edit is signed anew", async () => {
  const tab = await bot.open(browser);
  const { page } = tab;
  await tab.say("@ops echo before");
  await page.evaluate("[...document.querySelectorAll('#inspector button')].find((it) => it.textContent === 'Replay').click()");
  await page.until("document.querySelectorAll('.answer').length === 2 && !document.querySelector('.waiting')");
  assert.match(await tab.text(".foot"), /duplicate/);

  await page.evaluate("[...document.querySelectorAll('#inspector button')].find((it) => it.textContent === 'Edit and resend').click()");
  await page.evaluate("(() => { const it = document.querySelector('#inspector textarea'); it.value = it.value.replaceAll('before', 'afterwards'); })()");
  await page.evaluate("[...document.querySelectorAll('#inspector button')].find((it) => it.textContent === 'Sign and send').click()");
  await tab.settled(2);
  assert.match(await tab.text(".answer .teams"), /afterwards/);
  assert.match(await tab.text(".verdict"), /Signature accepted/);
});

test("a call for a shell never carries the token", async () => {
  const tab = await bot.open(browser);
  const { page } = tab;
  await tab.say("@ops ping");
  await page.evaluate("[...document.querySelectorAll('#inspector button')].find((it) => it.textContent === 'Copy as curl').click()");
  await page.until("document.querySelector('#inspector .place textarea')");
  const call = await page.evaluate("document.querySelector('#inspector .place textarea').value");

  assert.match(call, /\$\(hailer sign --token-file \.hailer\/dev-token < message\.json\)/);
  assert.doesNotMatch(call, /HMAC [A-Za-z0-9+/]{20}/);
});

test("what others wrote never becomes markup: text, names, cards, sessions", async () => {
  const tab = await bot.open(browser);
  const { page } = tab;
  for (const [index, text] of EVIL.entries()) {
    await tab.set("person", "new");
    await page.evaluate(`(() => { document.getElementById("new-name").value = ${JSON.stringify(text)}; document.getElementById("new-person").requestSubmit(); })()`);
    await page.until(`document.getElementById("person").value === String(${index + 3})`);
    await tab.say(`@ops echo ${text}`);
  }
  await tab.say(`@ops ${EVIL[0]}`);
  assert.equal(await page.evaluate(HARM), 0);

  await page.click("#tab-card");
  for (const text of EVIL) {
    const element = { type: "TextBlock", text, wrap: true };
    const picture = { type: "Image", url: "http://192.0.2.1/x.png" };
    const action = { type: "Action.OpenUrl", title: text, url: "javascript:alert(1)" };
    const card = { type: "AdaptiveCard", version: "1.4", backgroundImage: "http://192.0.2.1/b.png", body: [element, picture], actions: [action], selectAction: action };
    await tab.set("card-json", JSON.stringify({ type: "message", text, attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content: card }] }));
    await page.until(`document.querySelectorAll("#previews figure").length === 4 && document.querySelector("#previews").textContent.length > 0`);
    assert.equal(await page.evaluate(HARM), 0, text);
  }

  await page.click("#tab-channel");
  const imported = { kind: "hailer playground session", version: 1, posts: EVIL.map((text) => ({ at: 0, name: text, mention: text, text, tags: [text], exchanges: [], later: { type: "message", text } })) };
  await page.evaluate(`(() => { const files = new DataTransfer(); files.items.add(new File([${JSON.stringify(JSON.stringify(imported))}], "session.json"));
    const field = document.getElementById("file"); field.files = files.files; field.dispatchEvent(new Event("change")); })()`);
  await page.until(`document.querySelectorAll(".post").length === ${EVIL.length}`);
  assert.equal(await page.evaluate(HARM), 0);
  assert.deepEqual(tab.complaints, []);
});

test("a card is drawn in four ways and judged", async () => {
  const tab = await bot.open(browser);
  const { page } = tab;
  await page.click("#tab-card");
  await page.click("#card-sample");
  await page.until("document.querySelectorAll('#previews .ac-adaptiveCard').length === 4");
  assert.match(await tab.text("#card-state"), /card · [\d,]+ of 28,000 bytes · nothing to complain about/);

  await tab.set("card-json", '{\n  "type": \n}');
  await page.until("document.getElementById('card-state').textContent.startsWith('Line 3, column 1')");

  await tab.set("card-json", '{"type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlok","text":"x"}]}');
  await page.until("document.querySelector('#card-findings')?.innerText.includes('TextBlock')");
});

test("every text can be read, in each theme", async () => {
  const tab = await bot.open(browser);
  await tab.say("@ops help");
  await tab.say("@ops status");
  await tab.set("wrong-signature", true);
  await tab.say("@ops ping");
  await tab.set("wrong-signature", false);
  for (const theme of ["light", "dark", "contrast"]) {
    await tab.set("theme", theme);
    await tab.settled(3);
    assert.deepEqual(await tab.page.evaluate(LOW_CONTRAST), [], theme);
    await tab.page.click("#tab-card");
    await tab.page.click("#card-sample");
    await tab.page.until("document.querySelectorAll('#previews .ac-adaptiveCard').length === 4");
    assert.deepEqual(await tab.page.evaluate(LOW_CONTRAST), [], `${theme}, card`);
    await tab.page.click("#tab-channel");
  }
});

test("axe finds nothing: light, dark, high contrast, a phone", async () => {
  const tab = await bot.open(browser);
  const { page } = tab;
  await tab.say("@ops help");
  await tab.say("@ops whoami");
  await tab.set("wrong-signature", true);
  await tab.say("@ops ping");
  for (const [theme, width] of [["light", 1360], ["dark", 1360], ["contrast", 1360], ["light", 390]]) {
    await page.resize(width, 800);
    await tab.set("theme", theme);
    await tab.settled(3);
    assert.deepEqual(await violations(page), [], `${theme}, ${width} wide`);
    await page.evaluate("document.getElementById('box').focus()");
    await page.type("@ops ");
    await page.until("!document.getElementById('suggestions').hidden");
    assert.deepEqual(await violations(page), [], `${theme}, ${width} wide, with suggestions`);
    await page.press("Escape");
    await page.evaluate("document.getElementById('box').value = ''");
    await page.click("#tab-card");
    await page.click("#card-sample");
    await page.until("document.querySelectorAll('#previews .ac-adaptiveCard').length === 4");
    assert.deepEqual(await violations(page), [], `${theme}, ${width} wide, card`);
    await page.click("#tab-channel");
  }
});

test("a message becomes a test for commands, and one for rules", async () => {
  const tab = await bot.open(browser);
  const { page } = tab;
  await tab.say('@ops echo "so it is"');
  await page.evaluate("[...document.querySelectorAll('#inspector button')].find((it) => it.textContent === 'Save as test').click()");
  const [rust, rules] = await page.evaluate("[...document.querySelectorAll('#inspector .place textarea')].map((it) => it.value)");

  assert.match(rust, /async fn echo_so_it_is\(\)/);
  assert.match(rust, /bot\.as_user\("Mira Novak"\)\.in_channel\("deploys"\)/);
  assert.match(rust, /\.say\("echo \\"so it is\\""\)\.await;/);
  assert.match(rust, /assert_ok\(\)\s+\.assert_contains\(/);
  assert.match(rules, /^\[\[policy_test\]\]\ncommand = "echo \\"so it is\\""\nas = "[0-9a-f-]{36}" # Mira Novak\nin = "webhook:dev"\nexpect = "allow"\n$/);
  assert.deepEqual(tab.complaints, []);
});

test("the inspector names each argument, its value and what it is", async () => {
  const tab = await bot.open(browser);
  await tab.say("@ops help status");

  assert.match(await tab.text("#inspector"), /arguments\s+\S+ = "status" text/);
});

test("every control has a name, and ids are unique", async () => {
  const tab = await bot.open(browser);
  await tab.say("@ops help");
  const nameless = await tab.page.evaluate(`[...document.querySelectorAll("button, select, input, textarea, a[href], [role=meter], [role=log], [role=listbox], [tabindex='0']")]
    .filter((it) => it.checkVisibility() && !it.closest("pre") && it.localName !== "pre")
    .filter((it) => !(it.getAttribute("aria-label") || it.innerText?.trim() || it.labels?.length || it.title)).map((it) => it.outerHTML.slice(0, 80))`);
  const twice = await tab.page.evaluate("(() => { const ids = [...document.querySelectorAll('[id]')].map((it) => it.id); return ids.filter((it, index) => ids.indexOf(it) !== index); })()");

  assert.deepEqual(nameless, []);
  assert.deepEqual(twice, []);
  assert.equal(await tab.page.evaluate("document.documentElement.lang"), "en");
});

test("four hundred pixels are enough", async () => {
  const tab = await bot.open(browser, 400, 800);
  assert.equal(await tab.overflow(), 0);
  for (const text of ["@ops help", "@ops whoami", "@ops status", `@ops echo ${"long".repeat(60)}`]) await tab.say(text);
  assert.equal(await tab.overflow(), 0);
  const [thread, side] = await tab.page.evaluate("['.conversation', '.side'].map((it) => document.querySelector(it).getBoundingClientRect().top)");
  assert.ok(thread < side, "the conversation comes first");
  await tab.page.click("#tab-card");
  await tab.page.click("#card-sample");
  await tab.page.until("document.querySelectorAll('#previews .ac-adaptiveCard').length === 4");
  assert.equal(await tab.overflow(), 0);
});

test("two hundred messages are no burden, and a reload keeps them", async () => {
  const tab = await bot.open(browser);
  const { page } = tab;
  await tab.say("@ops ping");
  await page.evaluate(`(() => { const kept = JSON.parse(sessionStorage.getItem("hailer-playground"));
    kept.posts = Array.from({ length: 200 }, (_, index) => ({ ...kept.posts[0], text: "@ops ping " + index })); sessionStorage.setItem("hailer-playground", JSON.stringify(kept)); })()`);
  await page.call("Page.reload");
  await page.until("document.querySelectorAll('.post').length === 200 && document.documentElement.dataset.ready");
  await tab.say("@ops echo the last one");

  assert.equal(await tab.count(), 201);
  const isShown = "(() => { const box = document.querySelector('.post:last-child').getBoundingClientRect(); return box.bottom <= innerHeight && box.top >= 0; })()";
  await page.until(isShown);
  assert.deepEqual(tab.complaints, []);
});

test("a job is watched while it goes on, and stopped", async () => {
  const config = `[webhook.ops]
token = { file = "ops.token" }
[permissions]
default = "allow"
[script.pack]
help = "Pack something"
exec = ["./pack.sh"]
effect = "write"
job = true
`;
  const script = `#!/bin/sh
echo "::progress 1/3 packing"
echo "<img src=x onerror=alert(1)> packed"
while ! [ -e go ]; do sleep 0.05; done
echo done
`;
  const files = { "ops.token": "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=", "pack.sh": script };
  const ours = await start(config, files);
  try {
    const tab = await ours.open(browser);
    assert.match(await tab.text("#mode"), /commands really run/);
    await tab.say("@ops pack");
    await tab.page.until("document.querySelector('#job-list progress')?.value === 1");
    assert.match(await tab.text("#job-list li"), /pack[^]*1 of 3 packing[^]*running/);

    await tab.page.until("document.querySelector('#job-list pre')?.textContent.includes('packed')");
    await tab.page.click("#job-list summary");
    assert.match(await tab.text("#job-list pre"), /<img src=x onerror=alert\(1\)> packed/);
    assert.equal(await tab.page.evaluate(HARM), 0);

    await tab.page.click("#job-list button");
    await tab.settled(2);
    await tab.page.until("document.querySelector('#job-list').innerText.includes('cancelled')");
    assert.deepEqual(tab.complaints, []);
  } finally {
    assert.equal(await ours.stop(), 0);
  }
});

test("a link lets one browser in", async () => {
  const used = await bot.newestLink();
  await bot.open(browser);
  const page = await browser.blank(800, 600, true);
  await page.call("Page.navigate", { url: used });
  await page.until("!document.getElementById('locked').hidden");

  assert.match(await page.evaluate("document.getElementById('locked').innerText"), /This link has been used; a fresh one is in the terminal/);
});

test("pages of other sites are shut out", async () => {
  const post = (headers, path = "/api/session") => ask(path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: '{"key":"x"}' });
  const own = { host: bot.host, origin: bot.origin };

  assert.equal((await ask("/", { headers: { host: "evil.example" } })).status, 421);
  assert.equal((await ask("/", { headers: { host: `evil.example:${new URL(bot.origin).port}` } })).status, 421);
  assert.equal((await post({ host: bot.host, origin: "http://evil.example" })).status, 403);
  assert.equal((await post({ host: bot.host })).status, 403);
  assert.equal((await post(own)).status, 401);
  assert.equal((await post(own, "/api/send")).status, 401);
  assert.equal((await ask("/api/start", { headers: { host: bot.host } })).status, 401);
});

test("every answer is hardened, and files are asked for again only when they changed", async () => {
  const first = await ask("/", { headers: { host: bot.host } });
  assert.equal(
    first.headers["content-security-policy"],
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  );
  assert.equal(first.headers["x-content-type-options"], "nosniff");
  assert.equal(first.headers["cache-control"], "no-cache");
  assert.equal(first.headers["access-control-allow-origin"], undefined);

  const again = await ask("/", { headers: { host: bot.host, "if-none-match": first.headers.etag } });
  assert.deepEqual([again.status, again.text], [304, ""]);
});

test("the guide has its picture", { skip: !process.env.UPDATE }, async () => {
  const tab = await bot.open(browser, 1280, 760);
  await tab.page.evaluate("document.getElementById('theme').value = 'light'");
  await tab.say("@ops whoami");
  await writeFile(PICTURE, await tab.page.screen());
});
