import type { ControlEvent, EndEvent, ExpertsEvent, LogEvent, RunEvent, StepEvent, ValidationEvent } from "./events";

/** What the page knows of a run: its log so far. */
export class RunLog {
  run: RunEvent | null = null;
  steps: StepEvent[] = [];
  experts: ExpertsEvent[] = [];
  validations: ValidationEvent[] = [];
  controls: ControlEvent[] = [];
  end: EndEvent | null = null;
  /** Where the server goes on reading. */
  cursor = "";
  /** Grows with every change, so that whoever drew the log knows whether to draw again. */
  version = 0;

  constructor(readonly id: string) {}

  get name(): string {
    return this.id;
  }

  get last(): StepEvent | undefined {
    return this.steps.at(-1);
  }

  get best(): ValidationEvent | undefined {
    return this.validations.findLast(validation => validation.improved);
  }

  /** Takes lines of the log; gives back their events. */
  add(lines: readonly string[], cursor: string, anew: boolean): LogEvent[] {
    if (anew) this.clear();
    this.cursor = cursor;
    this.version++;
    const events = lines.flatMap(line => parse(line) ?? []);
    for (const event of events) this.take(event);
    return events;
  }

  private take(event: LogEvent): void {
    switch (event.event) {
      case "run":
        this.run = event;
        break;
      case "step":
        this.steps.push(event);
        break;
      case "experts":
        this.experts.push(event);
        break;
      case "validation":
        this.validations.push(event);
        break;
      case "control":
        this.controls.push(event);
        break;
      case "end":
        this.end = event;
        return;
    }

    // A resumed run goes on after the end that it had.
    if (event.event !== "control") this.end = null;
  }

  private clear(): void {
    [this.run, this.end] = [null, null];
    [this.steps, this.experts, this.validations, this.controls] = [[], [], [], []];
  }
}

/** A line, if it is an event; logs of later versions may have others. */
function parse(line: string): LogEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "event" in value ? (value as LogEvent) : null;
  } catch {
    return null;
  }
}

/** At most so many of a list, evenly, the last one always: more than a chart has room for says nothing more. */
export function thin<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  const step = (list.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => list[Math.round(index * step)]!);
}
