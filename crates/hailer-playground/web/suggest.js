// What may come next in a message: the bot, words of a command's path, choices and options of its arguments.

/** More would have to be scrolled. */
const SHOWN = 8;

/** Splits at white space outside of quotes into the words before the last one, and the last one. */
function split(text) {
  const words = text.match(/"[^"]*"?|[^\s"]+(?:"[^"]*"?)?/g) ?? [];
  const begun = /\s$/.test(text) || text === "" ? "" : words.pop();
  return { words, begun };
}

const begins = (word, begun) => word.toLowerCase().startsWith(begun.toLowerCase());
const isSame = (one, other) => one.toLowerCase() === other.toLowerCase();

/** Returns where the mention ends, or -1. */
export function behindMention(text, mention) {
  const at = `@${mention}`;
  const isThere = begins(text, at) && !/[\p{L}\p{N}]/u.test(text.charAt(at.length));
  return isThere ? at.length : -1;
}

/** Returns suggestions: `{label, detail, insert, from}`; `insert` replaces the text from `from` to the end. */
export function suggest(text, mention, commands) {
  const start = behindMention(text, mention);
  if (start < 0 || (start === text.length && !text.endsWith(" "))) {
    const isBegun = /^@\S*( \S*)*$/.test(text) && begins(`@${mention}`, text.trimEnd());
    return isBegun ? [{ label: `@${mention}`, detail: "the bot of this team", insert: `@${mention} `, from: 0, isMention: true }] : [];
  }
  const { words, begun } = split(text.slice(start).replace(/^[\s,:]+/, ""));
  const from = text.length - begun.length;
  const found = paths(commands, words, begun).map((it) => ({ ...it, from }));
  const command = find(commands, words);
  if (command) found.push(...rest(command, words.slice(command.length), begun, commands).map((it) => ({ ...it, from })));
  const more = found.length - SHOWN;
  return more > 0 ? [...found.slice(0, SHOWN), { label: "…", detail: `${more} more: type on`, isHint: true }] : found;
}

/** Commands whose path goes on with what is being typed. */
function paths(commands, words, begun) {
  const visible = commands.filter((it) => !it.isHidden);
  return visible.flatMap((command) => {
    const parts = command.path.split(" ");
    const goesOn = parts.length > words.length && words.every((word, index) => isSame(word, parts[index])) && begins(parts[words.length], begun);
    const insert = `${parts.slice(words.length).join(" ")} `;
    return goesOn ? [{ label: command.usage, detail: command.summary, note: command.isJob ? "job" : "", insert }] : [];
  });
}

/** Finds the command with the longest path that the words begin with. */
function find(commands, words) {
  const names = commands.flatMap((entry) => [entry.path, ...entry.aliases].map((name) => ({ entry, length: name.split(" ").length, name })));
  const fits = names.filter((it) => it.length <= words.length && isSame(it.name, words.slice(0, it.length).join(" ")));
  return fits.sort((one, other) => other.length - one.length)[0];
}

function rest({ entry }, words, begun, commands) {
  if (entry.path === "help") return paths(commands, words, begun);
  const { places, named, awaits } = read(entry, words);
  if (awaits) return choices(awaits, begun);
  const positional = entry.arguments.filter((it) => it.kind === "positional");
  const last = positional.at(-1);
  const next = positional[places] ?? (last?.isRepeated ? last : undefined);
  const options = entry.arguments.filter((it) => it.kind !== "positional" && (it.isRepeated || !named.includes(it.name)) && begins(`--${it.name}`, begun || "--"));
  return [...(next ? choices(next, begun) : []), ...options.map((it) => ({ label: it.usage, detail: it.help, insert: `--${it.name} ` }))];
}

/** Reads which arguments are there already. */
function read(entry, words) {
  const given = { places: 0, named: [], awaits: null };
  for (const word of words) {
    if (given.awaits) {
      given.awaits = null;
      continue;
    }
    const [name, value] = word.split("=", 2);
    const argument = entry.arguments.find((it) => it.kind !== "positional" && (word.startsWith("--") || value !== undefined) && it.name === name.replace(/^-+/, ""));
    if (!argument) given.places += 1;
    else {
      given.named.push(argument.name);
      if (argument.kind === "option" && value === undefined) given.awaits = argument;
    }
  }
  return given;
}

function choices(argument, begun) {
  if (argument.choices.length === 0) return begun === "" ? [{ label: argument.usage, detail: argument.help, isHint: true }] : [];
  const word = (choice) => (choice.includes(" ") ? `"${choice}"` : choice);
  return argument.choices.filter((it) => begins(it, begun.replace(/^"/, ""))).map((it) => ({ label: it, detail: argument.help, insert: `${word(it)} ` }));
}
