import { show } from "../figure";
import type { Handle } from "../charts";
import { element } from "../page";
import { ask, type Answer } from "./answer";
import { figuresOf, type Path } from "./path";
import { isOfRequest, remarks, scores, type RequestPath } from "./scored";
import { MeasuredRow, PastedRequest, RecordedRequest, type Source } from "./sought";
import { count, fixed } from "./words";

interface RowPath extends Path {
  row: number;
  rows: number;
  part: string;
}

type Explained = RowPath | RequestPath;

/** One row of the test part, or one item of a request, and its way through the model. */
export class Explorer {
  readonly section: HTMLElement;
  private readonly row = new MeasuredRow();
  private readonly sources: Source[] = [this.row, new PastedRequest(), new RecordedRequest()];
  private source: Source = this.row;
  private readonly button = element("button", { type: "submit" }, "Show its way");
  private readonly said = element("p", { class: "said", role: "status" });
  private readonly remarks = element("ul", { class: "remarks", "aria-live": "polite", hidden: true });
  private readonly scores = element("div", { class: "figures", hidden: true });
  private readonly figures = element("div", { class: "figures" });
  private scoresHandle: Handle | undefined;
  private handles: Handle[] = [];

  /** @param run The run whose model is looked at; undefined where none that is shown has one. */
  constructor(private readonly run: () => string | undefined) {
    const choices = element("fieldset", { class: "sources" }, element("legend", {}, "Look at"),
      ...this.sources.map((source, place) => element("label", {},
        element("input", { type: "radio", name: "source", checked: place === 0, onchange: () => {
          this.choose(source);
          this.update();
        } }), source.title)));
    const form = element("form", { onsubmit: event => {
      event.preventDefault();
      void this.ask();
    } }, choices, ...this.sources.map(source => source.fields), this.button);
    this.section = element("section", { id: "explorer", "aria-labelledby": "explorer-heading", hidden: true },
      element("h2", { id: "explorer-heading" }, "One row through the model"), form, this.said, this.remarks, this.scores, this.figures);
    this.choose(this.row);
  }

  update(): void {
    const run = this.run();
    this.section.hidden = run === undefined;
    if (run !== undefined) void this.source.offer(run);
  }

  /** Fields of another source are disabled as well: what is not seen must not keep the form from being sent. */
  private choose(chosen: Source): void {
    this.source = chosen;
    for (const source of this.sources) {
      source.fields.hidden = source !== chosen;
      for (const field of source.fields.querySelectorAll("input")) field.disabled = source !== chosen;
    }
  }

  private async ask(): Promise<void> {
    const run = this.run();
    const question = this.source.question();
    if (run === undefined || typeof question === "string") {
      if (typeof question === "string") this.refuse(question);
      return;
    }

    this.button.disabled = true;
    this.said.textContent = "Loading the model…";
    const sent = question.body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: question.body };
    let answer: Answer<Explained>;
    try {
      answer = await ask<Explained>(`explain?${new URLSearchParams({ run, ...question.query })}`, sent);
    } finally {
      this.button.disabled = false;
    }

    // A fault of drawing is one of this page, which tells of it as of any other.
    if ("value" in answer) this.draw(run, answer.value);
    else this.refuse(answer.refused);
  }

  /** What was drawn is of another question: it must not be read as the answer to this one. */
  private refuse(reason: string): void {
    this.said.textContent = reason;
    this.remarks.hidden = this.scores.hidden = this.figures.hidden = true;
  }

  private draw(run: string, path: Explained): void {
    const ofRequest = isOfRequest(path);
    const scenario = Object.entries(path.scenario).map(([column, value]) => `${column} ${value ?? "unknown"}`).join(", ");
    const chances = path.tasks.map(task => `${task.name} ${task.logit === null ? "not finite" : fixed(1 / (1 + Math.exp(-task.logit)))}${task.label === null || task.label === undefined ? "" : ` (label ${task.label})`}`).join(", ");
    const which = ofRequest
      ? `item ${count(path.item)} of ${count(path.items)}${path.id === null ? "" : ` (${path.id})`} of the ${path.record ? "recorded" : "given"} request`
      : `${path.part} row ${count(path.row)} of ${count(path.rows)}`;
    this.said.textContent = `${run}, ${which}: ${scenario === "" ? "no scenario" : scenario}. Probability of every task, given the task before it: ${chances}.`;
    if (!ofRequest) this.row.bound(path.rows);
    this.remarks.replaceChildren(...(ofRequest ? remarks(path) : []).map(remark => element("li", { class: remark.bad ? "bad" : null },
      remark.bad ? element("span", { class: "mark", "aria-hidden": "true" }, "✕ ") : null, remark.text)));
    this.remarks.hidden = this.remarks.childElementCount === 0;
    this.scores.hidden = !ofRequest;
    if (ofRequest) {
      const figure = scores(path);
      if (this.scoresHandle) this.scoresHandle.update(figure);
      else this.scoresHandle = show(this.scores, figure);
    }

    this.figures.hidden = false;
    const figures = figuresOf(path);
    if (this.handles.length > 0) this.handles.forEach((handle, place) => handle.update(figures[place]!));
    else this.handles = figures.map(figure => show(this.figures, figure));
  }
}
