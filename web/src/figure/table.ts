import type { Cell } from "../document";
import { element, scrolled } from "../page";
import { format, type Table } from "../table";

const mostRows = 500;
const longText = 40;

/** The rows as a table; the first ones where they are very many, for the file has them all. */
export function tableOf(table: Table, caption: string): HTMLElement {
  const head = element("tr", {}, ...table.columns.map(column =>
    element("th", { scope: "col", class: kindOf(table, column) }, column.unit ? `${column.title} (${column.unit})` : column.title)));
  const body = table.rows.slice(0, mostRows).map(row => element("tr", {}, ...table.columns.map((column, place) => cell(row[place], column, place))));
  const left = table.rows.length - body.length;
  return scrolled({ role: "region", "aria-label": caption },
    element("table", { class: "data" }, element("caption", { class: "hidden" }, caption), element("thead", {}, head), element("tbody", {}, ...body)),
    left > 0 ? element("p", { class: "note" }, `${left} more rows are in the CSV file.`) : null);
}

/** The class of a column: numbers to the right, and room for sentences. */
function kindOf(table: Table, column: Table["columns"][number]): string | null {
  if (column.type !== "text") return "number";
  return table.rows.some(row => table.text(row, column.name).length > longText) ? "long" : null;
}

function cell(value: Cell | undefined, column: Table["columns"][number], place: number): HTMLElement {
  const text = format(value, { ...column, unit: null });
  if (place === 0 && column.type === "text") return element("th", { scope: "row" }, text);
  return element("td", { class: column.type === "text" ? null : "number" }, text);
}
