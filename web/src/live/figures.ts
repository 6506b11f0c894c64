import type { Cell, Column, Figure } from "../document";
import type { ScoredCell, StepEvent } from "./events";
import { thin, type RunLog } from "./log";
import { count, fixed, small } from "./words";

const mostPoints = 300;
const mostSeries = 7;
const everything = "all";

const runColumn: Column = { name: "run", title: "Run", type: "text" };
const stepColumn: Column = { name: "step", title: "Step", type: "integer" };

/** Losses of the tasks and the whole. */
export function losses(runs: readonly RunLog[]): Figure {
  const parts = (step: StepEvent): [string, number | null][] => [["total", step.loss], ...Object.entries(step.tasks ?? {})];
  return parted(runs, {
    id: "loss",
    title: "Loss",
    what: "Training loss: in total, with the auxiliary losses, the mean of the epoch so far; of every task, the mean since the point before.",
    parts,
    none: "No step has been logged yet.",
    said: run => {
      const [first, last] = [run.steps[0], run.last];
      return first && last ? `${run.name}: ${fixed(first.loss)} at step ${count(first.step)}, ${fixed(last.loss)} at step ${count(last.step)}.` : "";
    },
  });
}

/** Divergences, mutual information and other auxiliary losses. */
export function auxiliaries(runs: readonly RunLog[]): Figure {
  return parted(runs, {
    id: "auxiliary",
    title: "Divergences and other auxiliary losses",
    what: "What the model is trained on beside its tasks: the divergences of the chosen specific and shared experts in every layer, mutual information, and so on, before their weights. “Added to the loss” is all of them by their weights.",
    parts: step => (Object.keys(step.auxiliary ?? {}).length === 0 ? [] : [...Object.entries(step.auxiliary), ["added to the loss", step.auxiliary_loss]]),
    none: "No auxiliary loss has been logged; the model may have none.",
    said: run => {
      const [first, last] = [run.steps[0], run.last];
      const names = Object.keys(last?.auxiliary ?? {});
      if (!first || !last || names.length === 0) return "";
      const falling = names.filter(name => (last.auxiliary[name] ?? 0) < (first.auxiliary[name] ?? 0));
      return `${run.name}: ${falling.length} of ${names.length} lower than at the start.`;
    },
  });
}

interface Parted {
  id: string;
  title: string;
  what: string;
  none: string;
  parts(step: StepEvent): [string, number | null][];
  said(run: RunLog): string;
}

/** One run shows its parts side by side; several show one part, run by run. */
function parted(runs: readonly RunLog[], of: Parted): Figure {
  const rows: Cell[][] = runs.flatMap(run => thin(run.steps, mostPoints).flatMap(step => of.parts(step).map(([part, value]) => [run.name, part, step.step, value])));
  const said = runs.map(of.said).filter(text => text !== "");
  return {
    id: of.id,
    title: of.title,
    description: rows.length === 0 ? of.none : [of.what, ...said].join(" "),
    kind: "line",
    encoding: { x: "step", y: "value", series: runs.length > 1 ? "run" : "part" },
    columns: [runColumn, { name: "part", title: "Part", type: "text" }, stepColumn, { name: "value", title: "Loss", type: "number", digits: 4 }],
    rows,
    select: runs.length > 1 ? ["part"] : [],
  };
}

function scenario(cell: ScoredCell): string {
  return cell.scenario ?? everything;
}

/** Validation AUC per scenario and task, over time. */
export function aucs(runs: readonly RunLog[]): Figure {
  const several = runs.length > 1;
  const largest = new Set(several ? [] : largestScenarios(runs[0]));
  const rows: Cell[][] = runs.flatMap(run => thin(run.validations, mostPoints).flatMap(validation => validation.cells
    .filter(cell => several || largest.has(scenario(cell)))
    .map(cell => [run.name, cell.task, scenario(cell), validation.step, cell.auc])));
  const left = several ? 0 : scenariosOf(runs[0]).length - largest.size;
  const best = runs.flatMap(run => (run.best && run.run ? [`${run.name}: best ${run.run.monitor} ${fixed(run.best.value)} at step ${count(run.best.step)}.`] : []));
  return {
    id: "auc",
    title: "Validation AUC",
    description: rows.length === 0
      ? "No validation has been logged yet."
      : ["How well the model orders the validation rows, by scenario and task; higher is better, 0.5 is chance.", ...best].join(" "),
    kind: "line",
    encoding: { x: "step", y: "auc", series: several ? "run" : "scenario" },
    columns: [runColumn, { name: "task", title: "Task", type: "text" }, { name: "scenario", title: "Scenario", type: "text" }, stepColumn, { name: "auc", title: "AUC", type: "number", digits: 4 }],
    rows,
    select: several ? ["task", "scenario"] : ["task"],
    note: left > 0 ? `Drawn: all rows and the ${largest.size - 1} scenarios with the most rows; the table below has all.` : null,
  };
}

