type Attributes = Record<string, string | number | boolean | null | undefined | EventListener>;

/** A new element: attributes, `on…` listeners, children. Text is always text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string | null | undefined)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }

  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

export function addStyle(css: string): void {
  document.head.append(element("style", {}, css));
}

/** Hands a text over as a file. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The object in the page's `<script type="application/json" id="document">`. */
export function embedded(): unknown {
  const text = document.getElementById("document")?.textContent;
  return text ? JSON.parse(text) : null;
}

/** What scrolls where it does not fit; it fades out at the side where there is more of it. */
export function scrolled(attributes: Attributes, ...children: (Node | string | null)[]): HTMLElement {
  const made = element("div", { class: "scroll", tabindex: 0, ...attributes }, ...children);
  const look = () => {
    made.classList.toggle("more-right", made.scrollLeft + made.clientWidth < made.scrollWidth - 1);
    made.classList.toggle("more-below", made.scrollTop + made.clientHeight < made.scrollHeight - 1);
  };
  made.addEventListener("scroll", look, { passive: true });
  // Fading is a hint only: without it the table is read as well.
  if ("ResizeObserver" in window) new ResizeObserver(look).observe(made);
  return made;
}
