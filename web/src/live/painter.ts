import type { Handle } from "../charts";
import type { Figure } from "../document";
import { show } from "../figure";
import { Allowance } from "./allowance";

// A training on the same machine wants all of the processors' time; figures and words may take these parts of it.
const figuresPart = 0.0005;
const wordsPart = 0.0005;
const figuresAtFirst = 60;
const wordsAtFirst = 30;
const soonest = 1000;
const longest = 60_000;

// So long after the reader has done something, what comes is written as soon as it comes.
const attention = 2000;

// What a frame takes of all threads and processes of a browser without a graphics card, as a multiple of the page's own thread; measured.
const wholeOfOwn = 3;

// A log that is read from its start comes in pieces, one right after the other: drawn is what all of them say.
const quiet = 250;
const patience = 3000;

/** Part of what a figure shows that has to be new before it is drawn again; less is hardly seen. */
const visible = 0.01;

interface Place {
  make(): Figure;
  size(): number;
  handle: Handle;
  card: Element;
  seen: boolean;
  /** Size of what is drawn, and since when it is. */
  drawn: number;
  since: number;
  /** To be drawn whatever its size. */
  wanted: boolean;
}

/**
 * The one place that writes to the page by itself. What is due is written in one frame, whose time is measured; figures and words have an
 * allowance of it each. Figures are drawn where they are in view and show something new. Where the reader does something, all that is due is
 * written at once.
 */
export class Painter {
  private readonly places: Place[] = [];
  private readonly figures = new Allowance(figuresPart, figuresAtFirst, longest);
  private readonly words = new Allowance(wordsPart, wordsAtFirst, longest);
  private readonly behind = new MessageChannel();
  private timer: number | undefined;
  private frame: number | undefined;
  private stale = false;
  private touched = 0;
  private waiting: number | undefined;
  private last = -soonest;
  private attended = -attention;
  private begun = 0;
  private drew = false;
  private readonly near = new IntersectionObserver(entries => {
    for (const entry of entries) {
      const place = this.places.find(candidate => candidate.card === entry.target);
      if (place) place.seen = entry.isIntersecting;
    }

    this.plan();
  });

  /** @param write Writes the words of the page; with figures where these are drawn too, which is seldom. */
  constructor(private readonly write: (withFigures: boolean) => void) {
    this.behind.port1.onmessage = () => this.count();
    const attend = () => this.attend();
    document.addEventListener("visibilitychange", attend);
    for (const kind of ["pointermove", "pointerdown", "keydown", "scroll"]) document.addEventListener(kind, attend, { passive: true, capture: true });
  }

  /**
   * @param make The figure as it is now.
   * @param size How much there is to show.
   */
  add(host: HTMLElement, make: () => Figure, size: () => number): void {
    const first = make();
    const handle = show(host, first);
    const card = document.getElementById(first.id)!;
    this.places.push({ make, size, handle, card, seen: false, drawn: size(), since: -longest, wanted: false });
    this.near.observe(card);
  }

  /** The data have changed. */
  touch(): void {
    this.stale = true;
    this.touched = performance.now();
    this.waiting ??= this.touched;
    if (this.touched - this.attended < attention) this.want(this.touched);
    else this.plan();
  }

  /** Something has changed that the reader asked for, or waited for: all of it is written at once. */
  now(): void {
    for (const place of this.places) place.wanted = true;
    this.touch();
    this.last = -soonest;
    this.waiting = this.touched - patience;
    this.forgive(this.touched);
  }

  /** The reader does something, and so looks at the page. */
  private attend(): void {
    const now = performance.now();
    const isSaid = now - this.attended < attention;
    this.attended = now;
    if (!isSaid) this.want(now);
  }

  /** All that is new is due. */
  private want(now: number): void {
    for (const place of this.places) place.wanted ||= place.size() !== place.drawn;
    this.forgive(now);
  }

  private forgive(now: number): void {
    this.figures.forgive(now);
    this.words.forgive(now);
    this.plan();
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.frame !== undefined || document.hidden) return;
    const now = performance.now();
    const at = Math.min(this.wordsAt(now), this.figuresAt(now));
    if (at === Infinity) return;
    this.timer = setTimeout(() => {
      const now = performance.now();
      if (Math.min(this.wordsAt(now), this.figuresAt(now)) > now) this.plan();
      else this.frame = requestAnimationFrame(() => this.paint());
    }, at - now);
  }

  private wordsAt(now: number): number {
    return this.stale ? this.soonest(now, this.words) : Infinity;
  }

  private figuresAt(now: number): number {
    return Math.max(this.soonest(now, this.figures), Math.min(...this.places.map(dueAt)));
  }

  private soonest(now: number, of: Allowance): number {
    const calm = this.waiting === undefined ? 0 : Math.min(this.touched + quiet, this.waiting + patience);
    return Math.max(this.last + soonest, calm, of.next(now));
  }

  private paint(): void {
    const now = performance.now();
    this.begun = now;
    this.frame = undefined;
    const due = this.figuresAt(now) <= now ? this.places.filter(place => dueAt(place) <= now) : [];
    this.drew = due.length > 0;
    [this.waiting, this.stale, this.last] = [undefined, false, now];
    for (const place of due) {
      [place.drawn, place.since, place.wanted] = [place.size(), now, false];
      place.handle.update(place.make());
    }

    this.write(this.drew);
    // Heard of behind the styles, the layout and the painting of this frame.
    this.behind.port2.postMessage(null);
  }

  private count(): void {
    const now = performance.now();
    (this.drew ? this.figures : this.words).spend(now, wholeOfOwn * (now - this.begun));
    this.plan();
  }
}

/** When a figure is to be drawn: with something to be seen, at once; with less of it, within a minute. */
function dueAt(place: Place): number {
  if (!place.seen) return Infinity;
  const size = place.size();
  if (place.wanted || size < place.drawn || size > place.drawn * (1 + visible)) return 0;
  return size === place.drawn ? Infinity : place.since + longest;
}
