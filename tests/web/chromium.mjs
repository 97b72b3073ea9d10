// Drives a headless Chromium over its debugging pipe: no port, no npm package.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-headless-shell", "/usr/bin/google-chrome"];

const FLAGS = [
  "--headless",
  "--remote-debugging-pipe",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--force-color-profile=srgb",
  "--allow-file-access-from-files",
];

/** Returns the path of a Chromium, or null when the machine has none. */
export function findChromium() {
  return CANDIDATES.find((path) => existsSync(path)) ?? null;
}

/** Starts a browser with a profile of its own. */
export async function launch(path = findChromium()) {
  const profile = await mkdtemp(join(tmpdir(), "hailer-chromium-"));
  const child = spawn(path, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  return new Browser(child, profile);
}

class Browser {
  #child;
  #profile;
  #waiting = new Map();
  #pages = new Map();
  #next = 1;
  #rest = "";

  constructor(child, profile) {
    this.#child = child;
    this.#profile = profile;
    child.stdio[4].setEncoding("utf8").on("data", (chunk) => this.#read(chunk));
    child.on("exit", (code) => this.#fail(new Error(`Chromium ended with ${code}`)));
  }

  #read(chunk) {
    const messages = (this.#rest + chunk).split("\0");
    this.#rest = messages.pop();
    for (const message of messages.map((text) => JSON.parse(text))) {
      if (message.id === undefined) this.#pages.get(message.sessionId)?.heard(message);
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) waiting?.reject(new Error(`${waiting.method}: ${message.error.message}`));
      else waiting?.resolve(message.result);
    }
  }

  #fail(error) {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  /** Calls a method of the DevTools protocol. */
  call(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method });
      this.#child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    });
  }

  /** Opens an empty page, with cookies of its own when `isolated`. */
  async blank(width, height = 600, isolated = false) {
    const context = isolated ? await this.call("Target.createBrowserContext") : {};
    const { targetId } = await this.call("Target.createTarget", { url: "about:blank", ...context });
    const { sessionId } = await this.call("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    this.#pages.set(sessionId, page);
    await page.resize(width, height);
    await page.call("Page.enable");
    return page;
  }

  /** Opens a page of a file and waits until its script says that it is done. */
  async open(url, width) {
    const page = await this.blank(width);
    await page.call("Page.navigate", { url });
    await page.until("window.isDone");
    return page;
  }

  async close() {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    await this.call("Browser.close").catch(() => this.#child.kill());
    await ended;
    await rm(this.#profile, { recursive: true, force: true });
  }
}

class Page {
  #listeners = [];

  constructor(browser, sessionId) {
    this.browser = browser;
    this.sessionId = sessionId;
  }

  /** Calls back with the parameters of every event of this name. */
  on(method, listener) {
    this.#listeners.push({ method, listener });
  }

  heard({ method, params }) {
    for (const it of this.#listeners) if (it.method === method) it.listener(params);
  }

  /** Waits until an expression is true. */
  async until(expression, within = 20_000) {
    const isTrue = await this.evaluate(
      `new Promise((done) => { const end = Date.now() + ${within};
        const wait = () => { let is = false; try { is = Boolean(${expression}); } catch {} is || Date.now() > end ? done(is) : setTimeout(wait, 10); }; wait(); })`,
    );
    if (!isTrue) throw new Error(`never true: ${expression}`);
  }

  /** Presses a key as a person does. */
  async press(key, { shift = false } = {}) {
    const codes = { Enter: 13, Tab: 9, Escape: 27, ArrowUp: 38, ArrowDown: 40, " ": 32 };
    const text = key === "Enter" ? "\r" : key === " " ? " " : undefined;
    const event = { key, code: key === " " ? "Space" : key, windowsVirtualKeyCode: codes[key], text, modifiers: shift ? 8 : 0 };
    await this.call("Input.dispatchKeyEvent", { ...event, type: "keyDown" });
    await this.call("Input.dispatchKeyEvent", { ...event, type: "keyUp", text: undefined });
  }

  /** Types into whatever has the focus. */
  type(text) {
    return this.call("Input.insertText", { text });
  }

  /** Clicks in the middle of an element. */
  async click(selector) {
    const { x, y } = await this.evaluate(
      `(() => { const it = document.querySelector(${JSON.stringify(selector)}); it.scrollIntoView({ block: "nearest" });
        const box = it.getBoundingClientRect(); return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; })()`,
    );
    const event = { x, y, button: "left", clickCount: 1 };
    await this.call("Input.dispatchMouseEvent", { ...event, type: "mousePressed" });
    await this.call("Input.dispatchMouseEvent", { ...event, type: "mouseReleased" });
  }

  /** Takes a picture of what the window shows; returns a PNG. */
  async screen() {
    const { data } = await this.call("Page.captureScreenshot");
    return Buffer.from(data, "base64");
  }

  call(method, params = {}) {
    return this.browser.call(method, params, this.sessionId);
  }

  resize(width, height) {
    return this.call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  }

  /** Evaluates an expression; waits for promises; returns what it gives as JSON would hold it. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Takes a picture of an element; returns a PNG. */
  async picture(selector) {
    const clip = await this.evaluate(
      `(() => { const box = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
        return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height, scale: 1 }; })()`,
    );
    const { data } = await this.call("Page.captureScreenshot", { clip, captureBeyondViewport: true });
    return Buffer.from(data, "base64");
  }
}
