import { format, range, signed, verdictMarks, verdictOf, type Table, type Verdict } from "../table";
import { axis, cut, escaped, legend, tooltip, upright, type Drawing } from "./chart";
import { look, type Theme } from "./theme";

const manySeries = 3;

/** Corners in a square of ten by ten. */
const outlines: Record<string, number[][]> = {
  diamond: [[5, 0], [10, 5], [5, 10], [0, 5]],
  triangle: [[5, 0], [10, 10], [0, 10]],
};

interface Point {
  series: string;
  category: string;
  value: number;
  low: number | null;
  high: number | null;
  verdict: Verdict | null;
}

/**
 * Points with whiskers beside a reference. Where the table has verdicts a filled point is decided and a hollow one is not, whatever its interval; without
 * verdicts a filled point's interval does not touch the reference.
 */
export function interval(table: Table, theme: Theme, width: number): Drawing {
  const { category = "", value = "", low, high, zero } = table.encoding;
  const categories = table.distinct(category!);
  const groups = table.series();
  const named = groups.length > 1 || groups[0]?.name !== "";
  const head = legend(theme, groups.map(group => group.name), width, { width: 14, of: index => look(theme, index).symbol });
  const column = table.column(value!);
  const reference = zero ?? null;
  const told = (value: number) => (reference === 0 ? signed(value, column) : format(value, column));
  const series = groups.map((group, index) => {
    const points = group.rows.map(row => ({
      series: group.name,
      category: table.text(row, category),
      value: table.number(row, value),
      low: table.number(row, low),
      high: table.number(row, high),
      verdict: verdictOf(table, row),
    })).filter((point): point is Point => point.value !== null);
    return one(points, group.name, index, groups.length, categories, theme, reference, told);
  });
  const values = [value, low, high].flatMap(name => (table.has(name) ? table.numbers(name) : [])).concat(reference === null ? [] : [reference]);
  const [least, most] = range(values) ?? [0, 1];
  const margin = (most - least) * 0.06 || 0.01;

  return {
    height: head.height + 60 + categories.length * Math.max(28, groups.length * 15 + 12),
    points: table.rows.length * 4,
    option: {
      grid: { left: 8, right: 96, top: head.height + 8, bottom: 32, containLabel: true },
      ...head.option,
      tooltip: {
        ...tooltip(theme),
        trigger: "item",
        formatter: (item: { seriesIndex: number; data: { point: Point } }) => reading(item.data.point, named, told),
      },
      xAxis: {
        ...axis(theme, column.title),
        type: "value",
        scale: true,
        min: least - margin,
        max: most + margin,
        nameLocation: "middle",
        nameGap: 30,
        axisLabel: { color: theme.soft, fontSize: 12, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: (tick: number) => `${Number(tick.toPrecision(6))}`.replace("-", "−") },
      },
      yAxis: {
        ...axis(theme),
        type: "category",
        data: categories,
        inverse: true,
        splitLine: { show: true, interval: 0, lineStyle: { color: theme.rule, opacity: 0.6 } },
        axisTick: { show: false },
        axisLabel: { color: theme.ink, fontSize: 12, interval: 0, formatter: (name: string) => cut(name, width < 500 ? 18 : 48) },
      },
      series: reference === null ? series : [...series, upright(reference, theme.ink)],
    },
  };
}

function reading(point: Point, named: boolean, show: (value: number) => string): string {
  const ends = point.low === null || point.high === null ? "" : `<br>${escaped(show(point.low))} to ${escaped(show(point.high))}`;
  const verdict = point.verdict === null ? "" : `<br>${verdictMarks[point.verdict]} ${point.verdict}`;
  return `${escaped(point.category)}${named ? `<br>${escaped(point.series)}` : ""}<br><b>${escaped(show(point.value))}</b>${ends}${verdict}`;
}

interface Api {
  value(place: number): number;
  coord(point: number[]): number[];
  size(point: number[]): number[];
}

function one(
  points: Point[], name: string, index: number, groups: number, categories: string[], theme: Theme, reference: number | null, show: (value: number) => string,
): object {
  const { colour, symbol } = look(theme, index);
  const places = new Map(categories.map((category, place) => [category, place]));
  return {
    type: "custom",
    name,
    color: colour,
    itemStyle: { color: colour },
    encode: { x: [1, 2, 3], y: 0 },
    data: points.map(point => ({ point, value: [places.get(point.category), point.value, point.low ?? point.value, point.high ?? point.value] })),
    z: 3,
    renderItem: (params: { dataIndex: number; coordSys: { x: number; width: number } }, api: Api) => {
      const point = points[params.dataIndex]!;
      const height = api.size([0, 1])[1]!;
      const [x = 0, middle = 0] = api.coord([api.value(1), api.value(0)]);
      const y = middle + (groups === 1 ? 0 : ((index + 0.5) / groups - 0.5) * Math.max(0, height - 10));
      const [from = x] = api.coord([api.value(2), api.value(0)]);
      const [to = x] = api.coord([api.value(3), api.value(0)]);
      const clear = point.verdict !== null ? point.verdict !== "undecided" : reference === null || point.low === null || point.high === null || point.low > reference || point.high < reference;
      const tint = groups > 1 || reference === null ? colour : sided(point.value - reference, clear, theme);
      const stroke = { stroke: tint, lineWidth: 2 };
      const children: object[] = point.low === null || point.high === null ? [] : [
        { type: "line", shape: { x1: from, y1: y, x2: to, y2: y }, style: stroke },
        { type: "line", shape: { x1: from, y1: y - 4, x2: from, y2: y + 4 }, style: stroke },
        { type: "line", shape: { x1: to, y1: y - 4, x2: to, y2: y + 4 }, style: stroke },
      ];
      children.push({ ...mark(symbol, x, y), style: { fill: clear ? tint : theme.paper, stroke: tint, lineWidth: 2 } });
      // Values stand in a column at the right, clear of whiskers and reference. Among many series a name beside the point is found sooner than a colour in the legend.
      const text = groups === 1 ? `${show(point.value)}${point.verdict === null ? "" : ` ${verdictMarks[point.verdict]}`}` : groups > manySeries ? cut(name, 14) : "";
      if (text) children.push({ type: "text", style: { x: groups === 1 ? params.coordSys.x + params.coordSys.width + 8 : Math.max(to, x) + 8, y, text, fill: theme.soft, fontSize: groups === 1 ? 12 : 11, verticalAlign: "middle" } });

      return { type: "group", children };
    },
  };
}

/** Of points alone on their lines the colour says the side that they are on; those that may be on either have none. */
function sided(difference: number, clear: boolean, theme: Theme): string {
  return clear ? look(theme, difference < 0 ? 1 : 0).colour : theme.soft;
}

/** A symbol of a `Look` around a point. Polygons are drawn anew where a path would keep its first place. */
function mark(symbol: string, x: number, y: number): object {
  if (symbol === "circle") return { type: "circle", shape: { cx: x, cy: y, r: 4.5 } };
  if (symbol === "rect") return { type: "rect", shape: { x: x - 4.5, y: y - 4.5, width: 9, height: 9 } };
  const outline = outlines[symbol] ?? [...symbol.matchAll(/(\d+),(\d+)/g)].map(([, across, down]) => [Number(across), Number(down)]);
  return { type: "polygon", shape: { points: outline.map(([across = 0, down = 0]) => [x - 5 + across, y - 5 + down]) } };
}
