import type { Cell, Column } from "../document";
import { element, scrolled } from "../page";
import { format, range as ends, signed, verdictMarks, verdictOf, type Table } from "../table";
import { axis, chart, cut, escaped, tooltip, type Drawing, type View } from "./chart";
import { inkOn, onTheme, shade, theme as current, type Theme } from "./theme";

const mostCells = 600;
const mostColumns = 24;
const wideColumns = 8;
const unbroken = 16;
/** Of differences that are judged so many have colours of their own: a few huge ones would leave all others grey. */
const coloured = 0.9;

/** A matrix of colours: with few cells a table whose cells print their values, with many a chart. */
export function heat(host: HTMLElement, first: Table): View {
  let table = first;
  let drawn: View | undefined;
  let kind = "";

  function show(): void {
    const { x = "", y = "" } = table.encoding;
    const [columns, rows] = [table.distinct(x!).length, table.distinct(y!).length];
    const wanted = columns <= mostColumns && columns * rows <= mostCells ? "cells" : "chart";
    if (wanted === kind && drawn) {
      drawn.update(table);
      return;
    }

    drawn?.dispose();
    kind = wanted;
    drawn = wanted === "cells" ? cells(host, table) : chart(host, matrix, table);
  }

  show();
  return {
    update(next) {
      table = next;
      show();
    },
    dispose: () => drawn?.dispose(),
  };
}

/** The colours of a table: gain and loss only around 0; around another value neither side is better. */
function stopsOf(table: Table, theme: Theme): string[] {
  const { scale: kind, center } = table.encoding;
  if (kind !== "diverging") return theme.sequential;
  return center ? theme.balance : theme.diverging;
}

/** Values as their cells print them: differences with their sign. */
function reader(table: Table, column: Column): (value: number) => string {
  return table.encoding.scale === "diverging" && !table.encoding.center ? value => signed(value, column) : value => format(value, column);
}

/** Where a value lies between the ends of the scale, 0 … 1; beyond them where ends are cut. */
function scale(table: Table, cut = false): { place(value: number): number; from: number; to: number; center: number | null } {
  const { value = "", scale: kind, center } = table.encoding;
  const [least, most] = ends(table.numbers(value!)) ?? [0, 1];
  if (kind === "diverging") {
    const middle = center ?? 0;
    const distances = table.numbers(value!).map(at => Math.abs(at - middle)).sort((a, b) => a - b);
    const reach = (cut && table.has(table.encoding.verdict) && distances[Math.floor((distances.length - 1) * coloured)]) || distances.at(-1) || 1;
    return { place: at => 0.5 + (at - middle) / (2 * reach), from: middle - reach, to: middle + reach, center: middle };
  }

  // Shares begin at nothing: an unused expert is pale even where all are used.
  const from = least >= 0 && least < most * 0.5 ? 0 : least;
  return { place: at => (most > from ? (at - from) / (most - from) : 0.5), from, to: most, center: null };
}

function cells(host: HTMLElement, first: Table): View {
  let table = first;

  function show(): void {
    const { x = "", y = "", value = "", low, high, text } = table.encoding;
    const stops = stopsOf(table, current());
    const range = scale(table, true);
    const column = table.column(value!);
    const show = reader(table, column);
    const [across, down] = [table.distinct(x!), table.distinct(y!)];
    const rows = new Map(table.rows.map(row => [`${table.text(row, y)}\u0000${table.text(row, x)}`, row]));
    const body = down.map(name => element("tr", {},
      element("th", { scope: "row" }, name),
      ...across.map(other => {
        const row = rows.get(`${name}\u0000${other}`);
        const at = row ? table.number(row, value) : null;
        if (!row || at === null) return element("td", { class: "none" }, "–");
        const [from, to] = [table.number(row, low), table.number(row, high)];
        const background = shade(stops, range.place(at));
        const cell = element("td", {}, element("span", { class: "value" }, table.has(text) ? table.text(row, text) : marked(table, row, range.center === 0 ? show(at) : short(at, column))));
        if (from !== null && to !== null) cell.append(element("span", { class: "range" }, `${format(from, { ...column, unit: null })} … ${format(to, { ...column, unit: null })}`));
        cell.style.background = background;
        cell.style.color = inkOn(background);
        const verdict = verdictOf(table, row);
        if (verdict === "gain" || verdict === "loss") cell.classList.add("decided");
        return cell;
      })));
    const head = element("tr", {},
      element("th", { scope: "col", class: "corner" }, table.column(y!).title === "" ? "" : `${table.column(y!).title} \\ ${table.column(x!).title}`),
      ...bare(across, table.column(x!).title).map(name => element("th", { scope: "col", class: name.length <= unbroken && !/\s/.test(name) ? "unbroken" : null }, name)));
    host.style.height = "";
    host.replaceChildren(
      scrolled({ role: "group", "aria-label": column.title },
        element("table", { class: across.length > wideColumns ? "heat dense" : "heat" }, element("thead", {}, head), element("tbody", {}, ...body))),
      key(range, ends(table.numbers(value!)) ?? [range.from, range.to], stops, show));
  }

  show();
  const forget = onTheme(show);
  return {
    update(next) {
      table = next;
      show();
    },
    dispose() {
      forget();
      host.replaceChildren();
    },
  };
}

