// Draws messages as Teams would: text by Teams' rules for Markdown, cards by Microsoft's renderer.
/* global AdaptiveCards, markdownit, cases, hostConfig */

const MARKDOWN_OFF = ["heading", "lheading", "table", "code", "fence", "hr", "image", "strikethrough", "html_block", "html_inline"];
const cardMarkdown = markdownit({ html: false, linkify: false }).disable([...MARKDOWN_OFF, "blockquote", "backticks"]);
const textMarkdown = markdownit({ html: true, linkify: false, breaks: false }).disable(["heading", "lheading", "table", "hr", "image"]);

// Pictures lie on hosts that tests do not reach: each is drawn as a grey field.
const PICTURE =
  "data:image/svg+xml," +
  encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="160" height="90"><rect width="160" height="90" fill="#888"/></svg>');

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = cardMarkdown.render(text);
  result.didProcess = true;
};

/** Draws one message; returns what the renderer complains about. */
function draw(message, frame) {
  const complaints = [];
  if (message.text) {
    const text = document.createElement("div");
    text.className = "text";
    text.innerHTML = textMarkdown.render(message.text);
    frame.append(text);
  }
  for (const attachment of message.attachments ?? []) {
    if (attachment.contentType !== "application/vnd.microsoft.card.adaptive") continue;
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = new AdaptiveCards.HostConfig(hostConfig);
    const context = new AdaptiveCards.SerializationContext();
    card.parse(attachment.content, context);
    for (let index = 0; index < context.eventCount; index++) complaints.push(context.getEventAt(index).message);
    for (const event of card.validateProperties().validationEvents) complaints.push(event.message);
    const box = document.createElement("div");
    box.className = "card";
    box.append(card.render() ?? "");
    for (const image of box.querySelectorAll("img")) image.src = PICTURE;
    frame.append(box);
  }
  return complaints;
}

window.onload = async () => {
  window.report = cases.map(({ name, message }, index) => {
    const frame = document.createElement("section");
    frame.id = `case-${index}`;
    document.body.append(frame);
    const complaints = draw(message, frame);
    const wide = [...frame.querySelectorAll("*")].filter((it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0);
    const allowed = wide.filter((it) => it.closest("pre") === null);
    return {
      name,
      complaints,
      height: frame.getBoundingClientRect().height,
      text: frame.innerText,
      links: [...frame.querySelectorAll("a")].map((it) => it.getAttribute("href")),
      images: frame.querySelectorAll(".text img, .ac-textBlock img").length,
      overflow: allowed.map((it) => it.className || it.tagName),
    };
  });
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  window.isDone = true;
};
