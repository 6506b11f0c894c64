import type { Cell, Figure } from "../document";

/** A spreadsheet takes a text that begins so for a formula. */
const formula = /^[=+\-@\t\r]/;

/** All rows of a figure with nine digits, as the page has them; names of the columns first. */
export function csv(figure: Figure): string {
  const lines = [figure.columns.map(column => column.name), ...figure.rows];
  return lines.map(line => line.map(field).join(",")).join("\r\n") + "\r\n";
}

function field(value: Cell): string {
  if (value === null || value === undefined) return "";
  // Names come from data that others wrote: ' before a formula makes it a text.
  const text = typeof value === "string" && formula.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
