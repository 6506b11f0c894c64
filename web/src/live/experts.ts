import type { Figure, Cell } from "../document";
import type { ExpertsEvent, Gate, Layer } from "./events";
import { thin, type RunLog } from "./log";
import { count, list, percent } from "./words";

/** When an expert counts as dead and a layer as collapsed; the server says so, for reports judge by the same. */
export interface Health {
  /** Choices of an expert per row (or mean weight, where rows mix all experts) below which it is dead. */
  dead: number;
  /** Part of the way from all rows choosing the same experts to all experts being chosen alike, below which a layer has collapsed. */
  collapsed: number;
  /** Mean weight below which an expert is hardly used. */
  hardly: number;
  /** Use, or weight, in a gate from which an expert serves it, and is neither dead nor hardly used. */
  serves: number;
  /** Weight of one expert from which a gate rests on it. */
  rests: number;
  /** Rows that a gate must have to be judged. */
  least_rows: number;
  /** Layers whose experts belong to one scenario each, and are not judged. */
  not_judged: string[];
}

const mostTimes = 30;

/** How often a row of a gate uses every expert: choices in either way, of gates that mix all experts the weights. As ExpertHealth of the server. */
function useOf({ specific, shared, weight }: Gate): readonly number[] {
  return specific.length === 0 ? weight : weight.map((_, expert) => (specific[expert] ?? 0) + (shared[expert] ?? 0));
}

function use(layer: Layer): readonly number[] {
  // The first gate is of all rows.
  const all = layer.gates[0];
  return all ? useOf(all) : new Array<number>(layer.experts).fill(0);
}

/** The gates that nodes or tasks own and that have the rows to be judged; others are of a task's rows by scenario. */
function judged(layer: Layer, health: Health): Gate[] {
  const column = layer.column ?? null;
  return layer.gates.slice(1).filter(gate => gate.rows >= health.least_rows
    && (column === null ? (gate.column ?? null) === null && (gate.task ?? null) !== null : gate.column === column && (gate.task ?? null) === null));
}

/** Every expert's share of all choices of a layer; the shares sum to 1. */
export function shares(layer: Layer): readonly number[] {
  const chosen = use(layer);
  const whole = sum(chosen);
  return whole > 0 ? chosen.map(value => value / whole) : chosen;
}

/** What collapses: the specific choices, for shared experts are meant to be the same for all rows; the weights where rows mix all experts. */
function choices(layer: Layer): number[] {
  const all = layer.gates[0];
  if (!all) return [];
  return [all.specific, all.shared].find(kind => kind.some(value => value > 0)) ?? all.weight;
}

/** How far a layer's choices spread, from all rows choosing the same experts (0) to all experts being chosen alike (1). */
export function evenness(layer: Layer): number {
  const chosen = choices(layer);
  const k = sum(chosen);
  if (k <= 0) return 1;
  const [least, most] = [Math.log(Math.max(1, k)), Math.log(chosen.length)];
  if (most - least < 1e-9) return 1;
  const entropy = -sum(chosen.map(value => (value > 0 ? (value / k) * Math.log(value / k) : 0)));
  return Math.min(1, Math.max(0, (entropy - least) / (most - least)));
}

/** The dead experts of a layer. */
export function deadOf(layer: Layer, health: Health): number[] {
  return isJudged(layer, health) ? idle(use(layer), judged(layer, health).map(useOf), health.dead, health) : [];
}

/** The experts that hardly count in the mixture, and are not dead. */
function hardlyOf(layer: Layer, health: Health): number[] {
  const all = layer.gates[0];
  if (!all || !isJudged(layer, health)) return [];
  const dead = new Set(deadOf(layer, health));
  return idle(all.weight, judged(layer, health).map(gate => gate.weight), health.hardly, health).filter(expert => !dead.has(expert));
}

function idle(of: readonly number[], gates: (readonly number[])[], below: number, health: Health): number[] {
  return of.flatMap((value, expert) => (value < below && !gates.some(gate => (gate[expert] ?? 0) >= health.serves) ? [expert] : []));
}

/** The gates that rest on one expert. */
function resting(layer: Layer, health: Health): string[] {
  if (!isJudged(layer, health)) return [];
  return judged(layer, health).flatMap(gate => {
    const expert = gate.weight.findIndex(weight => weight >= health.rests);
    return expert < 0 ? [] : [`${gate.scenario ?? gate.task ?? "all rows"} on ${expert}`];
  });
}

function hasCollapsed(layer: Layer, health: Health): boolean {
  return isJudged(layer, health) && evenness(layer) < health.collapsed;
}

function isJudged(layer: Layer, health: Health): boolean {
  return layer.experts > 1 && !health.not_judged.includes(layer.name);
}

function sum(values: readonly number[]): number {
  return values.reduce((whole, value) => whole + value, 0);
}

