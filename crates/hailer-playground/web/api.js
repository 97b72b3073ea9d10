// Calls of the playground's own server; nothing else is ever called.

async function call(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, options);
  if (response.status === 204) return {};
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error), { status: response.status });
  return answer;
}

export const enter = (key) => call("/api/session", { key });
export const start = () => call("/api/start");
export const commands = (speaker) => call("/api/commands", speaker);
export const send = (speaker, text, wrong) => call("/api/send", { speaker, text, wrong });
export const resend = (webhook, body, authorization) => call("/api/resend", { webhook, body, authorization });
export const judgeCard = (text) => call("/api/card", { text });

/** Reads a host configuration of the renderer, once. */
const configs = new Map();
export function hostConfig(look) {
  const name = look === "light" ? "light" : "dark";
  if (!configs.has(name)) configs.set(name, fetch(`/vendor/microsoft-teams-${name}.json`).then((it) => it.json()));
  return configs.get(name).then((config) => (look === "light" ? config : look === "dark" ? readable(config) : contrast(config)));
}

/** The red of the package is older than that of Teams, and too dark for its own background. */
function readable(config) {
  for (const style of Object.values(config.containerStyles)) {
    if (/^#(..)?[0-3]/.test(style.backgroundColor)) style.foregroundColors.attention = { default: "#e87f8a", subtle: "#e87f8a" };
  }
  return config;
}

/** Microsoft has no host configuration for high contrast in its package: this one is ours. */
function contrast(config) {
  const copy = structuredClone(config);
  const words = { default: "#ffffff", dark: "#ffffff", light: "#ffffff", accent: "#ffff00", good: "#3ff23f", warning: "#ffb066", attention: "#ff9a9a" };
  for (const style of Object.values(copy.containerStyles)) {
    style.backgroundColor = "#000000";
    style.borderColor = "#ffffff";
    for (const [name, colour] of Object.entries(words)) {
      style.foregroundColors[name] = { default: colour, subtle: colour };
    }
  }
  copy.separator.lineColor = "#ffffff";
  return copy;
}
