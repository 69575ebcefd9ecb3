import { untrack } from "svelte";

import { toApiError } from "../backend/types.ts";

/** Something to tell, for a while, at the foot of the window. */
export interface Notice {
  id: number;
  tone: "plain" | "error";
  text: string;
  hint: string;
  action: { label: string; run: () => void } | null;
}

const SHORT = 5_000;
const LONG = 12_000;

/** What is being told now. Errors stay until they are dismissed. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  /** What a screen reader says next. */
  spoken = $state("");
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Says `text` to screen readers only. */
  announce(text: string): void {
    // The same sentence twice must differ for it to be read twice.
    this.spoken = untrack(() => this.spoken) === text ? `${text}\u00A0` : text;
  }

  tell(text: string, action: Notice["action"] = null): void {
    const id = this.#add({ tone: "plain", text, hint: "", action });
    this.#timers.set(
      id,
      setTimeout(
        () => {
          this.dismiss(id);
        },
        action === null ? SHORT : LONG,
      ),
    );
    this.announce(text);
  }

  fail(error: unknown): void {
    const { message, hint } = toApiError(error);
    this.#add({ tone: "error", text: message, hint, action: null });
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(notice: Omit<Notice, "id">): number {
    const id = this.#next++;
    this.list = [...this.list.slice(-3), { id, ...notice }];
    return id;
  }
}
