import { SvelteMap } from "svelte/reactivity";

import {
  toApiError,
  type ApiError,
  type Backend,
  type BadgeId,
  type BadgeSummary,
  type Counts,
  type ListRequest,
} from "../backend/types.ts";

/** What part of the wallet is on the wall. */
export type Scope =
  | { kind: "all" }
  | { kind: "attention" }
  | { kind: "verdict"; verdict: string }
  | { kind: "issuer"; name: string };

export const SORTS = ["newest", "name", "issuer", "issued"] as const;
export type Sort = (typeof SORTS)[number];
export type View = "grid" | "list";

/** The verdicts under "Needs attention". */
export const ATTENTION = ["invalid", "revoked", "expired"] as const;

/** Badges are asked for in pages of this many. */
export const PAGE = 200;
const TYPING = 90;
const MOST_AT_ONCE = 1000;

/** The wall: what is asked for, the pages that are here, the cursor and the selection. */
export class Wall {
  query = $state("");
  scope = $state.raw<Scope>({ kind: "all" });
  sort = $state<Sort>("newest");
  total = $state(0);
  counts = $state.raw<Counts | null>(null);
  status = $state<"loading" | "ready" | "failed">("loading");
  error = $state.raw<ApiError | null>(null);
  /** The place that arrow keys move from. */
  cursor = $state(0);
  /** What is selected, with the names. */
  selection = new SvelteMap<BadgeId, string>();
  /** Where the wall was scrolled to when it was left. */
  scrollTop = 0;

  #backend: Backend;
  #pages = new SvelteMap<number, BadgeSummary[]>();
  #asked = new Set<number>();
  #generation = 0;
  #seen: [number, number] = [0, 60];
  #typing: ReturnType<typeof setTimeout> | undefined;
  #anchor = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The badge at a place of the wall, where it is here already. */
  at(index: number): BadgeSummary | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Sees to it that the badges of these places come. */
  ensure(first: number, last: number): void {
    this.#seen = [first, last];
    for (const page of this.#pagesOf(first, last)) void this.#load(page, this.#generation);
  }

  /** What was typed; asks once the typing rests. */
  search(query: string): void {
    this.query = query;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#restart(), TYPING);
  }

  show(scope: Scope): Promise<void> {
    this.scope = scope;
    return this.#restart();
  }

  sortBy(sort: Sort): Promise<void> {
    this.sort = sort;
    return this.#restart();
  }

  /** Asks again for what is in view, and keeps showing what is here until the answer comes. */
  async refresh(): Promise<void> {
    const generation = ++this.#generation;
    this.#asked.clear();
    const [first, last] = this.#seen;
    const wanted = this.#pagesOf(first, Math.max(first, last));
    for (const page of wanted) this.#asked.add(page);
    try {
      const answers = await Promise.all(
        wanted.map(async (page) => [page, await this.#ask(page * PAGE, PAGE)] as const),
      );
      if (generation !== this.#generation) return;
      this.#pages.clear();
      for (const [page, answer] of answers) {
        this.#pages.set(page, answer.badges);
        this.total = answer.total;
        this.counts = answer.counts;
      }
      this.cursor = Math.max(0, Math.min(this.cursor, this.total - 1));
      this.status = "ready";
      this.error = null;
    } catch (error) {
      if (generation === this.#generation) this.#fail(error);
    }
  }

  /** Moves the cursor by `step` places; with `extend` the selection follows. */
  move(step: number, extend = false): void {
    this.moveTo(this.cursor + step, extend);
  }

  moveTo(index: number, extend = false): void {
    if (this.total === 0) return;
    const to = Math.max(0, Math.min(index, this.total - 1));
    if (extend) this.selectTo(to);
    else this.#anchor = to;
    this.cursor = to;
  }

  toggle(index: number): void {
    const badge = this.at(index);
    if (badge === undefined) return;
    this.cursor = index;
    this.#anchor = index;
    if (!this.selection.delete(badge.id)) this.selection.set(badge.id, badge.name);
  }

  /** Selects everything between the last toggled place and `index`. */
  selectTo(index: number): void {
    const [first, last] = index < this.#anchor ? [index, this.#anchor] : [this.#anchor, index];
    this.selection.clear();
    for (let place = first; place <= last; place++) {
      const badge = this.at(place);
      if (badge !== undefined) this.selection.set(badge.id, badge.name);
    }
    this.cursor = index;
  }

  /** Selects all that match, also those that were never in view. */
  async selectAll(): Promise<void> {
    const generation = this.#generation;
    for (let offset = 0; offset < this.total; offset += MOST_AT_ONCE) {
      const { badges } = await this.#ask(offset, MOST_AT_ONCE);
      if (generation !== this.#generation) return;
      for (const badge of badges) this.selection.set(badge.id, badge.name);
    }
  }

  clearSelection(): void {
    this.selection.clear();
  }

  /** Removes badges; the token brings them back. */
  async remove(ids: BadgeId[]): Promise<{ token: number; removed: number }> {
    const answer = await this.#backend.call("remove_badges", { ids });
    for (const id of ids) this.selection.delete(id);
    await this.refresh();
    return answer;
  }

  async restore(token: number): Promise<number> {
    const { restored } = await this.#backend.call("restore_badges", { token });
    await this.refresh();
    return restored;
  }

  #restart(): Promise<void> {
    clearTimeout(this.#typing);
    this.cursor = 0;
    this.#anchor = 0;
    this.scrollTop = 0;
    this.#seen = [0, 60];
    this.selection.clear();
    return this.refresh();
  }

  #pagesOf(first: number, last: number): number[] {
    const from = Math.floor(Math.max(0, first) / PAGE);
    const to = Math.floor(Math.max(0, last) / PAGE);
    return Array.from({ length: to - from + 1 }, (_, step) => from + step);
  }

  async #load(page: number, generation: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    try {
      const answer = await this.#ask(page * PAGE, PAGE);
      if (generation === this.#generation) this.#pages.set(page, answer.badges);
    } catch (error) {
      if (generation === this.#generation) this.#fail(error);
    }
  }

  #ask(offset: number, limit: number) {
    return this.#backend.call("list_badges", { ...this.#request(), offset, limit });
  }

  #request(): Omit<ListRequest, "offset" | "limit"> {
    const scope = this.scope;
    const verdicts =
      scope.kind === "attention" ? [...ATTENTION] : scope.kind === "verdict" ? [scope.verdict] : [];
    const issuer = scope.kind === "issuer" ? scope.name : null;
    return { query: this.query.trim(), verdicts, issuer, sort: this.sort };
  }

  #fail(error: unknown): void {
    this.status = "failed";
    this.error = toApiError(error);
  }
}
