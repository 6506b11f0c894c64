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
