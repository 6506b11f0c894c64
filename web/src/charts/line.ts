import { format, range, type Table } from "../table";
import { axis, escaped, legend, tooltip, type Drawing } from "./chart";
import { look, type Theme } from "./theme";

const fewPoints = 40;
const fewSeries = 6;
const marksOfALine = 8;

/** Lines over x, with bands from low to high where the table has them. */
export function line(table: Table, theme: Theme, width: number): Drawing {
  const { x = "", y = "", low, high, dash, log } = table.encoding;
  const columns = { x: table.column(x!), y: table.column(y!) };
  const categories = columns.x.type === "text" ? table.distinct(x!) : null;
  const groups = table.series();
  const head = legend(theme, groups.map(group => group.name), width, { width: 34 });
  const banded = table.has(low) && table.has(high);
  const series: unknown[] = [];
  groups.forEach((group, index) => {
    const { colour, symbol, dash: type } = look(theme, index);
    const at = (row: (typeof group.rows)[number]) => (categories ? table.text(row, x!) : table.number(row, x));
    const apart = Math.max(1, Math.ceil(group.rows.length / marksOfALine));
    const thinned = group.rows.length > fewPoints || groups.length > fewSeries;
    series.push({
      type: "line",
      name: group.name,
      data: group.rows.map(row => [at(row), positive(table.number(row, y), log)]),
      color: colour,
      lineStyle: { width: groups.length > fewSeries ? 1.5 : 2, type },
      symbol,
      // Of a long line a few points, elsewhere for every series, have the mark that the legend has.
      symbolSize: (_: unknown, point: { dataIndex: number }) => (!thinned || (point.dataIndex + index) % apart === 0 ? 7 : 0),
      showSymbol: groups.length > 1 || group.rows.length <= fewPoints,
      showAllSymbol: true,
      triggerLineEvent: true,
      connectNulls: false,
      ...(groups.length > 1 ? { emphasis: { focus: "series" } } : {}),
      z: 3,
    });
    if (banded) series.push(band(group.name, group.rows.map(row => [at(row), table.number(row, low), table.number(row, high)]), colour));
  });
  if (dash === "diagonal") series.push(diagonal(table, x!, y!, theme));

  return {
    height: Math.round(Math.min(360, Math.max(260, width * 0.5))) + head.height,
    points: table.rows.length,
    option: {
      grid: { left: 8, right: 24, top: head.height + 32, bottom: 30, containLabel: true },
      ...head.option,
      tooltip: {
        ...tooltip(theme),
        trigger: "axis",
        formatter: (items: Tip[]) => tip(items, value => format(value, columns.x), value => format(value, columns.y)),
      },
      xAxis: {
        ...axis(theme, columns.x.title),
        type: categories ? "category" : "value",
        ...(categories ? { data: categories } : { scale: true }),
        nameLocation: "middle",
        nameGap: 30,
        splitLine: { show: false },
      },
      yAxis: { ...axis(theme, columns.y.title), type: log ? "log" : "value", scale: true, nameTextStyle: { color: theme.soft, fontSize: 12, align: "left" } },
      series,
    },
  };
}

interface Tip {
  seriesName: string;
  seriesType: string;
  marker: string;
  value: [string | number, number | null];
}

function tip(items: Tip[], atX: (value: string | number) => string, atY: (value: number | null) => string): string {
  const lines = items.filter(item => item.seriesType === "line" && item.value[1] !== null && !item.seriesName.startsWith("\u200b"));
  if (lines.length === 0) return "";
  const rows = lines.map(item => `${item.marker}${escaped(item.seriesName)} <b>${escaped(atY(item.value[1]))}</b>`);
  return [escaped(atX(lines[0]!.value[0])), ...rows].join("<br>");
}

function positive(value: number | null, log: boolean | null | undefined): number | null {
  return log && value !== null && value <= 0 ? null : value;
}

/** The area between low and high, one polygon for every run of points that have both. */
function band(name: string, points: (string | number | null)[][], colour: string): object {
  const runs: (string | number | null)[][][] = [[]];
  for (const point of points) {
    if (point.some(value => value === null)) runs.push([]);
    else runs.at(-1)!.push(point);
  }

  const whole = runs.filter(run => run.length > 1);
  return {
    type: "custom",
    name,
    silent: true,
    color: colour,
    clip: true,
    z: 1,
    data: points,
    dimensions: ["x", "low", "high"],
    encode: { x: 0, y: [1, 2] },
    tooltip: { show: false },
    renderItem: (params: { dataIndex: number }, api: { coord(point: unknown[]): number[] }) => {
      if (params.dataIndex !== 0) return null;
      return {
        type: "group",
        children: whole.map(run => ({
          type: "polygon",
          shape: { points: [...run.map(point => api.coord([point[0], point[1]])), ...run.map(point => api.coord([point[0], point[2]])).reverse()] },
          style: { fill: colour, opacity: 0.16 },
        })),
      };
    },
  };
}

/** Where y is x, over what both columns span. */
function diagonal(table: Table, x: string, y: string, theme: Theme): object {
  const [from, to] = range(table.numbers(x).concat(table.numbers(y))) ?? [0, 1];
  return {
    type: "line",
    name: "\u200bdiagonal",
    data: [[from, from], [to, to]],
    symbol: "none",
    silent: true,
    color: theme.soft,
    lineStyle: { width: 1, type: [4, 4] },
    z: 2,
  };
}
