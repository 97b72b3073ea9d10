// The box in which messages are typed, with suggestions from what the bot can do.

import { announce, byId, h } from "./dom.js";
import { suggest } from "./suggest.js";

/** Sets the box up; `world` tells the mention and the commands, `say` sends, `last` returns the message before. */
export function composer({ world, say, last }) {
  const box = byId("box");
  const list = byId("suggestions");
  let shown = [];
  let active = -1;
  let isClosed = false;

  const usable = () => shown.filter((it) => !it.isHint);

  function show() {
    const { mention, commands } = world();
    const isAtEnd = box.selectionStart === box.value.length;
    shown = isClosed || !isAtEnd || box.value.includes("\n") || box.value === "" ? [] : suggest(box.value, mention, commands);
    active = usable()[0]?.isMention ? 0 : -1;
    draw();
  }

  function draw() {
    const items = usable();
    list.replaceChildren(
      ...shown.map((it) => {
        const index = items.indexOf(it);
        return h(
          "li",
          {
            id: index < 0 ? null : `suggestion-${index}`,
            role: "option",
            class: it.isHint ? "hint" : null,
            "aria-selected": String(index === active && index >= 0),
            "aria-disabled": it.isHint ? "true" : null,
            onmousedown: (event) => event.preventDefault(),
            onclick: () => index >= 0 && take(index),
          },
          h("span", { class: "label" }, it.label),
          it.note ? h("span", { class: "tag" }, it.note) : null,
          h("span", { class: "detail" }, it.detail),
        );
      }),
    );
    list.hidden = shown.length === 0;
    if (active >= 0) box.setAttribute("aria-activedescendant", `suggestion-${active}`);
    else box.removeAttribute("aria-activedescendant");
    list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  function close() {
    isClosed = true;
    show();
  }

  function take(index) {
    const it = usable()[index];
    put(box.value.slice(0, it.from) + it.insert);
    announce(`${it.label}`);
  }

  function put(text) {
    box.value = text;
    box.setSelectionRange(text.length, text.length);
    box.focus();
    isClosed = false;
    grow();
    show();
  }

  function grow() {
    box.rows = Math.min(8, box.value.split("\n").length);
  }

  function send() {
    const text = box.value.trim();
    if (!text) return;
    put("");
    say(text);
  }

  function move(by) {
    const count = usable().length;
    if (count === 0) return false;
    active = active < 0 && by < 0 ? count - 1 : (active + by + count) % count;
    draw();
    return true;
  }

  /** Returns whether the key was for us. */
  function press(event) {
    if (event.isComposing) return false;
    switch (event.key) {
      case "Enter":
        if (event.shiftKey) return false;
        if (active >= 0 && !list.hidden) take(active);
        else send();
        return true;
      case "Tab":
        if (event.shiftKey || usable().length === 0) return false;
        take(Math.max(active, 0));
        return true;
      case "Escape":
        if (list.hidden) return false;
        close();
        return true;
      case "ArrowDown":
        return !list.hidden && move(1);
      case "ArrowUp":
        if (!list.hidden) return move(-1);
        if (box.value !== "" || !last()) return false;
        put(last());
        close();
        return true;
      default:
        return false;
    }
  }

  box.addEventListener("input", () => {
    isClosed = false;
    grow();
    show();
  });
  box.addEventListener("keydown", (event) => press(event) && event.preventDefault());
  box.addEventListener("click", show);
  box.addEventListener("blur", close);
  byId("send").addEventListener("click", send);
  return { put, show };
}
