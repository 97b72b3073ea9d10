// Starts the demo in an empty folder and opens its playground in a browser; nothing leaves this computer.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MANIFEST = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "Cargo.toml");

/** Starts the bot of a configuration, with files beside it, or the demo; waits for the link. */
export async function start(config = null, files = {}) {
  const { child, folder, banner, log } = await run(config, files, config ? ["play"] : [], /Ctrl\+C stops/);
  const [link] = banner.match(/http:\S+#k=\w+/);
  return new Bot(child, folder, banner, link, log);
}

/** Starts the bot of a configuration as a service does, with files beside it. */
export async function serve(config, files) {
  const { child, folder, banner } = await run(config, files, ["serve"], /Commands .*\n/);
  return new Server(child, folder, banner);
}

/** Asks a server without a browser. */
export function ask(origin, path, { method = "GET", headers = {}, body } = {}) {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** Notes in a list whatever goes wrong in a page, which may ask only this host, and what it has made itself. */
export async function complain(page, host, complaints, own = /^data:/) {
  page.on("Runtime.exceptionThrown", ({ exceptionDetails: it }) => complaints.push(it.exception?.description ?? it.text));
  page.on("Log.entryAdded", ({ entry }) => complaints.push(`${entry.text} ${entry.url ?? ""}`));
  page.on("Audits.issueAdded", ({ issue }) => issue.code === "ContentSecurityPolicyIssue" && complaints.push(JSON.stringify(issue.details)));
  page.on("Network.requestWillBeSent", ({ request: { url } }) => {
    const isHere = url.startsWith(`http://${host}/`) || own.test(url);
    if (!isHere) complaints.push(`asks ${url}`);
  });
  for (const domain of ["Runtime", "Log", "Audits", "Network"]) await page.call(`${domain}.enable`);
}

async function run(config, files, verb, sign) {
  const folder = await mkdtemp(join(tmpdir(), "hailer-playground-"));
  if (config) files = { ...files, "hailer.toml": config };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: name.endsWith(".sh") ? 0o700 : 0o600 });
  const variables = { HAILER_SERVER__LISTEN: "127.0.0.1:0", HAILER_SERVER__ADMIN_LISTEN: "127.0.0.1:0", HAILER_PLAYGROUND__LISTEN: "127.0.0.1:0" };
  const child = hailer(verb, folder, variables);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  const banner = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text).search(sign) >= 0 && resolve(out));
    child.on("exit", (code) => reject(new Error(`it ended with ${code}:\n${out}${log}`)));
  });
  return { child, folder, banner, log: () => log };
}

function hailer(options, folder, variables = {}) {
  const program = ["run", "--quiet", "--locked", "--manifest-path", MANIFEST, "--package", "hailer-cli", "--"];
  return spawn("cargo", [...program, ...options], { cwd: folder, env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "pipe"] });
}

/** A bot without a playground. */
class Server {
  constructor(child, folder, banner) {
    Object.assign(this, { child, folder });
    [this.webhook] = banner.match(/http:\S+\/webhook\/\w+/);
    [, this.admin] = banner.match(/Admin\s+(http:\S+)/);
  }

  /** Says something to it, signed; refusals are answers, too. */
  async send(text) {
    const child = hailer(["send", text, "--url", this.webhook, "--token-file", "ops.token"], this.folder);
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (out += part));
    const code = await new Promise((resolve) => child.once("exit", resolve));
    if (!/^200 · /m.test(out)) throw new Error(`send ended with ${code}:\n${out}`);
    return out;
  }

  stop() {
    return stop(this);
  }
}

/** Stops a bot as Ctrl+C does; returns its exit code. */
async function stop({ child, folder }) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  const code = await ended;
  await rm(folder, { recursive: true, force: true });
  return code;
}

class Bot {
  #log;

  constructor(child, folder, banner, link, log) {
    Object.assign(this, { child, folder, banner, link });
    this.origin = new URL(link).origin;
    this.host = new URL(link).host;
    this.#log = log;
  }

  /** Returns the newest link: each lets one browser in. */
  async newestLink() {
    const links = `${this.banner}${this.#log()}`.match(/http:\S+#k=\w+/g);
    return links.at(-1);
  }

  /** Opens the playground in a browser that has never been here. */
  async open(browser, width = 1360, height = 800) {
    const tab = new Tab(await browser.blank(width, height, true), this.host);
    await tab.begin(await this.newestLink());
    return tab;
  }

  stop() {
    return stop(this);
  }
}

/** A tab with the playground, and what went wrong in it. */
class Tab {
  complaints = [];

  constructor(page, host) {
    this.page = page;
    this.host = host;
  }

  async begin(link) {
    const { page, complaints } = this;
    await complain(page, this.host, complaints, /^(data|blob|about):/);
    await page.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-reduced-motion", value: "reduce" }] });
    await page.call("Page.navigate", { url: link });
    await page.until("document.documentElement.dataset.ready || !document.getElementById('locked').hidden");
  }

  /** Types a message with the keyboard alone and waits for what becomes of it. */
  async say(text) {
    const before = await this.count();
    await this.page.evaluate("document.getElementById('box').focus()");
    await this.page.type(text);
    await this.page.press("Escape");
    await this.page.press("Enter");
    await this.settled(before + 1);
  }

  /** Waits until so many messages stand there and none waits. */
  settled(count) {
    return this.page.until(`document.querySelectorAll('.post').length === ${count} && !document.querySelector('.waiting') && document.querySelector('.post:last-child :is(.answer, .explain)')`);
  }

  count() {
    return this.page.evaluate("document.querySelectorAll('.post').length");
  }

  /** Returns the text of what a selector finds last. */
  text(selector) {
    return this.page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].at(-1)?.innerText ?? null`);
  }

  /** Sets a box or chooses an option. */
  set(id, value) {
    return this.page.evaluate(`(() => { const it = document.getElementById(${JSON.stringify(id)}), value = ${JSON.stringify(value)};
      if (typeof value === "boolean") it.checked = value; else it.value = value;
      it.dispatchEvent(new Event("input")); it.dispatchEvent(new Event("change")); })()`);
  }

  /** Returns how many pixels the page is too wide. */
  overflow() {
    return this.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  }
}
