import type { Cell, Figure } from "../document";

/** All rows of a figure with every digit; names of the columns first. */
export function csv(figure: Figure): string {
  const lines = [figure.columns.map(column => column.name), ...figure.rows];
  return lines.map(line => line.map(field).join(",")).join("\r\n") + "\r\n";
}

function field(value: Cell): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
