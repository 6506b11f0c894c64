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
const painter = new Painter(withFigures => {
  if (told) status.tell(told);
  told = null;
  refresh();
  // A browser does far more for a title than for a word on the page.
  if (withFigures) title();
});
const explorer = new Explorer(() => chooser.chosen.find(id => chooser.find(id)?.bundle));
const warnings = element("ul", { class: "warnings", "aria-label": "Experts that stand out" });
const chooser = new Chooser(() => {
  stream.open();
  painter.now();
});
let told: string | null = null;
const stream = new Stream(() => chooser.chosen.map(run => ({ run, from: log(run).cursor })), {
  runs(list) {
    chooser.update(list);
    painter.touch();
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

    const said = last ? news(known, events.findLast(event => event.event === "validation" || event.event === "end") ?? last) : null;
    if (said && (!first || known.end)) told = said;
    if (anew || events.some(event => event.event === "control" || event.event === "end")) painter.now();
    else painter.touch();
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
}

function title(): void {
  const live = shown().find(run => chooser.find(run.id)?.live);
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
// How much there is to draw: a figure is drawn again where it has more.
const size = (kind: "steps" | "validations" | "experts") => () => shown().reduce((sum, run) => sum + run[kind].length, 0);
const [steps, validations, experts] = [size("steps"), size("validations"), size("experts")];
painter.add(learning.figures, () => losses(shown()), steps);
painter.add(learning.figures, () => auxiliaries(shown()), steps);
painter.add(quality.figures, () => aucs(shown()), validations);
painter.add(quality.figures, () => cells(shown()), validations);
painter.add(use.figures, () => usage(shown(), health), experts);
painter.add(use.figures, () => evennessFigure(shown(), health), experts);
painter.add(speed.figures, () => speeds(shown()), steps);
painter.add(speed.figures, () => rates(shown()), steps);
// What the page says where this script does not run to here (LivePage).
document.getElementById("plain")?.remove();
addEventListener("error", event => {
  // A fault of the browser's own, which comes to nothing.
  if (event.message.startsWith("ResizeObserver")) return;
  status.failure(event.message);
});
addEventListener("unhandledrejection", event => status.failure(event.reason instanceof Error ? event.reason.message : String(event.reason)));
stream.open();
