import type { Section } from "../document";
import { element } from "../page";

/** The sections as links; the one in view is marked. */
export function contents(sections: readonly Section[]): HTMLElement {
  const links = new Map(sections.map(section => [section.id, element("a", { href: `#${section.id}` }, section.title)]));
  const seen = new Set<string>();
  const watch = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (entry.isIntersecting) seen.add(entry.target.id);
      else seen.delete(entry.target.id);
    }

    const current = sections.find(section => seen.has(section.id))?.id;
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "0px 0px -60% 0px" });
  requestAnimationFrame(() => {
    for (const section of sections) {
      const part = document.getElementById(section.id);
      if (part) watch.observe(part);
    }
  });
  return element("nav", { class: "contents", "aria-label": "Contents" }, element("ol", {}, ...[...links.values()].map(link => element("li", {}, link))));
}
