import { format, type Table } from "../table";
import { cut, escaped, tooltip, type Drawing } from "./chart";
import type { Theme } from "./theme";

const nodeWidth = 14;

/** Streams from node to node (a Sankey diagram); a link that would lead back is left to the table. */
export function flow(table: Table, theme: Theme, width: number): Drawing {
  const { from = "", to = "", value = "", layer, text } = table.encoding;
  const links = forward(table.rows.map(row => {
    const step = table.number(row, layer);
    return { source: node(step, table.text(row, from)), target: node(step === null ? null : step + 1, table.text(row, to)), value: table.number(row, value) ?? 0 };
  }));
  const names = [...new Set(links.flatMap(link => [link.source, link.target]))];
  const depths = layer === undefined ? depthsOf(names, links) : new Map(names.map(name => [name, Number(name.slice(0, name.indexOf("\u0000")))]));
  const widest = Math.max(1, ...[...new Set(depths.values())].map(depth => names.filter(name => depths.get(name) === depth).length));
  const last = Math.max(0, ...depths.values());
  const column = table.column(value!);
  const length = width < 600 ? 12 : 26;
  // What the nodes of a step are, above them.
  const headings = new Map(text === undefined ? [] : table.rows.map(row => [(table.number(row, layer) ?? 0) + 1, table.text(row, text)]));
  const [top, left, right] = [headings.size > 0 ? 34 : 12, 8, width < 600 ? 80 : 160];
  const step = last > 0 ? (width - left - right - nodeWidth) / last : 0;
  return {
    height: Math.min(900, Math.max(280, widest * 34 + 40)),
    points: links.length,
    option: {
      graphic: [...headings].map(([depth, heading]) => ({
        type: "text",
        silent: true,
        left: left + depth * step,
        top: 4,
        style: { text: cut(heading, Math.max(8, Math.floor((depth === last ? right : step) / 7))), fill: theme.soft, fontSize: 12 },
      })),
      tooltip: {
        ...tooltip(theme),
        formatter: (item: { dataType: string; name: string; value: number; data: { source: string; target: string } }) =>
          (item.dataType === "edge" ? `${escaped(bare(item.data.source))} → ${escaped(bare(item.data.target))}` : escaped(bare(item.name))) + ` <b>${escaped(format(item.value, column))}</b>`,
      },
      series: [{
        type: "sankey",
        left,
        right,
        top,
        bottom: 12,
        nodeGap: 18,
        nodeWidth,
        draggable: false,
        emphasis: { focus: "adjacency" },
        data: names.map(name => ({
          name,
          // Where steps are known, a node whose small streams were left out keeps its place.
          ...(layer === undefined ? {} : { depth: depths.get(name) }),
          itemStyle: { color: theme.series[(depths.get(name) ?? 0) % theme.series.length] },
          label: { position: "right" as const, fontWeight: depths.get(name) === last ? ("bold" as const) : ("normal" as const) },
        })),
        links,
        lineStyle: { color: "source", opacity: 0.28, curveness: 0.5 },
        label: { color: theme.ink, fontSize: 12, textBorderColor: theme.paper, textBorderWidth: 3, formatter: (item: { name: string }) => cut(bare(item.name), length) },
      }],
    },
  };
}

/** A node by its step too: a scenario that is called like a task is another node. */
function node(step: number | null, name: string): string {
  return step === null ? name : `${step}\u0000${name}`;
}

function bare(name: string): string {
  return name.slice(name.indexOf("\u0000") + 1);
}

interface Link {
  source: string;
  target: string;
  value: number;
}

/** Leaves out what would make the diagram turn in a circle, which it cannot show. */
function forward(links: Link[]): Link[] {
  const next = new Map<string, string[]>();
  const reaches = (from: string, to: string): boolean => from === to || (next.get(from) ?? []).some(name => reaches(name, to));
  return links.filter(link => {
    if (!(link.value > 0) || reaches(link.target, link.source)) return false;
    next.set(link.source, [...(next.get(link.source) ?? []), link.target]);
    return true;
  });
}

/** How many links at most lead to a node. */
function depthsOf(names: string[], links: Link[]): Map<string, number> {
  const depths = new Map(names.map(name => [name, 0]));
  for (let round = 0; round < names.length; round++) {
    let changed = false;
    for (const { source, target } of links) {
      if (depths.get(target)! > depths.get(source)!) continue;
      depths.set(target, depths.get(source)! + 1);
      changed = true;
    }

    if (!changed) break;
  }

  return depths;
}
