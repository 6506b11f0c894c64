import { element } from "../page";
import type { Listed } from "./events";
import { state } from "./chooser";
import type { RunLog } from "./log";
import { count, duration, ending, fixed, small } from "./words";

const heads = ["Run", "State", "Epoch", "Step", "Loss", "Best", "Learning rate", "Rows/s", "Trained", "Left"] as const;

/** Where every run stands, in numbers that change in place. */
export class Status {
  readonly section: HTMLElement;
  private readonly body = element("tbody");
  private readonly news = element("p", { class: "news", role: "status" });
  private readonly trouble = element("p", { class: "trouble", role: "alert" });
  private readonly fault = element("p", { class: "trouble", role: "alert" });

  constructor() {
    this.section = element("section", { class: "status", "aria-label": "Where the runs stand" },
      this.trouble,
      this.fault,
      element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of runs" },
        element("table", { class: "data" }, element("thead", {}, element("tr", {}, ...heads.map((head, place) => element("th", { scope: "col", class: place > 1 ? "number" : null }, head)))), this.body)),
      this.news);
  }

  update(runs: readonly RunLog[], listed: (id: string) => Listed | undefined): void {
    while (this.body.rows.length > runs.length) this.body.deleteRow(-1);
    runs.forEach((run, place) => {
      const row = this.body.rows[place] ?? this.body.appendChild(this.row());
      texts(run, listed(run.id)).forEach((text, column) => {
        const cell = row.cells[column]!;
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  }

  /** Something happened that a reader who does not look should hear of. */
  tell(text: string): void {
    this.news.textContent = text;
  }

  /** A fault of this page: what it shows may have stopped. */
  failure(message: string): void {
    const text = `Something on this page has failed (${message}). Load it again; the training is not touched by it.`;
    this.fault.classList.add("shown");
    // Said once: a fault may come again with every drawing.
    if (this.fault.textContent !== text) this.fault.textContent = text;
  }

  connection(trouble: string | null): void {
    if (this.trouble.textContent !== (trouble ?? "")) this.trouble.textContent = trouble ?? "";
    this.trouble.classList.toggle("shown", trouble !== null);
  }

  private row(): HTMLTableRowElement {
    return element("tr", {}, ...heads.map((_, place) => element(place === 0 ? "th" : "td", place === 0 ? { scope: "row" } : { class: place > 1 ? "number" : null })));
  }
}

function texts(run: RunLog, listed: Listed | undefined): string[] {
  const { last, run: head, best } = run;
  const steps = head ? head.epochs * head.steps_per_epoch : 0;
  return [
    run.id,
    run.end ? (listed ? state(listed) : run.end.reason) : listed ? state(listed) : "not read yet",
    last && head ? `${last.epoch} of ${head.epochs}` : "–",
    last ? (steps > 0 ? `${count(last.step)} of ${count(steps)}` : count(last.step)) : "–",
    fixed(last?.loss),
    best ? fixed(best.value) : "–",
    small(last?.rate),
    last ? count(last.rows_per_second) : "–",
    duration(run.end?.seconds ?? last?.seconds),
    run.end ? "–" : duration(last?.left_seconds),
  ];
}

/** What to tell of an event of a run; null where it is none to tell of. */
export function news(run: RunLog, event: { event: string }): string | null {
  const monitor = run.run?.monitor ?? "the monitor";
  if (event.event === "end" && run.end) return `${run.id}: ${ending(run.end, monitor)}.`;
  const validation = run.validations.at(-1);
  if (event.event !== "validation" || !validation) return null;
  return `${run.id}: validation at step ${count(validation.step)}, ${monitor} ${fixed(validation.value)}${validation.improved ? ", the best so far" : `; the best is ${fixed(validation.best)}`}.`;
}
