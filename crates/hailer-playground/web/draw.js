// Draws a message as Teams does: text by its rules for Markdown and HTML, cards by Microsoft's renderer.
/* global AdaptiveCards, markdownit */

import { hostConfig } from "./api.js";
import { h } from "./dom.js";

const NEVER = ["heading", "lheading", "table", "hr", "image", "strikethrough"];
const cardMarkdown = markdownit({ html: false, linkify: false }).disable([...NEVER, "code", "fence", "blockquote", "backticks", "html_block", "html_inline"]);
const textMarkdown = markdownit({ html: true, linkify: false }).disable(NEVER);

// No attribute of foreign HTML is ever parsed: the page's policy would complain of each handler in it.
const MARKUP = /<(\/?)([a-z][\w-]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>|<!--[^]*?-->/gi;
const bare = (html) =>
  html
    .replace(MARKUP, (_, end, name = "", rest = "") => {
      const href = /\shref\s*=\s*["']?(https?:[^"'\s>]*)/i.exec(rest)?.[1];
      if (!TAGS.has(name.toLowerCase())) return "";
      return `\u0001${end}${name.toLowerCase()}${href && !end ? ` href="${href}"` : ""}\u0002`;
    })
    .replaceAll("<", "&lt;")
    .replaceAll("\u0001", "<")
    .replaceAll("\u0002", ">");
textMarkdown.renderer.rules.html_inline = textMarkdown.renderer.rules.html_block = (tokens, index) => bare(tokens[index].content.replace(/[\u0001\u0002]/g, ""));

const CARD = "application/vnd.microsoft.card.adaptive";

/** Teams folds what is higher; about so much. */
const FOLD = 400;

const TAGS = new Set("a at b strong i em u s strike code pre blockquote br p div span ul ol li sub sup hr".split(" "));
const DROPPED = new Set("script style template iframe object embed svg math title noscript img".split(" "));

/** A field where a picture of another computer would be: nothing is loaded from elsewhere. */
const PICTURE =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="96"><rect width="160" height="96" rx="4" fill="#8a8886"/><path d="m52 66 18-22 12 14 8-9 18 17z" fill="#fff"/><circle cx="98" cy="36" r="6" fill="#fff"/></svg>',
  );

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = cardMarkdown.render(text);
  result.didProcess = true;
};

const isWeb = (url) => /^https?:\/\//i.test(url ?? "");

/** Lets links lead out, to the web only, in a tab of their own. */
function mendLink(link) {
  if (!isWeb(link.getAttribute("href"))) return link.removeAttribute("href");
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}

/** Copies what Teams draws of an HTML tree; everything else loses its tag, or is lost. */
function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const name = node.localName;
    if (DROPPED.has(name)) continue;
    if (!TAGS.has(name)) {
      copy(node, to);
      continue;
    }
    const made = name === "at" ? h("span", { class: "mention" }) : document.createElement(name);
    if (name === "a" && isWeb(node.getAttribute("href"))) made.setAttribute("href", node.getAttribute("href"));
    if (name === "a") mendLink(made);
    if (name === "pre") made.tabIndex = 0;
    copy(node, made);
    to.append(made);
  }
}

/** Draws the text of a message. */
export function drawText(text) {
  const parsed = new DOMParser().parseFromString(textMarkdown.render(text), "text/html");
  const drawn = h("div", { class: "text" });
  copy(parsed.body, drawn);
  return drawn;
}

/** Takes pictures of other computers out of a card. */
function withoutPictures(value, key = "") {
  if (Array.isArray(value)) return value.map((item) => withoutPictures(item, key));
  if (value && typeof value === "object") {
    const isAction = typeof value.type === "string" && value.type.startsWith("Action.");
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, isAction && name === "url" ? item : withoutPictures(item, name)]));
  }
  const isPicture = ["url", "iconUrl", "backgroundImage", "poster"].includes(key);
  return isPicture && typeof value === "string" && !value.startsWith("data:image/") ? PICTURE : value;
}

/** Draws a card; what it is asked to do besides opening a link is told to `ignored`. */
async function drawCard(content, look, ignored) {
  const box = h("div", { class: "card" });
  try {
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = new AdaptiveCards.HostConfig(await hostConfig(look));
    card.parse(withoutPictures(content), new AdaptiveCards.SerializationContext());
    card.onExecuteAction = (action) => {
      if (action.getJsonTypeName() === "Action.OpenUrl" && isWeb(action.url)) window.open(action.url, "_blank", "noopener,noreferrer");
      else ignored?.(action.getJsonTypeName());
    };
    box.append(card.render() ?? "");
  } catch (error) {
    box.append(h("p", {}, `The renderer cannot draw this card: ${error.message}`));
  }
  box.querySelectorAll("a").forEach(mendLink);
  return box;
}

/** Draws attachments of other kinds roughly: their title, text and links. */
function drawOther({ contentType, content }) {
  const kind = String(contentType ?? "nothing").split(".").pop();
  const words = [content?.title, content?.subtitle, content?.text].filter((it) => typeof it === "string");
  return h("div", { class: "card other" }, h("p", { class: "muted small" }, `${kind} card, not drawn as Teams does`), words.map((it) => h("p", {}, it)));
}

/** Draws a message in a look (`light`, `dark`, `contrast`); `fold` says whether a long one is folded as in a channel. */
export async function drawMessage(message, { look, fold = false, ignored = null }) {
  const body = h("div", { class: "teams", "data-look": look });
  if (typeof message?.text === "string" && message.text.trim()) body.append(drawText(message.text));
  for (const attachment of Array.isArray(message?.attachments) ? message.attachments : []) {
    body.append(attachment?.contentType === CARD ? await drawCard(attachment.content, look, ignored) : drawOther(attachment ?? {}));
  }
  if (fold) requestAnimationFrame(() => foldLong(body));
  return body;
}

function foldLong(body) {
  if (body.scrollHeight <= FOLD + 40) return;
  body.classList.add("folded");
  const more = h("button", { type: "button", class: "more", "aria-expanded": "false" }, "See more");
  more.addEventListener("click", () => {
    const isOpen = body.classList.toggle("folded") === false;
    more.textContent = isOpen ? "See less" : "See more";
    more.setAttribute("aria-expanded", String(isOpen));
  });
  body.after(more);
}
