import type { Figure } from "../document";
import type { Path } from "./path";
import { moment } from "./sought";
import { count, list } from "./words";

/** An item of a request, its scores and its way. */
export interface RequestPath extends Path {
  item: number;
  items: number;
  id: string | null;
  /** Columns that scoring reads and the request does not give. */
  missing: string[];
  /** Score of every task, of a conditional task the product along its chain; then the one that orders. */
  scores: { name: string; score: number | null; recorded: number | null; same: boolean | null }[];
  /** By whom it was answered; null for a request that was not recorded. */
  record: { time: string; model: string; version: string; same_weights: boolean; same_fusion: boolean } | null;
}

export interface Remark {
  text: string;
  bad: boolean;
}

export function isOfRequest(path: object): path is RequestPath {
  return "scores" in path;
}

/** What to know of the request beside its way. */
export function remarks(path: RequestPath): Remark[] {
  const said = path.record ? [compared(path, path.record)] : [];
  if (path.missing.length > 0) {
    const advice = path.record
      ? "They were missing when the server answered, too."
      : "What a feature store gives a server is not here: add it, or choose a recorded request, which has it.";
    said.push({ text: `Not given, and so missing: ${list(path.missing)}. ${advice}`, bad: false });
  }

  return said;
}

/** Same weights must give the same bits; the score that orders also depends on the fusion. */
function compared(path: RequestPath, record: NonNullable<RequestPath["record"]>): Remark {
  const answered = `Answered ${moment(record.time)} by ${record.model} ${record.version}.`;
  const tasks = path.scores.slice(0, -1);
  const bound = record.same_fusion ? path.scores : tasks;
  const recorded = path.scores.filter(score => score.same !== null);
  const others = recorded.filter(score => score.same === false);
  const without = recorded.length === path.scores.length ? "" : ` Not recorded: ${list(path.scores.filter(score => score.same === null).map(score => score.name))}.`;
  if (!record.same_weights) {
    return { text: `${answered} Its weights were others than this model's: ${others.length === 0 ? "all recorded scores have the same bits all the same" : `${count(others.length)} of ${count(recorded.length)} recorded scores differ`}.${without}`, bad: false };
  }

  const wrong = bound.filter(score => score.same === false);
  if (wrong.length > 0) return { text: `${answered} This model has the same weights, but ${list(wrong.map(score => score.name))} ${wrong.length === 1 ? "has" : "have"} other bits than were recorded.${without}`, bad: true };
  const fusion = record.same_fusion ? "" : " The rule that orders the items is another one since.";
  return { text: `${answered} This model has the same weights, and its scores have the recorded bits.${fusion}${without}`, bad: false };
}

/** The scores with all their digits: they read back to the same float. */
export function scores(path: RequestPath): Figure {
  return {
    id: "scores",
    title: "Its scores",
    description: `As a server with this model answers: of a task that depends on another, the probability of both. Items are ordered by the fused score.${path.record ? " Beside them what the server has recorded." : ""}`,
    kind: "table",
    encoding: {},
    columns: [
      { name: "score", title: "Score", type: "text" },
      { name: "here", title: "Here", type: "text" },
      ...(path.record ? [{ name: "recorded", title: "Recorded", type: "text" as const }, { name: "bits", title: "Bits", type: "text" as const }] : []),
    ],
    rows: path.scores.map(score => [
      score.name,
      text(score.score),
      ...(path.record ? [score.same === null ? "–" : text(score.recorded), score.same === null ? "not recorded" : score.same ? "the same" : "others"] : []),
    ]),
  };
}

function text(score: number | null): string {
  return score === null ? "not finite" : String(score);
}
