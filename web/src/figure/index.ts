import { draw, type Handle, type View } from "../charts";
import { onTheme, onPaper } from "../charts/theme";
import type { Figure } from "../document";
import { download, element } from "../page";
import { Table } from "../table";
import { csv } from "./csv";
import { tableOf } from "./table";

/** Draws charts when they come near the view, for the first paint does not wait for what is not seen. */
const near = new IntersectionObserver(entries => {
  for (const entry of entries) {
    if (entry.isIntersecting) waiting.get(entry.target)?.();
  }
}, { rootMargin: "600px 0px" });
const waiting = new Map<Element, () => void>();

/** A figure as the reader sees it: title, what to read from it, drop-downs, chart, table, file. */
export function show(host: HTMLElement, first: Figure): Handle {
  let figure = first;
  let view: View | undefined;
  let details: HTMLDetailsElement | undefined;
  let offered = "";
  const chosen = new Map<string, string>();
  const title = element("h3", { id: `${first.id}-title` });
  const description = element("p", { class: "description", id: `${first.id}-text` });
  const choices = element("div", { class: "choices" });
  const chart = element("div", { class: `chart ${first.kind}` });
  const drawing = element("div", { "aria-labelledby": `${first.id}-title`, "aria-describedby": `${first.id}-text` }, chart);
  // A heat table is read cell by cell; any other chart is one picture with a text and a table.
  drawing.setAttribute("role", first.kind === "heat" || first.kind === "table" ? "group" : "img");
  const note = element("p", { class: "note" });
  const behind = element("div", { class: "behind" });
  const save = element("button", { type: "button", class: "quiet", onclick: () => download(`${figure.id}.csv`, "text/csv;charset=utf-8", csv(figure)) }, "Download CSV");
  const card = element("figure", { class: "card", id: first.id }, title, description, choices, drawing, note, behind);
  host.append(card);

  const table = () => new Table(figure).where(chosen);

  function frame(): void {
    title.textContent = figure.title;
    description.textContent = figure.description;
    note.textContent = figure.note ?? "";
    note.hidden = !figure.note;
    save.setAttribute("aria-label", `Download the table of “${figure.title}” as CSV`);
  }

  /** Drop-downs in order: the values of one are those found with the values chosen before it. */
  function choose(): void {
    const whole = new Table(figure);
    const before = new Map<string, string>();
    let sign = "";
    const fields = (figure.select ?? []).filter(name => whole.has(name)).map(name => {
      const values = among(whole, before, name);
      const value = values.includes(chosen.get(name) ?? "") ? chosen.get(name)! : (values[0] ?? "");
      chosen.set(name, value);
      before.set(name, value);
      sign += JSON.stringify([name, value, values]);
      // Nothing to choose; what is shown is said all the same.
      if (values.length < 2) return element("span", { class: "only" }, `${whole.column(name).title}: ${value === "" ? "–" : value}`);
      const list = element("select", {
        id: `${figure.id}-${name}`,
        onchange: event => {
          chosen.set(name, (event.target as HTMLSelectElement).value);
          choose();
          redraw();
          document.getElementById(`${figure.id}-${name}`)?.focus();
        },
      }, ...values.map(text => element("option", { value: text, selected: text === value }, text === "" ? "–" : text)));
      return element("label", {}, element("span", {}, whole.column(name).title), list);
    });
    choices.hidden = fields.length === 0;
    // A list that is open, or has the keyboard, stays where nothing of it has changed.
    if (sign === offered) return;
    offered = sign;
    choices.replaceChildren(...fields);
  }

  function redraw(): void {
    const rows = table();
    if (figure.kind === "table") {
      chart.replaceChildren(tableOf(rows, figure.title));
      behind.replaceChildren(save);
      return;
    }

    try {
      paint(rows, figure.kind);
    } catch (error) {
      // One chart that fails takes no other with it, and its table is still there.
      clear("This chart could not be drawn in this browser; its table and its CSV file have what it shows.");
      reportError(error);
    }

    if (details?.open) fill();
  }

  /** A sentence in the chart's place. */
  function clear(sentence: string): void {
    view?.switches?.remove();
    view?.dispose();
    view = undefined;
    chart.replaceChildren(element("p", { class: "note" }, sentence));
  }

  function paint(rows: Table, kind: Exclude<Figure["kind"], "table">): void {
    if (rows.rows.length === 0) {
      clear("There is nothing to draw here.");
    } else if (view) view.update(rows);
    else if (!waiting.has(chart)) {
      chart.replaceChildren();
      chart.style.minHeight = "";
      view = draw(chart, kind, rows);
      if (view.switches) details!.before(view.switches);
    }
  }

  function fill(): void {
    const rows = details!.querySelector(".rows")!;
    const place = rows.querySelector(".scroll")?.scrollTop ?? 0;
    rows.replaceChildren(tableOf(table(), figure.title));
    rows.querySelector(".scroll")?.scrollTo({ top: place, behavior: "instant" });
  }

  function begin(): void {
    waiting.delete(chart);
    near.unobserve(chart);
    redraw();
  }

  frame();
  choose();
  if (figure.kind === "table") redraw();
  else {
    const kind = figure.kind;
    details = element("details", { ontoggle: () => details!.open && fill() }, element("summary", {}, "Table"), element("div", { class: "rows" }));
    behind.append(details, save);
    if (kind !== "heat") chart.style.minHeight = "260px";
    waiting.set(chart, begin);
    near.observe(chart);
  }

  const forget = onTheme(() => {
    if (onPaper() && waiting.has(chart)) begin();
  });
  return {
    update(next) {
      figure = next;
      frame();
      choose();
      redraw();
    },
    dispose() {
      forget();
      waiting.delete(chart);
      near.unobserve(chart);
      view?.dispose();
      card.remove();
    },
  };
}

function among(table: Table, values: ReadonlyMap<string, string>, name: string): string[] {
  const rows = table.rows.filter(row => [...values].every(([column, value]) => table.text(row, column) === value));
  return [...new Set(rows.map(row => table.text(row, name)))];
}
