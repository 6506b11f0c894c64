import { element } from "../page";
import type { Listed } from "./events";

/** The runs of the folder, of which the reader chooses what to compare. */
export class Chooser {
  readonly section: HTMLElement;
  chosen: string[] = fromAddress();
  /** None chosen is a choice too. */
  private hasChosen = false;
  private readonly box = element("div", { class: "runs" });
  private readonly none = element("p", { class: "note" }, "No run has written a log here yet. One does as soon as it trains.");
  private listed: Listed[] = [];

  /** @param changed Others are chosen. */
  constructor(private readonly changed: () => void) {
    this.section = element("details", { class: "chooser", open: true }, element("summary", {}, "Runs"), this.none, this.box);
  }

  /** Takes the list; the first time, chooses the training of the server's process, or else the newest run. */
  update(listed: Listed[]): void {
    this.listed = listed;
    this.none.hidden = listed.length > 0;
    if (!(this.hasChosen && this.chosen.length === 0) && !this.chosen.some(id => listed.some(run => run.id === id))) {
      const newest = [...listed].sort((a, b) => Number(b.live) - Number(a.live) || (b.started ?? "").localeCompare(a.started ?? ""))[0];
      if (newest) this.choose([newest.id]);
    }

    this.show();
  }

  find(id: string): Listed | undefined {
    return this.listed.find(run => run.id === id);
  }

  private choose(ids: string[]): void {
    this.chosen = ids;
    const address = new URLSearchParams(ids.map(id => ["run", id]));
    history.replaceState(null, "", `#${address}`);
    this.changed();
  }

  /** Boxes stay the same elements, so that the keyboard's place is kept. */
  private show(): void {
    const kept = new Map([...this.box.querySelectorAll("label")].map(label => [label.dataset.run!, label]));
    const labels = this.listed.map(run => {
      const label = kept.get(run.id) ?? this.label(run.id);
      const input = label.querySelector("input")!;
      input.checked = this.chosen.includes(run.id);
      label.querySelector(".what")!.textContent = `${run.model ?? "unknown model"}, ${state(run)}`;
      return label;
    });
    labels.forEach((label, place) => {
      if (this.box.children[place] !== label) this.box.insertBefore(label, this.box.children[place] ?? null);
    });
    while (this.box.children.length > labels.length) this.box.lastElementChild!.remove();
  }

  private label(id: string): HTMLLabelElement {
    const input = element("input", { type: "checkbox", onchange: () => this.toggle(id) });
    return element("label", { "data-run": id }, input, element("span", { class: "id" }, id), element("span", { class: "what" }));
  }

  private toggle(id: string): void {
    this.hasChosen = true;
    const others = this.chosen.filter(run => run !== id);
    this.choose(others.length < this.chosen.length ? others : [...others, id]);
    this.show();
  }
}

export function state(run: Listed): string {
  const words = { finished: "finished", stopped_early: "stopped early", stopped: "stopped", interrupted: "interrupted", failed: "failed" };
  if (run.ended) return words[run.ended] ?? run.ended;
  if (run.live) return "training here";
  return run.fresh ? "training" : "no end was logged";
}

function fromAddress(): string[] {
  return new URLSearchParams(location.hash.slice(1)).getAll("run");
}
