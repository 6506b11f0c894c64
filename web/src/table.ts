import type { Cell, Column, Encoding, Figure } from "./document";

/** The rows of a figure, read by the names of its columns. */
export class Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Cell[][];
  readonly encoding: Encoding;
  private readonly places: Map<string, number>;

  constructor(figure: Pick<Figure, "columns" | "rows" | "encoding">) {
    this.columns = figure.columns;
    this.rows = figure.rows;
    this.encoding = figure.encoding;
    this.places = new Map(figure.columns.map((column, place) => [column.name, place]));
  }

  has(name: string | null | undefined): name is string {
    return name != null && this.places.has(name);
  }

  column(name: string): Column {
    return this.columns[this.place(name)]!;
  }

  cell(row: readonly Cell[], name: string): Cell {
    return row[this.place(name)] ?? null;
  }

  number(row: readonly Cell[], name: string | null | undefined): number | null {
    if (!this.has(name)) return null;
    const value = this.cell(row, name);
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }

  text(row: readonly Cell[], name: string | null | undefined): string {
    if (!this.has(name)) return "";
    const value = this.cell(row, name);
    return typeof value === "string" ? value : format(value, this.column(name));
  }

  /** The different values of a column, in the order of their first row. */
  distinct(name: string): string[] {
    return [...new Set(this.rows.map(row => this.text(row, name)))];
  }

  numbers(name: string): number[] {
    return this.rows.map(row => this.number(row, name)).filter(value => value !== null);
  }

  /** The rows of every series in order; one without a name where there are no series. */
  series(): { name: string; rows: Cell[][] }[] {
    const name = this.encoding.series;
    if (!this.has(name)) return [{ name: "", rows: [...this.rows] }];
    const groups = new Map<string, Cell[][]>();
    for (const row of this.rows) {
      const key = this.text(row, name);
      const group = groups.get(key);
      if (group) group.push(row);
      else groups.set(key, [row]);
    }

    return [...groups].map(([key, rows]) => ({ name: key, rows }));
  }

  /** The rows in which every named column has the value asked for, without those columns. */
  where(values: ReadonlyMap<string, string>): Table {
    const kept = this.columns.map((column, place) => ({ column, place })).filter(({ column }) => !values.has(column.name));
    const rows = this.rows.filter(row => [...values].every(([name, value]) => this.text(row, name) === value));
    return new Table({
      columns: kept.map(({ column }) => column),
      rows: rows.map(row => kept.map(({ place }) => row[place] ?? null)),
      encoding: this.encoding,
    });
  }

  private place(name: string): number {
    const place = this.places.get(name);
    if (place === undefined) throw new Error(`no column ${name}`);
    return place;
  }
}

/** The least and the most of values, however many; nothing where there are none. */
export function range(values: Iterable<number>): [least: number, most: number] | null {
  let found: [number, number] | null = null;
  for (const value of values) {
    if (found === null) found = [value, value];
    else if (value < found[0]) found[0] = value;
    else if (value > found[1]) found[1] = value;
  }

  return found;
}

export type Verdict = "gain" | "loss" | "undecided";

/** What was decided of a row; null where the table does not judge. */
export function verdictOf(table: Table, row: readonly Cell[]): Verdict | null {
  const text = table.text(row, table.encoding.verdict);
  return text === "gain" || text === "loss" || text === "undecided" ? text : null;
}

/** Verdicts as they stand beside values. */
export const verdictMarks: Record<Verdict, string> = { gain: "▲", loss: "▼", undecided: "·" };

/** A value as the reader sees it; a dash where there is none. */
export function format(value: Cell | undefined, column?: Pick<Column, "digits" | "unit" | "type">): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "string") return value;
  const text = column?.type === "integer" ? grouped(Math.round(value).toString()) : decimal(value, column?.digits ?? 4);
  const unit = column?.unit;
  return unit ? (unit === "%" ? `${text} %` : `${text} ${unit}`) : text;
}

/** A difference: its sign, and as many decimals as its neighbours have, also where it rounds to nothing. */
export function signed(value: number, column: Pick<Column, "digits" | "unit" | "type">): string {
  const digits = column.digits ?? 4;
  const none = column.type !== "integer" && Math.abs(value) < 0.5 * 10 ** -digits;
  const text = none ? (0).toFixed(digits) : format(Math.abs(value), column);
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}

function decimal(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.5 * 10 ** -digits) return value.toExponential(1).replace("-", "−").replace("e-", "e−").replace("e+", "e");
  return grouped(value.toFixed(digits)).replace("-", "−");
}

function grouped(text: string): string {
  const [whole = "", part] = text.split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part === undefined ? groups : `${groups}.${part}`;
}
