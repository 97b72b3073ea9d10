// Makes elements; text is always text, never markup.

/** Makes an element: attributes and handlers by name, then children; what is null or false is left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Tells those who listen instead of look; the same text is told again. */
export function announce(text) {
  const status = byId("status");
  status.textContent = "";
  requestAnimationFrame(() => (status.textContent = text));
}

/** Makes a sentence of what is said in the middle of one. */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const number = (value) => value.toLocaleString("en-US");

/** Writes microseconds as people read them. */
export function time(us) {
  if (us >= 1e6) return `${(us / 1e6).toFixed(1)} s`;
  if (us >= 1000) return `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`;
  return `${us} µs`;
}

/** Writes an answer's time against what Teams waits. */
export const ofFive = (us) => `${(us / 1e6).toFixed(us < 1e5 ? 3 : 2)} s of 5 s`;

/** Writes JSON for reading; what is none stays as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Gives a file to the person. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: name.endsWith(".json") ? "application/json" : "text/plain" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
