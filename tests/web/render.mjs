// Renders messages with Microsoft's renderer in a real browser, in light and dark, wide and on a phone.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const VENDOR = join(HERE, "..", "..", "crates", "hailer-playground", "web", "vendor");

/** The four ways in which people see a card. */
export const VIEWS = [
  { name: "light", theme: "light", width: 520 },
  { name: "dark", theme: "dark", width: 520 },
  { name: "light-phone", theme: "light", width: 340 },
  { name: "dark-phone", theme: "dark", width: 340 },
];

// Teams' own colours behind and in text; the host configurations hold those of cards.
const COLOURS = {
  light: { page: "#f5f5f5", card: "#ffffff", text: "#242424", code: "#ebebeb", link: "#4f52b2" },
  dark: { page: "#1f1f1f", card: "#292929", text: "#ffffff", code: "#141414", link: "#9ea2ff" },
};

/** Opens a page that shows every case (`{name, message}`) in one view. */
export async function show(browser, cases, view) {
  const folder = await mkdtemp(join(tmpdir(), "hailer-cards-"));
  const file = join(folder, "page.html");
  await writeFile(file, await html(cases, view));
  try {
    return await browser.open(pathToFileURL(file).href, view.width);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function html(cases, { theme, width }) {
  const vendor = (name) => pathToFileURL(join(VENDOR, name)).href;
  const hostConfig = await readFile(join(VENDOR, `microsoft-teams-${theme}.json`), "utf8");
  const colour = COLOURS[theme];
  const data = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>cards</title>
<link rel="stylesheet" href="${vendor("adaptivecards.css")}">
<style>
  body { margin: 0; background: ${colour.page}; color: ${colour.text}; font: 14px "Segoe UI", "DejaVu Sans", sans-serif; }
  section { padding: 8px; width: ${width - 16}px; }
  .card { background: ${colour.card}; border-radius: 4px; margin-top: 4px; overflow: hidden; }
  .text p { margin: 0 0 6px; overflow-wrap: anywhere; }
  .text pre { background: ${colour.code}; padding: 8px; overflow-x: auto; margin: 6px 0; font: 12px "DejaVu Sans Mono", monospace; }
  a, .ac-anchor { color: ${colour.link} !important; }
  .ac-pushButton { color: ${colour.text}; background: transparent; border: 1px solid currentColor; border-radius: 4px; padding: 4px 12px; }
</style>
<script src="${vendor("markdown-it.umd.min.js")}"></script>
<script src="${vendor("adaptivecards.min.js")}"></script>
<script>const cases = ${data(cases)}; const hostConfig = ${hostConfig};</script>
<script src="${pathToFileURL(join(HERE, "page.js")).href}"></script>
</html>`;
}
