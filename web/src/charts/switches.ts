import { element } from "../page";
import type { EChartsType } from "./echarts";

/** The series of a chart as buttons: what its legend does by mouse, the keyboard does here. */
export class Switches {
  readonly list = element("details", { class: "switches", hidden: true }, element("summary", {}, "Series"));
  private readonly row = element("div", { class: "row", role: "group", "aria-label": "Series shown" });
  private readonly off = new Set<string>();
  private names: string[] = [];
  private buttons: HTMLButtonElement[] = [];
  private chart: EChartsType | undefined;

  constructor() {
    this.list.append(this.row);
  }

  /** A chart has been drawn anew: what the reader has switched off stays off. */
  update(chart: EChartsType): void {
    if (chart !== this.chart) {
      this.chart = chart;
      chart.on("legendselectchanged", event => this.changed((event as { selected: Record<string, boolean> }).selected));
    }

    for (const name of this.off) chart.dispatchAction({ type: "legendUnSelect", name });
    const names = named(chart);
    // A button that has the keyboard stays where the series are the same.
    if (names.length === this.names.length && names.every((name, place) => name === this.names[place])) return;
    this.names = names;
    this.buttons = names.map(name => element("button", {
      type: "button",
      class: "quiet",
      "aria-pressed": String(!this.off.has(name)),
      onclick: () => this.chart?.dispatchAction({ type: "legendToggleSelect", name }),
    }, name));
    this.row.replaceChildren(...this.buttons);
    this.list.hidden = names.length < 2;
  }

  private changed(selected: Record<string, boolean>): void {
    for (const [name, on] of Object.entries(selected)) {
      if (on) this.off.delete(name);
      else this.off.add(name);
    }

    this.buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(!this.off.has(this.names[place]!))));
  }
}

function named(chart: EChartsType): string[] {
  const legends = chart.getOption()?.legend as { data?: { name: string }[] }[] | undefined;
  return (legends?.[0]?.data ?? []).map(item => item.name);
}
