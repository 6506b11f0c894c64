import { addStyle, element, embedded } from "../page";
import style from "../style.css?inline";
import { Actions } from "./actions";
import { Chooser } from "./chooser";
import type { ControlEvent } from "./events";
import { evennessFigure, findings, usage, type Health } from "./experts";
import { Explorer } from "./explorer";
import { aucs, auxiliaries, cells, losses, rates, speeds } from "./figures";
import css from "./live.css?inline";
import { RunLog } from "./log";
import { Painter } from "./painter";
import { news, Status } from "./status";
import { Stream } from "./stream";

addStyle(style);
addStyle(css);
const health = embedded() as Health;
const logs = new Map<string, RunLog>();
const status = new Status();
const actions = new Actions();
const painter = new Painter();
const explorer = new Explorer(() => chooser.chosen.find(id => chooser.find(id)?.bundle));
const warnings = element("ul", { class: "warnings", "aria-label": "Experts that stand out" });
const chooser = new Chooser(() => {
  stream.open();
  refresh();
  painter.now();
});
const stream = new Stream(() => chooser.chosen.map(run => ({ run, from: log(run).cursor })), {
  runs(list) {
    chooser.update(list);
    refresh();
  },
  lines(run, lines, cursor, anew) {
    const known = log(run);
    const first = known.cursor === "" || anew;
    const events = known.add(lines, cursor, anew);
    // What was there when the page was opened is no news.
    const last = events.at(-1);
    for (const event of first ? [] : events) {
      if (event.event === "control" && chooser.find(run)?.live) actions.confirm(event as ControlEvent);
    }

    const told = last ? news(known, events.findLast(event => event.event === "validation" || event.event === "end") ?? last) : null;
    if (told && (!first || known.end)) status.tell(told);
    refresh();
    painter.touch();
  },
  state: trouble => status.connection(trouble),
});

function log(id: string): RunLog {
  const known = logs.get(id) ?? new RunLog(id);
  logs.set(id, known);
  return known;
}

function shown(): RunLog[] {
  return chooser.chosen.map(log);
}

function refresh(): void {
  const runs = shown();
  status.update(runs, id => chooser.find(id));
  const live = runs.find(run => chooser.find(run.id)?.live);
  actions.update(live !== undefined, Boolean(live?.end));
  explorer.update();
  const said = runs.flatMap(run => findings(run, health).map(text => (runs.length > 1 ? `${run.id}, ${text}` : text)));
  if (said.join() !== [...warnings.children].map(child => child.lastChild!.textContent).join()) {
    warnings.replaceChildren(...said.map(text => element("li", {}, element("span", { class: "mark", "aria-hidden": "true" }, "✕"), element("span", {}, text))));
  }

  document.title = live?.last && !live.end ? `${live.last.epoch}/${live.run?.epochs ?? "?"} ${live.id} – Switchyard` : "Switchyard";
}

const group = (id: string, title: string) => {
  const figures = element("div", { class: "figures" });
  return { figures, section: element("section", { id, "aria-labelledby": `${id}-heading` }, element("h2", { id: `${id}-heading` }, title), figures) };
};
const [learning, quality, use, speed] = [group("learning", "Losses"), group("quality", "Validation"), group("use", "Experts"), group("speed", "Speed")];
use.section.insertBefore(warnings, use.figures);
document.body.append(
  element("a", { class: "skip", href: "#learning" }, "To the charts"),
  element("header", { class: "head" }, element("h1", {}, "Switchyard: training"), chooser.section, status.section, actions.section),
  element("main", {}, learning.section, quality.section, use.section, speed.section, explorer.section));
painter.add(learning.figures, () => losses(shown()));
painter.add(learning.figures, () => auxiliaries(shown()));
painter.add(quality.figures, () => aucs(shown()));
painter.add(quality.figures, () => cells(shown()));
painter.add(use.figures, () => usage(shown(), health));
painter.add(use.figures, () => evennessFigure(shown(), health));
painter.add(speed.figures, () => speeds(shown()));
painter.add(speed.figures, () => rates(shown()));
// What the page says where this script does not run to here (LivePage).
document.getElementById("plain")?.remove();
addEventListener("error", event => {
  // A fault of the browser's own, which comes to nothing.
  if (event.message.startsWith("ResizeObserver")) return;
  status.failure(event.message);
});
stream.open();
