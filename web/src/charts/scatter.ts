import { format, range, type Table } from "../table";
import { axis, escaped, legend, tooltip, type Drawing } from "./chart";
import { look, type Theme } from "./theme";

const fewLabels = 120;

/** Points in a plane, with their labels where there is room. */
export function scatter(table: Table, theme: Theme, width: number): Drawing {
  const { x = "", y = "", label, size } = table.encoding;
  const groups = table.series();
  const head = legend(theme, groups.map(group => group.name), width, { width: 14 });
  const largest = table.has(size) ? Math.max(range(table.numbers(size))?.[1] ?? 0, 1e-12) : 1;
  const columns = { x: table.column(x!), y: table.column(y!) };
  return {
    height: Math.round(Math.min(460, Math.max(300, width * 0.6))) + head.height,
    points: table.rows.length,
    option: {
      grid: { left: 8, right: table.has(label) ? 90 : 28, top: head.height + 32, bottom: 30, containLabel: true },
      ...head.option,
      tooltip: {
        ...tooltip(theme),
        formatter: (item: { data: { name: string; value: number[] } }) =>
          `<b>${escaped(item.data.name)}</b><br>${escaped(columns.x.title)} ${escaped(format(item.data.value[0], columns.x))}<br>${escaped(columns.y.title)} ${escaped(format(item.data.value[1], columns.y))}`,
      },
      xAxis: { ...axis(theme, columns.x.title), type: "value", scale: true, nameLocation: "middle", nameGap: 30 },
      yAxis: { ...axis(theme, columns.y.title), type: "value", scale: true, nameTextStyle: { color: theme.soft, fontSize: 12, align: "left" } },
      series: groups.map((group, index) => ({
        type: "scatter",
        name: group.name,
        color: look(theme, index).colour,
        symbol: look(theme, index).symbol,
        itemStyle: { opacity: 0.85, borderColor: theme.paper, borderWidth: 1 },
        data: group.rows.map(row => ({
          name: table.text(row, label),
          value: [table.number(row, x), table.number(row, y)],
          symbolSize: table.has(size) ? 8 + 26 * Math.sqrt((table.number(row, size) ?? 0) / largest) : 11,
        })),
        label: {
          show: table.has(label) && table.rows.length <= fewLabels,
          position: "right",
          distance: 6,
          color: theme.ink,
          fontSize: 12,
          formatter: (item: { name: string }) => item.name,
        },
        labelLayout: { hideOverlap: true, moveOverlap: "shiftY" },
      })),
    },
  };
}
