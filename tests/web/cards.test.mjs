// Every element of a card and every answer of our commands is drawn by Microsoft's renderer without a complaint, in every view.
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

/** What an example program of a crate prints: replies with their names. */
const printed = (crate, example) =>
  JSON.parse(
    execFileSync("cargo", ["run", "--quiet", "--locked", "--package", crate, "--example", example], {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 16 * 1024 * 1024,
    }),
  );

const elements = printed("hailer-reply", "gallery");
const answers = printed("hailer-commands", "answers");
const cases = [...elements, ...answers];

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const view of VIEWS) {
  test(`everything is drawn as meant: ${view.name}`, async () => {
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

test("the line for the configuration is copied as it stands", async () => {
  const page = await show(browser, cases, VIEWS[0]);
  const index = cases.findIndex(({ name }) => name === "whoami");
  const line = cases[index].text.split("\n").at(-1);
  const copied = await page.evaluate(`(() => {
    const blocks = document.querySelectorAll("#case-${index} .ac-richTextBlock");
    getSelection().selectAllChildren(blocks[blocks.length - 1]);
    return getSelection().toString();
  })()`);

  assert.match(line, /^\{ id = "[-0-9a-f]+", name = ".+" \},$/);
  assert.equal(copied.trim(), line);
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
  const shownElements = elements.map((drawn) =>
    section(drawn, `\`\`\`text\n${drawn.code.replaceAll(/(?<=\))\s*\.with/g, "\n    .with")}\n\`\`\``),
  );
  const shownAnswers = answers.map((drawn) => section(drawn, `To \`@ops ${drawn.typed}\`:`, "###"));
  return `# What replies look like

For authors of commands who choose a form for their reply. Drawn by Microsoft's renderer with the colours of Teams; Teams
itself may differ in fonts and spacing. [The answers of the commands](#what-the-commands-answer) that come with Hailer stand at
the end.

${shownElements.join("\n")}
## What the commands answer

${shownAnswers.join("\n")}`;
}

function section({ name, text }, source, level = "##") {
  const [light, dark, , darkPhone] = VIEWS;
  const picture = (view, alt) => `![${alt}](../gallery/${pictureName(name, view)})`;
  const title = name[0].toUpperCase() + name.slice(1);
  return `${level} ${title}

${source}

${picture(light, `${name}, light`)} ${picture(dark, `${name}, dark`)} ${picture(darkPhone, `${name}, dark, on a phone`)}

As text, for terminals and the log:

\`\`\`text
${text}
\`\`\`
`;
}
