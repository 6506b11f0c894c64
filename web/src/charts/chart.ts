import type { Table } from "../table";
import { init, type EChartsOption, type EChartsType } from "./echarts";
import { Switches } from "./switches";
import { onPaper, onTheme, theme, type Theme } from "./theme";

/** What a kind of chart makes of a table. */
export interface Drawing {
  /** For ECharts, whose types know nothing of the objects that a series carries for its tooltips. */
  option: object;
  height: number;
  /** Points drawn: many are painted on a canvas, few are vectors. */
  points: number;
}

export type Draw = (table: Table, theme: Theme, width: number) => Drawing;

/** A chart on the page. */
export interface View {
  /** Switches its series on and off; a heat table has none. */
  switches?: HTMLElement;
  update(table: Table): void;
  dispose(): void;
}

const manyPoints = 6000;
const paperWidth = 640;
const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Draws with ECharts, again whenever the table, the width or the colours change. */
export function chart(host: HTMLElement, draw: Draw, first: Table): View {
  let table = first;
  let shown: EChartsType | undefined;
  let renderer = "";
  let width = 0;
  const switches = new Switches();

  function show(): void {
    width = onPaper() ? Math.min(paperWidth, host.clientWidth || paperWidth) : host.clientWidth;
    if (width === 0) return;
    const colours = theme();
    const { option, height, points } = draw(table, colours, width);
    const wanted = points > manyPoints ? "canvas" : "svg";
    host.style.height = `${height}px`;
    if (shown && renderer !== wanted) {
      shown.dispose();
      shown = undefined;
    }

    shown ??= init(host, null, { renderer: wanted, width, height });
    renderer = wanted;
    if (shown.getWidth() !== width || shown.getHeight() !== height) shown.resize({ width, height });
    shown.setOption({ ...common(colours), ...option } as EChartsOption, { notMerge: true });
    switches.update(shown);
    // Paper does not wait for the next frame.
    if (onPaper()) shown.getZr().refreshImmediately();
  }

  const sizes = new ResizeObserver(() => {
    if (!onPaper() && host.clientWidth !== width) show();
  });
  sizes.observe(host);
  const forget = onTheme(show);
  show();
  return {
    switches: switches.list,
    update(next) {
      table = next;
      show();
    },
    dispose() {
      sizes.disconnect();
      forget();
      shown?.dispose();
    },
  };
}

function common(colours: Theme): object {
  return {
    animation: false,
    backgroundColor: "transparent",
    color: colours.series,
    textStyle: { fontFamily: font, color: colours.ink },
  };
}

export function axis(colours: Theme, name?: string): object {
  return {
    name,
    nameTextStyle: { color: colours.soft, fontSize: 12 },
    axisLine: { onZero: false, lineStyle: { color: colours.rule } },
    axisTick: { lineStyle: { color: colours.rule } },
    axisLabel: { color: colours.soft, fontSize: 12 },
    splitLine: { lineStyle: { color: colours.rule, opacity: 0.7 } },
  };
}

/** The names of the series above a chart, as many lines as they take; nothing for a chart of one series without a name. */
export function legend(colours: Theme, names: readonly string[], width: number, icon: { width: number; of?: (index: number) => string }): { height: number; option: object } {
  if (names.length < 2 && !names[0]) return { height: 0, option: {} };
  let lines = 1;
  let used = 0;
  for (const name of names) {
    const taken = icon.width + 18 + name.length * 7;
    if (used > 0 && used + taken > width - 16) {
      lines++;
      used = 0;
    }

    used += taken;
  }

  return {
    height: lines * 22 + 6,
    option: {
      legend: {
        type: "plain",
        top: 0,
        left: 0,
        itemWidth: icon.width,
        itemGap: 12,
        data: names.map((name, index) => (icon.of ? { name, icon: icon.of(index) } : { name })),
        textStyle: { color: colours.ink, fontSize: 12 },
        inactiveColor: colours.soft,
      },
    },
  };
}

/** A line from top to bottom at a value of x. */
export function upright(at: number, colour: string): object {
  return {
    type: "custom",
    silent: true,
    z: 2,
    data: [[at]],
    encode: { x: 0 },
    tooltip: { show: false },
    renderItem: (params: { coordSys: { y: number; height: number } }, api: { coord(point: number[]): number[] }) => {
      const [x = 0] = api.coord([at, 0]);
      const { y, height } = params.coordSys;
      return { type: "line", shape: { x1: x, y1: y, x2: x, y2: y + height }, style: { stroke: colour, lineWidth: 1 } };
    },
  };
}

export function tooltip(colours: Theme): object {
  return {
    confine: true,
    backgroundColor: colours.paper,
    borderColor: colours.rule,
    textStyle: { color: colours.ink, fontSize: 12 },
  };
}

/** Text for a tooltip, which is markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);
}

export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
