import { format, type Table } from "../table";
import { axis, cut, escaped, legend, tooltip, upright, type Drawing } from "./chart";
import { look, type Theme } from "./theme";

/** Lying bars, one group a category; whiskers from low to high where the table has them. */
export function bar(table: Table, theme: Theme, width: number): Drawing {
  const { category = "", value = "", low, high } = table.encoding;
  const categories = table.distinct(category!);
  const groups = table.series();
  const head = legend(theme, groups.map(group => group.name), width, { width: 20 });
  const column = table.column(value!);
  const series: unknown[] = [];
  groups.forEach((group, index) => {
    const rows = new Map(group.rows.map(row => [table.text(row, category), row]));
    series.push({
      type: "bar",
      name: group.name,
      color: look(theme, index).colour,
      itemStyle: { borderRadius: 2, opacity: table.has(low) ? 0.75 : 1 },
      barMaxWidth: 18,
      data: categories.map(name => table.number(rows.get(name) ?? [], value)),
      label: {
        show: groups.length === 1 && !table.has(low),
        position: "right",
        color: theme.soft,
        fontSize: 12,
        formatter: (item: { value: number | null }) => (item.value === null ? "" : format(item.value, column)),
      },
    });
    if (!table.has(low) || !table.has(high)) return;
    series.push(whiskers(group.name, categories.map((name, place) => {
      const row = rows.get(name) ?? [];
      return [place, table.number(row, low), table.number(row, high)];
    }), index, groups.length, theme));
  });
  series.push(upright(0, theme.soft));

  return {
    height: 60 + head.height + categories.length * Math.max(26, groups.length * 16 + 10),
    points: table.rows.length,
    option: {
      grid: { left: 8, right: 64, top: head.height + 8, bottom: 28, containLabel: true },
      ...head.option,
      tooltip: {
        ...tooltip(theme),
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (items: { seriesType: string; seriesName: string; marker: string; name: string; value: number | null }[]) => {
          const bars = items.filter(item => item.seriesType === "bar");
          const lines = bars.map(item => `${item.marker}${escaped(item.seriesName.startsWith("series\u0000") ? "" : item.seriesName)} <b>${escaped(format(item.value, column))}</b>`);
          return [escaped(bars[0]?.name ?? ""), ...lines].join("<br>");
        },
      },
      xAxis: { ...axis(theme, column.title), type: "value", nameLocation: "middle", nameGap: 28 },
      yAxis: {
        ...axis(theme),
        type: "category",
        data: categories,
        inverse: true,
        axisLabel: { color: theme.ink, fontSize: 12, interval: 0, formatter: (name: string) => cut(name, width < 500 ? 16 : 36) },
      },
      series,
    },
  };
}

function whiskers(name: string, data: (number | null)[][], index: number, groups: number, theme: Theme): object {
  return {
    type: "custom",
    name,
    silent: true,
    z: 4,
    data,
    encode: { x: [1, 2], y: 0 },
    tooltip: { show: false },
    renderItem: (_: unknown, api: { value(place: number): number; coord(point: number[]): number[]; size(point: number[]): number[] }) => {
      if (Number.isNaN(api.value(1)) || Number.isNaN(api.value(2))) return null;
      const step = Math.min(18, (api.size([0, 1])[1]! * 0.8) / groups);
      const shift = (index - (groups - 1) / 2) * step * 1.15;
      const [from = 0, middle = 0] = api.coord([api.value(1), api.value(0)]);
      const [to = 0] = api.coord([api.value(2), api.value(0)]);
      const y = middle + shift;
      const stroke = { stroke: theme.ink, lineWidth: 1.2 };
      return {
        type: "group",
        children: [[from, y, to, y], [from, y - 4, from, y + 4], [to, y - 4, to, y + 4]].map(([x1, y1, x2, y2]) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: stroke })),
      };
    },
  };
}
