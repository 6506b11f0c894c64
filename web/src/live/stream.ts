import type { Listed } from "./events";

/** What is heard from the server. */
export interface Listener {
  runs(list: Listed[]): void;
  lines(run: string, lines: string[], cursor: string, anew: boolean): void;
  /** In words, how it stands with the server; null while all is well. */
  state(trouble: string | null): void;
}

const firstWait = 1000;
const longestWait = 30_000;

/** Follows the list of runs and the logs of some of them; comes back by itself when the connection is lost. */
export class Stream {
  private source: EventSource | undefined;
  private timer: number | undefined;
  private wait = firstWait;

  private hasEnded = false;

  /** @param watched Runs to follow, each with the place up to which its log is known. */
  constructor(private readonly watched: () => { run: string; from: string }[], private readonly listener: Listener) {
    // A browser has few connections to one server, and a tab that nobody sees needs none.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.close();
      else if (!this.source && !this.hasEnded) this.open();
    });
  }

  /** Connects, anew where it is connected already; a tab in the background does so when it is looked at. */
  open(): void {
    this.close();
    if (document.hidden) return;
    const query = new URLSearchParams();
    for (const { run, from } of this.watched()) {
      query.append("run", run);
      query.append("from", from);
    }

    const source = new EventSource(`stream?${query}`);
    this.source = source;
    source.addEventListener("open", () => {
      this.wait = firstWait;
      this.listener.state(null);
    });
    source.addEventListener("runs", event => this.listener.runs(JSON.parse(event.data)));
    source.addEventListener("lines", event => {
      const [head = "", ...lines] = (event.data as string).split("\n");
      const { run, cursor, anew } = JSON.parse(head);
      this.listener.lines(run, lines, cursor, anew);
    });
    source.addEventListener("bye", () => {
      this.hasEnded = true;
      this.close();
      this.listener.state("The server has ended, because the run is over or somebody stopped it. What it sent last stays here; to look at the runs again: switchyard ui and their folder.");
    });
    source.addEventListener("error", () => this.lost());
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  private lost(): void {
    this.close();
    this.listener.state(`There is no answer from the server. What it sent last stays here; trying again every ${Math.round(this.wait / 1000)} s.`);
    this.timer = setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(longestWait, this.wait * 2);
  }
}
