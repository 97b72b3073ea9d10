// The look of a page: light, dark or high contrast, as the system has it or as somebody chose.

const KEPT = "hailer-theme";

/** Keeps the look of the page; `changed` hears of each, and whether it is the first. */
export function setUpLook(field, changed = () => {}) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const more = matchMedia("(prefers-contrast: more), (forced-colors: active)");
  const apply = (isFirst = false) => {
    const system = more.matches ? "contrast" : dark.matches ? "dark" : "light";
    const look = field.value === "system" ? system : field.value;
    document.documentElement.dataset.theme = look;
    changed(look, isFirst);
  };
  field.value = localStorage.getItem(KEPT) ?? "system";
  field.addEventListener("change", () => {
    localStorage.setItem(KEPT, field.value);
    apply();
  });
  for (const query of [dark, more]) query.addEventListener("change", () => apply());
  apply(true);
}
