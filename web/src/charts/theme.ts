/** Colours of one appearance of the page; the style sheet has the same ones by name. */
export interface Theme {
  dark: boolean;
  ink: string;
  soft: string;
  rule: string;
  paper: string;
  /** Okabe and Ito's colours, told apart without full colour vision, in an order that keeps neighbours far apart. */
  series: string[];
  sequential: string[];
  /** Low, middle, high. */
  diverging: string[];
  /** As diverging where neither side is a gain, as of calibration. */
  balance: string[];
}

const light: Theme = {
  dark: false,
  ink: "#1c2430",
  soft: "#566070",
  rule: "#dde2e9",
  paper: "#ffffff",
  series: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07900", "#3f9fdb", "#4d5562"],
  sequential: ["#f1f6fb", "#b5d3ea", "#64a3d1", "#2470ac", "#0c3a6e"],
  diverging: ["#a84a00", "#e8913f", "#f9d9b8", "#f5f6f7", "#c0dbef", "#5b9fd0", "#0b5394"],
  balance: ["#6b5d00", "#a8982f", "#e5dfae", "#f6f6f5", "#e3d3ea", "#a877bd", "#5c2a78"],
};

const dark: Theme = {
  dark: true,
  ink: "#e6eaf0",
  soft: "#a3adbb",
  rule: "#333c48",
  paper: "#151a21",
  series: ["#56b4e9", "#f0883e", "#2fc79b", "#e3a0c5", "#e6b422", "#8fc7ef", "#b8c0cc"],
  sequential: ["#1b2531", "#1f4468", "#2a6ea6", "#5aa6dc", "#bfe2fb"],
  diverging: ["#ffb066", "#c4702a", "#5e3c20", "#262d37", "#1d4566", "#2f7db8", "#86c8f5"],
  balance: ["#e6d45a", "#9a8a2a", "#4a4420", "#262d37", "#45305a", "#8a58a8", "#d3a6ea"],
};

/** How one series is drawn: symbol and dash tell it from the others where its colour does not. */
export interface Look {
  colour: string;
  symbol: string;
  dash: number[] | "solid";
}

const symbols = ["circle", "diamond", "triangle", "rect", "path://M0,0L10,0L5,10Z", "path://M0,0L10,5L0,10Z", "path://M10,0L0,5L10,10Z"];
const dashes: Look["dash"][] = ["solid", [7, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 2, 1, 2, 1, 2], [1, 2]];

const darkness = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let printing = false;

export function theme(): Theme {
  return darkness.matches && !printing ? dark : light;
}

/** The look of a series by its place; the second round through the colours has other symbols and dashes. */
export function look(colours: Theme, index: number): Look {
  const other = (index + Math.floor(index / colours.series.length)) % symbols.length;
  return { colour: colours.series[index % colours.series.length]!, symbol: symbols[other]!, dash: dashes[other]! };
}

export function onPaper(): boolean {
  return printing;
}

/** Calls back whenever the colours change: the reader's setting, or paper. Gives back how to stop. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed(): void {
  for (const listener of [...listeners]) listener();
}

darkness.addEventListener("change", changed);
window.addEventListener("beforeprint", () => {
  printing = true;
  changed();
});
window.addEventListener("afterprint", () => {
  printing = false;
  changed();
});

/** The colour at a place of a scale, 0 … 1. */
export function shade(scale: readonly string[], place: number): string {
  const at = Math.min(1, Math.max(0, place)) * (scale.length - 1);
  const index = Math.min(scale.length - 2, Math.floor(at));
  const [from, to] = [channels(scale[index]!), channels(scale[index + 1]!)];
  return `rgb(${from.map((value, channel) => Math.round(value + (to[channel]! - value) * (at - index))).join(",")})`;
}

/** Black or white, whichever reads better on a colour of `shade`. */
export function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = colour.startsWith("#") ? channels(colour) : colour.match(/\d+/g)!.map(Number);
  const linear = [red, green, blue].map(value => ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

function channels(colour: string): number[] {
  return [1, 3, 5].map(place => Number.parseInt(colour.slice(place, place + 2), 16));
}
