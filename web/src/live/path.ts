import type { Cell, Figure } from "../document";
import { fixed } from "./words";

interface Effect {
  logits: (number | null)[];
}

/** A row's way through a model, as the server tells it, wherever the row came from. */
export interface Path {
  scenario: Record<string, string | null>;
  /** No logit: it is not finite, as of a model that diverged. */
  tasks: { name: string; logit: number | null; label?: number | null }[];
  gates: { layer: string; task: string | null; column: string | null; experts: (Effect & { expert: number; role: string; weight: number; from_own: number | null; from_all: number | null })[] }[];
  inputs: (Effect & { name: string; as: "field" | "scenario"; value: string })[];
}

export function figuresOf(path: Path): Figure[] {
  return [way(path), experts(path), inputs(path)];
}

function owner(gate: Path["gates"][number], path: Path): string {
  if (gate.task !== null) return gate.task;
  return gate.column !== null ? (path.scenario[gate.column] ?? "unknown") : "all";
}

/** From whose gates to which experts, layer by layer. */
function way(path: Path): Figure {
  const rows: Cell[][] = path.gates.flatMap(gate => gate.experts.filter(expert => expert.weight > 0)
    .map(expert => [gate.layer, owner(gate, path), `expert ${expert.expert}`, expert.weight]));
  const widest = path.gates.map(gate => ({ gate, top: [...gate.experts].sort((a, b) => b.weight - a.weight)[0] })).filter(({ top }) => top !== undefined);
  return {
    id: "way",
    title: "Which experts it goes through",
    description: rows.length === 0
      ? "The model has no gates: every row takes the same way."
      : `The mixing weight of every expert on the row's way. The largest: ${widest.map(({ gate, top }) => `${gate.layer} (${owner(gate, path)}) expert ${top!.expert} with ${fixed(top!.weight, 2)}`).join(", ")}.`,
    kind: "bar",
    encoding: { category: "expert", value: "weight", series: "gate" },
    columns: [
      { name: "layer", title: "Layer", type: "text" },
      { name: "gate", title: "Gate of", type: "text" },
      { name: "expert", title: "Expert", type: "text" },
      { name: "weight", title: "Weight", type: "number", digits: 3 },
    ],
    rows,
    select: ["layer"],
  };
}

/** What every expert does to the logits. */
function experts(path: Path): Figure {
  const rows: Cell[][] = path.gates.flatMap(gate => gate.experts.flatMap(expert =>
    path.tasks.map((task, place) => [task.name, gate.layer, owner(gate, path), expert.expert, expert.role, expert.weight, expert.logits[place] ?? null, expert.from_own, expert.from_all])));
  const diverges = rows.some(row => row[7] !== null);
  const largest = rows.filter(row => row[6] !== null).sort((a, b) => Math.abs(b[6] as number) - Math.abs(a[6] as number))[0];
  return {
    id: "effects",
    title: "What its experts do",
    description: largest
      ? `${diverges ? "Divergences from an expert that the own gate alone chooses, of which the smallest are specific, and from one that all gates choose alike, of which the smallest are shared. " : ""}Logit of the task, less its logit when the expert's weight is set to 0 and the others are left. The largest: ${largest[1]}, expert ${largest[3]}, which moves ${largest[0]} by ${fixed(largest[6] as number, 3)}.`
      : "The model has no experts that a row could do without.",
    kind: "table",
    encoding: {},
    columns: [
      { name: "task", title: "Task", type: "text" },
      { name: "layer", title: "Layer", type: "text" },
      { name: "gate", title: "Gate of", type: "text" },
      { name: "expert", title: "Expert", type: "integer" },
      { name: "role", title: "Chosen as", type: "text" },
      { name: "weight", title: "Weight", type: "number", digits: 3 },
      { name: "logit", title: "Moves the logit by", type: "number", digits: 4 },
      { name: "from_own", title: "Divergence, own", type: "number", digits: 3 },
      { name: "from_all", title: "Divergence, all", type: "number", digits: 3 },
    ],
    rows,
    select: ["task"],
  };
}

function short(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

/** What every field and scenario level does to the logits. */
function inputs(path: Path): Figure {
  const rows: Cell[][] = path.tasks.flatMap((task, place) => [...path.inputs]
    .sort((a, b) => Math.abs(b.logits[place] ?? 0) - Math.abs(a.logits[place] ?? 0)).slice(0, 20)
    .map(input => [task.name, `${input.name}${input.as === "scenario" ? " (scenario)" : ""} = ${short(input.value)}`, input.logits[place] ?? null]));
  return {
    id: "inputs",
    title: "What its values do",
    description: "Logit of the task, less its logit without the value: a field is missing, a scenario unknown. The 20 that do most.",
    kind: "bar",
    encoding: { category: "input", value: "logit" },
    columns: [{ name: "task", title: "Task", type: "text" }, { name: "input", title: "Field", type: "text" }, { name: "logit", title: "Moves the logit by", type: "number", digits: 4 }],
    rows,
    select: ["task"],
  };
}
