// Has axe-core judge a page as WCAG 2.2 AA and good practice want it. It is for tests only and stands in no page of ours.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "vendor");

/** Colours within cards are Microsoft's and translucent: `contrast.mjs` computes all of them. */
const OPTIONS = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] };

let source;

/** Returns axe-core, which must be the file that was vendored. */
async function axe() {
  if (source) return source;
  const bytes = await readFile(join(FOLDER, "axe.min.js"));
  const sums = await readFile(join(FOLDER, "SHA256SUMS"), "utf8");
  const sum = createHash("sha256").update(bytes).digest("hex");
  if (!sums.includes(`${sum}  axe.min.js`)) throw new Error("axe.min.js is not the file that was vendored");
  return (source = bytes.toString());
}

/** Returns what is wrong with a page as it stands: a rule and the elements that break it. */
export async function violations(page) {
  if (!(await page.evaluate("Boolean(globalThis.axe)"))) await page.evaluate(`${await axe()}; null`);
  return page.evaluate(`axe.run(document, ${JSON.stringify(OPTIONS)}).then(({ violations }) =>
    violations.map((it) => it.id + ": " + it.help + " " + it.nodes.map((node) => node.target.join(" ")).slice(0, 4).join(", ")))`);
}
