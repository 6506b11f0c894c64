// What a report says; written by Switchyard.Reports. A figure is a table and how to draw it, so every figure has its table.

export type Cell = string | number | null;

export type Kind = "heat" | "line" | "interval" | "bar" | "scatter" | "flow" | "table";

export interface Column {
  name: string;
  title: string;
  type: "text" | "number" | "integer";
  unit?: string | null;
  /** Decimals shown; the CSV file has nine digits. */
  digits?: number | null;
}

/** Names of the columns that are drawn, and how; which are read depends on the kind. */
export interface Encoding {
  x?: string | null;
  y?: string | null;
  value?: string | null;
  low?: string | null;
  high?: string | null;
  text?: string | null;
  series?: string | null;
  category?: string | null;
  label?: string | null;
  size?: string | null;
  from?: string | null;
  to?: string | null;
  layer?: string | null;
  scale?: "sequential" | "diverging" | null;
  center?: number | null;
  zero?: number | null;
  /** Column that says gain, loss or undecided: what a test corrected for all of them decides, which an interval alone does not. */
  verdict?: string | null;
  /** A reference line to compare with. */
  dash?: "diagonal" | null;
  /** The value axis (a line's y) is logarithmic. */
  log?: boolean | null;
}

export interface Figure {
  /** Unique in the page. */
  id: string;
  title: string;
  /** What the figure shows and what to read from these data; the figure's text alternative. */
  description: string;
  kind: Kind;
  encoding: Encoding;
  columns: Column[];
  rows: Cell[][];
  /** Columns of which the reader sees one value at a time. */
  select?: string[] | null;
  note?: string | null;
}

export type Tone = "good" | "bad" | "neutral";

export interface Section {
  id: string;
  title: string;
  text?: string[] | null;
  figures: Figure[];
}

export interface Provenance {
  command?: string | string[] | null;
  configuration?: string | null;
  comparison?: string | null;
  facts: [string, Cell][];
}

export interface ReportDocument {
  version: 1;
  kind: "run" | "comparison";
  title: string;
  created: string;
  product: string;
  /** What the report is of, in one sentence. */
  opening: string;
  summary: { text: string; tone: Tone }[];
  sections: Section[];
  provenance: Provenance;
}
