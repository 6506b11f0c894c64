const remembered = 4;

/** Processor time that a kind of work may take, as a part of all there is. Unused time is kept, but only so much of it. */
export class Allowance {
  private left: number;
  private at = 0;
  private readonly took: number[] = [];

  /**
   * @param part Part of the processors' time.
   * @param most Milliseconds kept at most; they are there at the start, for a page that was just opened is looked at.
   * @param longest Milliseconds until something may be spent again, however much was.
   */
  constructor(private readonly part: number, private readonly most: number, private readonly longest: number) {
    this.left = most;
  }

  /** When something may be spent: now, or later. */
  next(now: number): number {
    this.earn(now);
    return now + Math.max(0, -this.left / this.rate);
  }

  /** @param milliseconds By the clock: others had the processor for some of them, so that what counts is the least of the last few times. */
  spend(now: number, milliseconds: number): void {
    this.earn(now);
    this.took.push(milliseconds);
    if (this.took.length > remembered) this.took.shift();
    this.left = Math.max(this.left - Math.min(...this.took), -this.longest * this.rate);
  }

  /** Something may be spent now. */
  forgive(now: number): void {
    this.earn(now);
    this.left = Math.max(this.left, 0);
  }

  private earn(now: number): void {
    this.left = Math.min(this.most, this.left + (now - this.at) * this.rate);
    this.at = now;
  }

  private get rate(): number {
    return this.part * (navigator.hardwareConcurrency || 1);
  }
}