/** The last validation as a table of scenarios and tasks. */
export function cells(runs: readonly RunLog[]): Figure {
  const rows: Cell[][] = runs.flatMap(run => (run.validations.at(-1)?.cells ?? []).map(cell => [run.name, scenario(cell), cell.task, cell.auc, cell.rows, cell.positives]));
  const weakest = runs.flatMap(run => {
    const scored = (run.validations.at(-1)?.cells ?? []).filter(cell => cell.scenario !== null && cell.auc !== null);
    const lowest = scored.sort((a, b) => a.auc! - b.auc!)[0];
    return lowest ? [`${run.name}: lowest in ${lowest.scenario}, ${lowest.task}, ${fixed(lowest.auc)}.`] : [];
  });
  return {
    id: "cells",
    title: "AUC of the last validation, by scenario and task",
    description: rows.length === 0 ? "No validation has been logged yet." : ["A dash is a cell with too few positives or negatives.", ...weakest].join(" "),
    kind: "heat",
    encoding: { x: "task", y: "scenario", value: "auc", scale: "sequential" },
    columns: [
      runColumn,
      { name: "scenario", title: "Scenario", type: "text" },
      { name: "task", title: "Task", type: "text" },
      { name: "auc", title: "AUC", type: "number", digits: 4 },
      { name: "rows", title: "Rows", type: "integer" },
      { name: "positives", title: "Positives", type: "integer" },
    ],
    rows,
    select: runs.length > 1 ? ["run"] : [],
  };
}

export function rates(runs: readonly RunLog[]): Figure {
  const now = runs.flatMap(run => (run.last ? [`${run.name}: ${small(run.last.rate)}.`] : []));
  const lowered = runs.flatMap(run => run.controls.filter(control => control.action === "rate").map(control => `${run.name}: multiplied by ${small(control.value)} at step ${count(control.step)}.`));
  return perRun(runs, "rate", "Learning rate", ["The rate of every step.", ...now, ...lowered], { name: "value", title: "Learning rate", type: "number", digits: 6 }, step => step.rate);
}

export function speeds(runs: readonly RunLog[]): Figure {
  const now = runs.flatMap(run => (run.last ? [`${run.name}: ${count(run.last.rows_per_second)}.`] : []));
  return perRun(runs, "speed", "Rows per second", ["Training rows per second of the epoch so far, validation left out.", ...now], { name: "value", title: "Rows/s", type: "integer" }, step => step.rows_per_second);
}

function perRun(runs: readonly RunLog[], id: string, title: string, said: string[], column: Column, value: (step: StepEvent) => number): Figure {
  const rows: Cell[][] = runs.flatMap(run => thin(run.steps, mostPoints).map(step => [run.name, step.step, value(step)]));
  return {
    id,
    title,
    description: rows.length === 0 ? "No step has been logged yet." : said.join(" "),
    kind: "line",
    encoding: { x: "step", y: "value", series: runs.length > 1 ? "run" : null },
    columns: [runColumn, stepColumn, column],
    rows,
  };
}

function scenariosOf(run: RunLog | undefined): string[] {
  return [...new Set((run?.validations.at(-1)?.cells ?? []).map(scenario))];
}

function largestScenarios(run: RunLog | undefined): string[] {
  const rows = new Map<string, number>();
  for (const cell of run?.validations.at(-1)?.cells ?? []) rows.set(scenario(cell), Math.max(rows.get(scenario(cell)) ?? 0, cell.rows));
  return [...rows].sort(([, a], [, b]) => b - a).slice(0, mostSeries).map(([name]) => name);
}
