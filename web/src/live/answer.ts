/** What came of a question: the server's value, or in words why there is none. */
export type Answer<T> = { value: T } | { refused: string };

/** First characters of an answer that is not understood: enough to know a proxy's page by. */
const shown = 80;

/** The server was not reached at all. */
export const unreached = "There is no answer from the server.";

/** Asks the server. Whatever comes back is told of: an error in its own words, and what is no answer of a Switchyard page with its status and first words. */
export async function ask<T>(address: string, sent?: RequestInit): Promise<Answer<T>> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(address, sent);
    text = await answer.text();
  } catch {
    return { refused: unreached };
  }

  // An action that was taken has nothing to say.
  if (answer.ok && text === "") return { value: undefined as T };
  const body = parsed(text);
  if (answer.ok && body !== undefined) return { value: body as T };
  const error = (body as { error?: unknown } | null | undefined)?.error;
  return { refused: typeof error === "string" ? error : strange(answer, text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function strange(answer: Response, text: string): string {
  const status = `${answer.status} ${answer.statusText}`.trim();
  const words = text.replace(/\s+/g, " ").trim();
  const first = words.length > shown ? `${words.slice(0, shown)}…` : words;
  return `What came is no answer of this page's server (status ${status}): ${first === "" ? "it is empty" : `“${first}”`}.`;
}