/** A value with what was decided of it: ▲, ▼ or ·. */
function marked(table: Table, row: readonly Cell[], value: string): string {
  const verdict = verdictOf(table, row);
  return verdict === null ? value : `${value} ${verdictMarks[verdict]}`;
}

/** Names without the word that all begin with and the corner says: “expert 3” is 3 in a column of experts. */
function bare(names: readonly string[], title: string): readonly string[] {
  const word = `${title.toLowerCase()} `;
  return names.every(name => name.toLowerCase().startsWith(word)) ? names.map(name => name.slice(word.length)) : names;
}

/** A value in a narrow cell: what rounds to nothing is told from nothing. */
function short(value: number, column: Column): string {
  const least = 10 ** -(column.digits ?? 4);
  return value > 0 && value < 0.5 * least ? `<${least.toFixed(column.digits ?? 4)}` : format(value, column);
}

/** The scale's colours with the values at their ends, and whether there are values beyond. */
function key(range: { from: number; to: number }, [least, most]: [number, number], stops: readonly string[], show: (value: number) => string): HTMLElement {
  const bar = element("span", { class: "bar" });
  bar.style.background = `linear-gradient(to right, ${stops.join(",")})`;
  return element("div", { class: "key", "aria-hidden": "true" }, element("span", {}, `${show(range.from)}${least < range.from ? " and below" : ""}`), bar, element("span", {}, `${show(range.to)}${most > range.to ? " and above" : ""}`));
}

function matrix(table: Table, theme: Theme, width: number): Drawing {
  const { x = "", y = "", value = "", low, high, text } = table.encoding;
  const [across, down] = [table.distinct(x!), table.distinct(y!)];
  const places = { x: new Map(across.map((name, place) => [name, place])), y: new Map(down.map((name, place) => [name, place])) };
  const range = scale(table);
  const column = table.column(value!);
  const show = reader(table, column);
  const decided = new Map(table.rows.map(row => [`${places.x.get(table.text(row, x))} ${places.y.get(table.text(row, y))}`, row]));
  const at = (cell: readonly number[]) => decided.get(`${cell[0]} ${cell[1]}`);

  function told(cell: readonly [number, number, number]): string[] {
    const row = at(cell);
    if (!row) return [];
    const [from, to, verdict] = [table.number(row, low), table.number(row, high), verdictOf(table, row)];
    return [
      table.has(text) ? table.text(row, text) : show(cell[2]),
      ...(from === null || to === null ? [] : [`${format(from, column)} … ${format(to, column)}`]),
      ...(verdict === null ? [] : [`${verdictMarks[verdict]} ${verdict}`]),
    ];
  }

  /** What is decided is marked also where cells are too small for values; colour alone would not say it. */
  function mark(cell: readonly number[]): string {
    const row = at(cell);
    const verdict = row ? verdictOf(table, row) : null;
    return verdict === "gain" || verdict === "loss" ? verdictMarks[verdict] : "";
  }

  const labels = { color: theme.soft, fontSize: 11, formatter: (name: string) => cut(name, 18) };
  return {
    height: Math.min(1100, Math.max(260, 110 + down.length * Math.max(6, Math.min(20, (width / across.length) * 0.8)))),
    points: across.length * down.length,
    option: {
      grid: { left: 8, right: 16, top: 28, bottom: 64, containLabel: true },
      tooltip: {
        ...tooltip(theme),
        formatter: (item: { value: [number, number, number] }) =>
          [down[item.value[1]] ?? "", across[item.value[0]] ?? "", ...told(item.value)].map(escaped).join("<br>"),
      },
      xAxis: { ...axis(theme), type: "category", data: across, splitLine: { show: false }, axisLabel: { ...labels, rotate: 45 } },
      yAxis: {
        ...axis(theme, `${table.column(y!).title} ↓  ${table.column(x!).title} →`),
        type: "category",
        data: down,
        inverse: true,
        nameLocation: "start",
        nameGap: 10,
        // From the axis on: before it there is only the room of the names, which may be short.
        nameTextStyle: { color: theme.soft, fontSize: 12, align: "left" },
        splitLine: { show: false },
        axisLabel: labels,
      },
      visualMap: {
        type: "continuous",
        min: range.from,
        max: range.to > range.from ? range.to : range.from + 1,
        calculable: false,
        orient: "horizontal",
        left: "center",
        bottom: 0,
        itemHeight: 160,
        itemWidth: 12,
        text: [show(range.to), show(range.from)],
        textStyle: { color: theme.soft },
        inRange: { color: stopsOf(table, theme) },
      },
      series: [{
        type: "heatmap",
        data: table.rows.map(row => [places.x.get(table.text(row, x)), places.y.get(table.text(row, y)), table.number(row, value) ?? "-"]),
        progressive: 0,
        ...(table.has(table.encoding.verdict)
          ? { label: { show: true, color: theme.ink, fontSize: 9, formatter: (item: { value: number[] }) => mark(item.value) } }
          : {}),
      }],
    },
  };
}
