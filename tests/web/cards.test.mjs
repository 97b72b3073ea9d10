// Every element of a card is drawn by Microsoft's renderer without a complaint, in every view.
//
// `UPDATE=1 node --test tests/web` writes the pictures of the guide's gallery; look at each of them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launch } from "./chromium.mjs";
import { show, VIEWS } from "./render.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const GALLERY = join(ROOT, "docs", "gallery");
const GALLERY_PAGE = join(ROOT, "docs", "reference", "gallery.md");

// The views that the page shows: phones in light show nothing that the others do not.
const KEPT = VIEWS.filter((view) => view.name !== "light-phone");

const cases = JSON.parse(
  execFileSync("cargo", ["run", "--quiet", "--locked", "--package", "hailer-reply", "--example", "gallery"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  }),
);

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const view of VIEWS) {
  test(`every element is drawn as meant: ${view.name}`, async () => {
    const page = await show(browser, cases, view);
    const report = await page.evaluate("report");

    assert.equal(report.length, cases.length);
    for (const drawn of report) {
      assert.deepEqual(drawn.complaints, [], drawn.name);
      assert.deepEqual(drawn.overflow, [], `${drawn.name} is wider than the view`);
      assert.ok(drawn.height > 20, `${drawn.name} shows nothing`);
    }
    if (process.env.UPDATE && KEPT.includes(view)) await keepPictures(page, report, view);
  });
}

test("literal text draws no markup, link or image", async () => {
  const page = await show(browser, cases, VIEWS[0]);
  const report = await page.evaluate("report");
  const text = report.find((drawn) => drawn.name === "text");

  assert.ok(text.text.includes("<b>&</b> *well*"), text.text);
  assert.equal(text.images, 0);
  assert.deepEqual(text.links, []);
});

test("the gallery shows every element beside its code", async () => {
  const written = galleryPage();
  if (process.env.UPDATE) await writeFile(GALLERY_PAGE, written);

  assert.equal(await readFile(GALLERY_PAGE, "utf8"), written, "UPDATE=1 writes the page anew");
  for (const drawn of cases) {
    for (const view of KEPT) assert.ok(existsSync(join(GALLERY, pictureName(drawn.name, view))), drawn.name);
  }
});

const pictureName = (name, view) => `${name.replaceAll(" ", "-")}-${view.name}.png`;

async function keepPictures(page, report, view) {
  await mkdir(GALLERY, { recursive: true });
  for (const [index, drawn] of report.entries()) {
    await writeFile(join(GALLERY, pictureName(drawn.name, view)), await page.picture(`#case-${index}`));
  }
}

function galleryPage() {
  const [light, dark, darkPhone] = KEPT;
  const shown = cases.map(({ name, code, text }) => {
    const picture = (view, alt) => `![${alt}](../gallery/${pictureName(name, view)})`;
    const title = name[0].toUpperCase() + name.slice(1);
    return `## ${title}

\`\`\`text
${code.replaceAll(/(?<=\))\s*\.with/g, "\n    .with")}
\`\`\`

${picture(light, `${name}, light`)} ${picture(dark, `${name}, dark`)} ${picture(darkPhone, `${name}, dark, on a phone`)}

As text, for terminals and the log:

\`\`\`text
${text}
\`\`\`
`;
  });
  return `# What replies look like

For authors of commands who choose a form for their reply. Drawn by Microsoft's renderer with the colours of Teams; Teams
itself may differ in fonts and spacing.

${shown.join("\n")}`;
}
