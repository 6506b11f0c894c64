import type { Figure, Cell } from "../document";
import type { ExpertsEvent, Layer } from "./events";
import { thin, type RunLog } from "./log";
import { count, list, percent } from "./words";

/** When an expert counts as dead and a layer as collapsed; the server says so, for reports judge by the same. */
export interface Health {
  /** Part of a uniform share below which an expert is dead. */
  dead: number;
  /** Part of the largest possible entropy of its choices below which a layer is collapsed. */
  collapsed: number;
}

const mostTimes = 30;

/** Every expert's share of all choices of a layer, of gates that mix all experts of the weights; the shares sum to 1. */
export function shares(layer: Layer): number[] {
  // The first gate is of all rows.
  const all = layer.gates[0];
  if (!all) return new Array<number>(layer.experts).fill(0);
  const { specific, shared, weight } = all;
  const chosen = specific.length === 0 ? weight : weight.map((_, expert) => (specific[expert] ?? 0) + (shared[expert] ?? 0));
  const whole = chosen.reduce((sum, value) => sum + value, 0);
  return whole > 0 ? chosen.map(value => value / whole) : chosen;
}

/** Entropy of the choices as a part of the largest there can be: 1 where all experts are used alike, 0 where one is. */
export function evenness(of: readonly number[]): number {
  if (of.length < 2) return 1;
  return -of.reduce((sum, share) => sum + (share > 0 ? share * Math.log2(share) : 0), 0) / Math.log2(of.length);
}

export function isDead(share: number, experts: number, health: Health): boolean {
  return share < health.dead / experts;
}

/** What stands out in the experts now, in sentences; empty where nothing does. */
export function findings(run: RunLog, health: Health): string[] {
  const latest = run.experts.at(-1);
  return (latest?.layers ?? []).filter(layer => layer.experts > 1).flatMap(layer => {
    const of = shares(layer);
    const dead = of.flatMap((share, expert) => (isDead(share, layer.experts, health) ? [String(expert)] : []));
    const even = evenness(of);
    const said: string[] = [];
    if (dead.length > 0) said.push(`${layer.name}: ${dead.length === 1 ? `expert ${dead[0]} is` : `experts ${list(dead)} are`} dead, chosen for less than ${percent(health.dead / layer.experts, 2)} of the choices.`);
    if (even < health.collapsed) said.push(`${layer.name}: the choices have collapsed onto expert ${of.indexOf(Math.max(...of))}, which has ${percent(Math.max(...of))} of them.`);
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
      const now = shares(layer);
      for (let expert = 0; expert < layer.experts; expert++) {
        const label = isDead(now[expert]!, layer.experts, health) ? `${expert} ✕ dead` : String(expert);
        for (const time of times) rows.push([run.name, layer.name, count(time.step), label, share(time, layer.name, expert)]);
      }
    }
  }

  const said = runs.reduce((sum, run) => sum + findings(run, health).length, 0);
  return {
    id: "experts",
    title: "Which experts are used",
    description: rows.length === 0
      ? "The model has no gates, or no step with their choices has been logged yet."
      : `Every expert's share of a layer's choices, specific and shared together (of a gate that mixes all experts, its weights), in the training batches of some steps. ${said > 0 ? "✕ marks what is dead now; the list above says what stands out." : "No expert is dead, no layer has collapsed."}`,
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
    note: `Dead: less than ${percent(health.dead, 0)} of an even share. Collapsed: entropy of the choices below ${percent(health.collapsed, 0)} of what it can be.`,
  };
}

/** How evenly the layers use their experts, over time. */
export function evennessFigure(runs: readonly RunLog[], health: Health): Figure {
  const rows: Cell[][] = runs.flatMap(run => thin(run.experts, 200).flatMap(time =>
    time.layers.filter(layer => layer.experts > 1).map(layer => [run.name, layer.name, time.step, 100 * evenness(shares(layer))])));
  const low = runs.flatMap(run => (run.experts.at(-1)?.layers ?? [])
    .filter(layer => layer.experts > 1 && evenness(shares(layer)) < health.collapsed).map(layer => `${runs.length > 1 ? `${run.name} ` : ""}${layer.name}`));
  return {
    id: "evenness",
    title: "How evenly experts are used",
    description: rows.length === 0
      ? "Nothing has been logged of the gates yet."
      : `Entropy of a layer's choices as a part of the largest there can be: 100 % where all experts are used alike, 0 % where one is. ${low.length > 0 ? `Collapsed, below ${percent(health.collapsed, 0)}: ${list(low)}.` : `All layers are above ${percent(health.collapsed, 0)}.`}`,
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
