// The lines of a run's log, metrics.jsonl: docs/metrics.md.

export interface RunEvent {
  event: "run";
  version: number;
  name: string;
  started: string;
  model: string;
  tasks: string[];
  levels: { column: string; scenarios: string[] }[];
  /** Scenarios of a level, at most, that validations have cells of; missing in older logs, which have all. */
  most_scenarios?: number;
  parameters: number;
  epochs: number;
  steps_per_epoch: number;
  batch_size: number;
  rows: { train: number; validation: number; test: number };
  monitor: string;
  higher_is_better: boolean;
}

export interface StepEvent {
  event: "step";
  step: number;
  epoch: number;
  seconds: number;
  loss: number;
  tasks: Record<string, number | null>;
  /** Every term as it is; what all of them added to the loss, by their weights, is auxiliary_loss. */
  auxiliary: Record<string, number | null>;
  auxiliary_loss: number;
  rate: number;
  rows_per_second: number;
  left_seconds: number | null;
}

/** What the rows of a node and task use, one number an expert: how often it was chosen, as what, and its mean weight. The first is of all rows. */
export interface Gate {
  task: string | null;
  column: string | null;
  scenario: string | null;
  rows: number;
  /** Empty where the gate mixes all experts. */
  specific: number[];
  shared: number[];
  weight: number[];
}

export interface Layer {
  name: string;
  /** The level whose nodes own the gates; null where they are tasks', or nobody's. */
  column: string | null;
  experts: number;
  gates: Gate[];
}

export interface ExpertsEvent {
  event: "experts";
  step: number;
  layers: Layer[];
}

export interface ScoredCell {
  column: string | null;
  scenario: string | null;
  task: string;
  rows: number;
  positives: number;
  auc: number | null;
  log_loss: number | null;
}

export interface ValidationEvent {
  event: "validation";
  step: number;
  epoch: number;
  seconds: number;
  value: number | null;
  best: number | null;
  improved: boolean;
  cells: ScoredCell[];
}

export interface ControlEvent {
  event: "control";
  step: number;
  action: "stop" | "checkpoint" | "rate";
  value?: number | null;
}

export interface EndEvent {
  event: "end";
  step: number;
  seconds: number;
  reason: "finished" | "stopped_early" | "stopped" | "interrupted" | "failed";
  best_step: number | null;
  best_epoch: number | null;
  best_value: number | null;
  message?: string | null;
}

export type LogEvent = RunEvent | StepEvent | ExpertsEvent | ValidationEvent | ControlEvent | EndEvent;

/** A run as the server lists it. */
export interface Listed {
  id: string;
  name: string | null;
  model: string | null;
  started: string | null;
  ended: EndEvent["reason"] | null;
  fresh: boolean;
  bundle: boolean;
  live: boolean;
}
