import type { EndEvent } from "./events";

/** Whole numbers in groups of three. */
export function count(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function fixed(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(digits).replace("-", "−");
}

/** A small number as people write it: 0.001, 2.5e−5. */
export function small(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value !== 0 && Math.abs(value) < 0.0001) return value.toExponential(1).replace("e-", "e−");
  return String(Number(value.toPrecision(3)));
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

export function list(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

export function ending(end: EndEvent, monitor: string): string {
  const ways: Record<EndEvent["reason"], string> = {
    finished: "finished",
    stopped_early: "stopped early: no new best for as long as it had patience",
    stopped: "stopped when it was asked to",
    interrupted: "interrupted; switchyard train --resume goes on",
    failed: "failed",
  };
  const best = end.best_value === null || end.best_value === undefined ? "" : `; kept step ${count(end.best_step ?? 0)}, ${monitor} ${fixed(end.best_value)}`;
  return `${ways[end.reason] ?? end.reason} at step ${count(end.step)}${best}${end.message ? `. ${end.message}` : ""}`;
}
