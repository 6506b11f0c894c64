import type { ReportDocument, Section } from "../document";
import { show } from "../figure";
import { addStyle, element, embedded } from "../page";
import style from "../style.css?inline";
import { provenance } from "./provenance";
import { contents } from "./contents";
import css from "./report.css?inline";

function report(page: HTMLElement, text: ReportDocument): void {
  document.title = text.title;
  const marks = { good: "▲", bad: "▼", neutral: "•" };
  const tones = { good: "good: ", bad: "bad: ", neutral: "" };
  const head = element("header", { class: "head" },
    element("p", { class: "kind" }, text.kind === "run" ? "Training report" : "Comparison report"),
    element("h1", {}, text.title),
    element("p", { class: "opening" }, text.opening),
    element("p", { class: "made" }, `${written(text.created)} · ${text.product}`));
  const summary = element("section", { id: "summary", "aria-labelledby": "summary-title" },
    element("h2", { id: "summary-title" }, "In short"),
    element("ul", { class: "summary" }, ...text.summary.map(line => element("li", { class: line.tone },
      element("span", { class: "mark", "aria-hidden": "true" }, marks[line.tone]),
      element("span", {}, element("span", { class: "hidden" }, tones[line.tone]), line.text)))));
  const places: Section[] = [
    { id: "summary", title: "In short", figures: [] },
    ...text.sections,
    { id: "provenance", title: "Provenance", figures: [] },
  ];
  const main = element("main", { id: "content", tabindex: -1 }, summary);
  page.append(element("a", { class: "skip", href: "#content" }, "To the content"), head, element("div", { class: "columns" }, contents(places), main));
  for (const section of text.sections) {
    const part = element("section", { id: section.id, "aria-labelledby": `${section.id}-title` },
      element("h2", { id: `${section.id}-title` }, section.title), ...(section.text ?? []).map(sentence => element("p", {}, sentence)));
    main.append(part);
    for (const figure of section.figures) show(part, figure);
  }

  main.append(provenance(text.provenance));
}

function written(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.valueOf()) ? time : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

// The report as text, which comes back where this page cannot be made (ReportHtml).
const plain = document.getElementById("plain");
const page = element("div", { id: "page" });
try {
  plain?.remove();
  addStyle(style);
  addStyle(css);
  document.body.append(page);
  report(page, embedded() as ReportDocument);
} catch (error) {
  document.head.querySelectorAll("style").forEach(sheet => sheet.remove());
  page.remove();
  if (plain) document.body.prepend(plain);
  throw error;
}
