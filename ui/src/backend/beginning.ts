/** The answers that come with the document, so that the first page of the wall waits for no question. */
import type { Command, Request, Response } from "./types.ts";

/** One of them, as `src-tauri/src/document.rs` writes it. */
interface Answer {
  command: string;
  request: unknown;
  response: unknown;
}

/** What stands in the element `beginning` of `page`; nothing where there is none. */
export class Beginning {
  #answers: Answer[];

  constructor(page: Document) {
    const element = page.getElementById("beginning");
    this.#answers = element === null ? [] : (JSON.parse(element.textContent) as Answer[]);
    element?.remove();
  }

  /** The answer to `request`, once: whoever asks again wants to know what is true by then. */
  take<C extends Command>(command: C, request: Request<C>): { response: Response<C> } | null {
    const asked = JSON.stringify(request);
    const at = this.#answers.findIndex((it) => it.command === command && JSON.stringify(it.request) === asked);
    const [answer] = at < 0 ? [] : this.#answers.splice(at, 1);
    return answer === undefined ? null : { response: answer.response as Response<C> };
  }
}
