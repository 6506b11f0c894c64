import type { Figure, Kind } from "../document";
import { Table } from "../table";
import { bar } from "./bar";
import { chart, type View } from "./chart";
import { flow } from "./flow";
import { heat } from "./heat";
import { interval } from "./interval";
import { line } from "./line";
import { scatter } from "./scatter";

type Drawn = Exclude<Kind, "table">;

const kinds: Record<Drawn, (host: HTMLElement, table: Table) => View> = {
  heat,
  line: (host, table) => chart(host, line, table),
  interval: (host, table) => chart(host, interval, table),
  bar: (host, table) => chart(host, bar, table),
  scatter: (host, table) => chart(host, scatter, table),
  flow: (host, table) => chart(host, flow, table),
};

/** What a page holds of a figure it has drawn. */
export interface Handle {
  update(figure: Figure): void;
  dispose(): void;
}

/** Draws a table into an element as a kind of chart. */
export function draw(host: HTMLElement, kind: Drawn, table: Table): View {
  return kinds[kind](host, table);
}

/** Draws a figure's chart alone, without its title and table; nothing for a figure that is only a table. */
export function render(host: HTMLElement, figure: Figure): Handle {
  if (figure.kind === "table") return { update() {}, dispose() {} };
  const view = draw(host, figure.kind, new Table(figure));
  return { update: next => view.update(new Table(next)), dispose: () => view.dispose() };
}

export type { View } from "./chart";
