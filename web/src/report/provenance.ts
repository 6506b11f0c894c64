import type { Provenance } from "../document";
import { element } from "../page";
import { format } from "../table";

/** Where the numbers come from: the command to repeat them, facts, the comparison's file, the configuration. */
export function provenance(from: Provenance): HTMLElement {
  const commands = typeof from.command === "string" ? [from.command] : (from.command ?? []);
  return element("section", { id: "provenance", "aria-labelledby": "provenance-title" },
    element("h2", { id: "provenance-title" }, "Provenance"),
    ...(commands.length > 0 ? [element("h3", {}, "Command"), ...commands.map(command => copyable(command, "command"))] : []),
    from.facts.length > 0
      ? element("table", { class: "data facts" }, element("caption", { class: "hidden" }, "Facts"), element("tbody", {}, ...from.facts.map(([name, value]) =>
        element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, format(value, { type: "number", digits: 0 }))))))
      : null,
    folded("The comparison's file", from.comparison, "comparison's file"),
    folded("Configuration", from.configuration, "configuration"));
}

function folded(title: string, text: string | null | undefined, what: string): HTMLElement | null {
  return text ? element("details", {}, element("summary", {}, title), copyable(text.trimEnd(), what)) : null;
}

function copyable(text: string, what: string): HTMLElement {
  const code = element("code", {}, text);
  const said = element("span", { role: "status", class: "hidden" });
  const button = element("button", {
    type: "button",
    class: "quiet copy",
    "aria-label": `Copy the ${what}`,
    onclick: async () => {
      const done = await copied(text, code);
      button.textContent = done ? "Copied" : "Selected";
      said.textContent = button.textContent;
      setTimeout(() => (button.textContent = "Copy"), 2000);
    },
  }, "Copy");
  return element("div", { class: "code" }, element("pre", { tabindex: 0 }, code), button, said);
}

/** To the clipboard where the browser lets us; else the text is selected, for the reader to copy. */
async function copied(text: string, code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
