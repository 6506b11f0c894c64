import type { Figure } from "../document";
import { show } from "../figure";
import type { Handle } from "../charts";

// Drawing takes processor time, and a training on the same machine wants all of it: the page draws for at most this part of the time.
const partOfTime = 0.0025;
const soonest = 1000;
const longest = 60_000;

// A log that is read from its start comes in pieces, one right after the other: drawn is what all of them say.
const quiet = 250;
const patience = 3000;

interface Place {
  make(): Figure;
  handle: Handle;
  card: Element;
  seen: boolean;
  stale: boolean;
}

/** Keeps figures up to date: those in view, as often as their drawing is cheap, and at once where the reader asked for something. */
export class Painter {
  private readonly places: Place[] = [];
  private timer: number | undefined;
  private next = 0;
  private touched = 0;
  private waiting: number | undefined;
  private readonly near = new IntersectionObserver(entries => {
    for (const entry of entries) {
      const place = this.places.find(candidate => candidate.card === entry.target);
      if (place) place.seen = entry.isIntersecting;
    }

    this.plan();
  });

  constructor() {
    document.addEventListener("visibilitychange", () => this.plan());
  }

  add(host: HTMLElement, make: () => Figure): void {
    const first = make();
    const handle = show(host, first);
    const card = document.getElementById(first.id)!;
    this.places.push({ make, handle, card, seen: false, stale: false });
    this.near.observe(card);
  }

  /** The data have changed. */
  touch(): void {
    for (const place of this.places) place.stale = true;
    this.touched = performance.now();
    this.waiting ??= this.touched;
    this.plan();
  }

  /** The reader has changed what is shown. */
  now(): void {
    this.next = 0;
    this.touch();
  }

  private plan(): void {
    if (this.timer !== undefined || document.hidden || !this.places.some(place => place.seen && place.stale)) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (performance.now() < this.soonest()) this.plan();
      else this.paint();
    }, Math.max(0, this.soonest() - performance.now()));
  }

  private soonest(): number {
    return Math.max(this.next, Math.min(this.touched + quiet, (this.waiting ?? 0) + patience));
  }

  private paint(): void {
    if (document.hidden) return;
    this.waiting = undefined;
    const began = performance.now();
    for (const place of this.places) {
      if (!place.seen || !place.stale) continue;
      place.stale = false;
      place.handle.update(place.make());
    }

    // What the browser does after this function costs about as much again.
    const took = performance.now() - began;
    this.next = performance.now() + Math.min(longest, Math.max(soonest, took / partOfTime));
  }
}
