import { element } from "../page";
import { ask } from "./answer";
import { count } from "./words";

/** A recorded request, as the run's model sees it; `refused` says why it takes it not. */
interface Listed {
  name: string;
  refused?: string;
  time: string;
  model: string;
  version: string;
  same_weights: boolean;
  items: number;
  scenario: string;
}

interface Records {
  /** Whether the page was given files of records. */
  given: boolean;
  /** So many there are of what was sought. */
  all: number;
  /** So many of them are newer than those listed. */
  newer: number;
  /** Older ones are asked for by it; null where nothing is listed. */
  oldest?: number | null;
  records: Listed[];
}

/** What to ask the server for. */
export interface Question {
  query: Record<string, string>;
  /** A request that is sent along. */
  body?: string;
}

/** One way to say which row is meant. */
export interface Source {
  title: string;
  fields: HTMLElement;
  /** It is chosen, or another run is. */
  offer(run: string): Promise<void>;
  /** The question; a text says why there is none yet. */
  question(): Question | string;
}

function number(id: string): HTMLInputElement {
  return element("input", { type: "number", min: 0, step: 1, value: 0, id, required: true });
}

/** A row of the part that the model was measured on. */
export class MeasuredRow implements Source {
  readonly title = "a measured row";
  private readonly row = number("row");
  readonly fields = element("div", { class: "row" }, element("label", { for: "row" }, "Row of the test part, from 0"), this.row);

  async offer(): Promise<void> {}

  question(): Question {
    return { query: { row: this.row.value } };
  }

  /** There are so many. */
  bound(rows: number): void {
    this.row.max = String(rows - 1);
  }
}

/** An item of a request that the reader gives. */
export class PastedRequest implements Source {
  readonly title = "a pasted request";
  private readonly text = element("textarea", {
    id: "request", rows: 8, spellcheck: "false", autocapitalize: "off", autocomplete: "off",
    placeholder: '{"scenario": {…}, "user": {…}, "items": [{"id": "a", "fields": {…}}]}', "aria-describedby": "request-note",
  });
  private readonly item = number("request-item");
  readonly fields = element("div", {},
    element("label", { for: "request" }, "Body of a request in JSON"), this.text,
    element("p", { class: "note", id: "request-note" }, "As a server takes it to rank items or to score rows; or a line of a file of records."),
    element("div", { class: "row" }, element("label", { for: "request-item" }, "Item, from 0"), this.item));

  async offer(): Promise<void> {}

  question(): Question | string {
    return this.text.value.trim() === "" ? "Paste a request first." : { query: { item: this.item.value }, body: this.text.value };
  }
}

/** An item of a request that a server has recorded. */
export class RecordedRequest implements Source {
  readonly title = "a recorded request";
  private readonly list = element("select", { id: "record", onchange: () => this.choose() });
  private readonly item = number("record-item");
  private readonly note = element("p", { class: "note", role: "status" });
  private readonly text = element("input", { type: "search", id: "record-text", autocapitalize: "off", autocomplete: "off", spellcheck: "false", onkeydown: event => {
    if ((event as KeyboardEvent).key !== "Enter") return;
    // The form's own button asks for a row's way.
    event.preventDefault();
    void this.load(this.run);
  } });
  private readonly older = element("button", { type: "button", class: "quiet", disabled: true, onclick: () => void this.load(this.run, this.oldest) }, "Older");
  private records: Listed[] = [];
  private oldest: number | undefined;
  private asked = 0;
  private run = "";
  readonly fields = element("div", {},
    element("div", { class: "row" },
      element("label", { for: "record" }, "Recorded request"), this.list,
      element("button", { type: "button", class: "quiet", onclick: () => void this.load(this.run) }, "List the newest"), this.older),
    element("div", { class: "row" }, element("label", { for: "record-text" }, "Only those that contain (an id, a time)"), this.text),
    this.note,
    element("div", { class: "row" }, element("label", { for: "record-item" }, "Item of the recorded request, from 0"), this.item));

  async offer(run: string): Promise<void> {
    if (run !== this.run) await this.load(run);
  }

  question(): Question | string {
    return this.list.value === "" ? "There is no recorded request to choose." : { query: { record: this.list.value, item: this.item.value } };
  }

  private async load(run: string, before?: number): Promise<void> {
    this.run = run;
    const asked = ++this.asked;
    this.note.textContent = "Reading the records…";
    const query = { run, text: this.text.value, ...(before === undefined ? {} : { before: String(before) }) };
    const answer = await ask<Records>(`records?${new URLSearchParams(query)}`);
    // Meanwhile another run may have been chosen, or another list asked for.
    if (asked !== this.asked) return;
    if ("value" in answer) this.show(answer.value);
    else this.fail(answer.refused);
  }

  private fail(text: string): void {
    this.show({ given: true, all: 0, newer: 0, records: [] });
    this.note.textContent = text;
  }

  private show(found: Records): void {
    const before = this.list.value;
    this.records = found.records.filter(record => record.refused === undefined);
    this.list.replaceChildren(...this.records.map(record => element("option", { value: record.name, selected: record.name === before }, describe(record))));
    this.list.disabled = this.records.length === 0;
    this.oldest = found.oldest ?? undefined;
    this.older.disabled = found.newer + found.records.length >= found.all;
    this.note.textContent = found.given ? summary(found, this.records.length) : "This page was given no recorded requests. Start it with switchyard ui RUNS --record FILE, or paste a line of the file.";
    this.choose();
  }

  private choose(): void {
    const chosen = this.records.find(record => record.name === this.list.value);
    if (chosen) this.item.max = String(chosen.items - 1);
    else this.item.removeAttribute("max");
  }
}

function describe(record: Listed): string {
  const items = `${count(record.items)} ${record.items === 1 ? "item" : "items"}`;
  return [moment(record.time), `${record.model} ${record.version}`, items, record.scenario, record.same_weights ? "" : "other weights"].filter(text => text !== "").join(", ");
}

/** The time to the second. */
export function moment(time: string): string {
  return `${time.slice(0, 19).replace("T", " ")} UTC`;
}

function summary(found: Records, fit: number): string {
  const shown = found.records.length;
  const texts = [found.all > shown
    ? `Numbers ${count(found.newer + 1)} to ${count(found.newer + shown)} of ${count(found.all)} are listed, counted from the newest.`
    : `${count(shown)} recorded ${shown === 1 ? "request" : "requests"}.`];
  if (fit < shown) texts.push(`This model does not take ${count(shown - fit)} of them; the newest: ${found.records.find(record => record.refused !== undefined)!.refused}`);
  return texts.join(" ");
}