/** What stands out in the experts now, in sentences; empty where nothing does. */
export function findings(run: RunLog, health: Health): string[] {
  const latest = run.experts.at(-1);
  return (latest?.layers ?? []).filter(layer => layer.experts > 1).flatMap(layer => {
    const dead = deadOf(layer, health).map(String);
    const said: string[] = [];
    if (dead.length > 0) said.push(`${layer.name}: ${dead.length === 1 ? `expert ${dead[0]} is` : `experts ${list(dead)} are`} dead, used by less than ${percent(health.dead, 2)} of the rows.`);
    const hardly = hardlyOf(layer, health).map(String);
    if (hardly.length > 0) said.push(`${layer.name}: ${hardly.length === 1 ? `expert ${hardly[0]} is` : `experts ${list(hardly)} are`} hardly used, with less than ${percent(health.hardly, 0)} of the weight.`);
    if (hasCollapsed(layer, health)) {
      const of = choices(layer);
      const onto = of.map((value, expert) => ({ value, expert })).sort((a, b) => b.value - a.value).slice(0, Math.max(1, Math.round(sum(of)))).map(({ expert }) => expert).sort((a, b) => a - b);
      said.push(`${layer.name}: the choices have collapsed onto ${onto.length === 1 ? "expert" : "experts"} ${list(onto.map(String))}; nearly all rows choose the same.`);
    } else {
      const one = resting(layer, health);
      if (one.length > 0) said.push(`${layer.name}: single gates rest on one expert, ${percent(health.rests, 0)} of the weight or more: ${list(one)}.`);
    }

    return said;
  });
}

/** Shares of the experts over time, a layer and a run at a time. */
export function usage(runs: readonly RunLog[], health: Health): Figure {
  const rows: Cell[][] = [];
  for (const run of runs) {
    const times = thin(run.experts, mostTimes);
    const latest = times.at(-1);
    for (const layer of latest?.layers ?? []) {
      const dead = new Set(deadOf(layer, health));
      for (let expert = 0; expert < layer.experts; expert++) {
        const label = dead.has(expert) ? `${expert} ✕ dead` : String(expert);
        for (const time of times) rows.push([run.name, layer.name, count(time.step), label, share(time, layer.name, expert)]);
      }
    }
  }

  const said = runs.reduce((all, run) => all + findings(run, health).length, 0);
  return {
    id: "experts",
    title: "Which experts are used",
    description: rows.length === 0
      ? "The model has no gates, or no step with their choices has been logged yet."
      : `Every expert's share of a layer's choices, specific and shared together (of a gate that mixes all experts, its weights), in the training batches of some steps. ${said > 0 ? "✕ marks what is dead now; the list above says what stands out." : "No expert is dead or hardly used, no layer has collapsed, and no gate rests on one expert."}`,
    kind: "heat",
    encoding: { x: "step", y: "expert", value: "share", scale: "sequential" },
    columns: [
      { name: "run", title: "Run", type: "text" },
      { name: "layer", title: "Layer", type: "text" },
      { name: "step", title: "Step", type: "text" },
      { name: "expert", title: "Expert", type: "text" },
      { name: "share", title: "Share", type: "number", unit: "%", digits: 1 },
    ],
    rows,
    select: runs.length > 1 ? ["run", "layer"] : ["layer"],
    note: `Dead: used by less than ${percent(health.dead, 2)} of the rows. Hardly used: less than ${percent(health.hardly, 0)} of the weight. Neither where a gate gives it ${percent(health.serves, 0)}. Collapsed: entropy of the choices less than ${percent(health.collapsed, 0)} of the way from all rows choosing the same experts to all experts being chosen alike. A gate rests on one expert that has ${percent(health.rests, 0)} of its weight. Gates with fewer than ${health.least_rows} rows of the batch are not judged.`,
  };
}

/** How evenly the layers use their experts, over time. */
export function evennessFigure(runs: readonly RunLog[], health: Health): Figure {
  const rows: Cell[][] = runs.flatMap(run => thin(run.experts, 200).flatMap(time =>
    time.layers.filter(layer => layer.experts > 1).map(layer => [run.name, layer.name, time.step, 100 * evenness(layer)])));
  const low = runs.flatMap(run => (run.experts.at(-1)?.layers ?? [])
    .filter(layer => hasCollapsed(layer, health)).map(layer => `${runs.length > 1 ? `${run.name} ` : ""}${layer.name}`));
  return {
    id: "evenness",
    title: "How evenly experts are used",
    description: rows.length === 0
      ? "Nothing has been logged of the gates yet."
      : `Entropy of a layer's choices (the specific ones, where there are such): 100 % where all experts are chosen alike, 0 % where all rows choose the same. ${low.length > 0 ? `Collapsed, below ${percent(health.collapsed, 0)}: ${list(low)}.` : `All layers are above ${percent(health.collapsed, 0)}.`}`,
    kind: "line",
    encoding: { x: "step", y: "evenness", series: "layer" },
    columns: [
      { name: "run", title: "Run", type: "text" },
      { name: "layer", title: "Layer", type: "text" },
      { name: "step", title: "Step", type: "integer" },
      { name: "evenness", title: "Evenness", type: "number", unit: "%", digits: 1 },
    ],
    rows,
    select: runs.length > 1 ? ["run"] : [],
  };
}

function share(time: ExpertsEvent, name: string, expert: number): number | null {
  const layer = time.layers.find(candidate => candidate.name === name);
  const value = layer ? shares(layer)[expert] : undefined;
  return value === undefined ? null : 100 * value;
}
