import type { EmbeddedView, ReportView } from "../backend/types.ts";

/** Where one stands inside a credential that holds others: the way down by their places. */
export class Inside {
  /** The places from the outside in; empty on the outside. */
  path = $state.raw<string[]>([]);
  #outer: () => ReportView | undefined;

  constructor(outer: () => ReportView | undefined) {
    this.#outer = outer;
  }

  /** The credentials from the outermost opened one to the one that is looked at. */
  get way(): EmbeddedView[] {
    const way: EmbeddedView[] = [];
    let report: ReportView | null | undefined = this.#outer();
    for (const pointer of this.path) {
      const next: EmbeddedView | undefined = report?.embedded.find((inner) => inner.pointer === pointer);
      if (next === undefined) break;
      way.push(next);
      report = next.report;
    }
    return way;
  }

  /** The one that is looked at; `null` on the outside. */
  get opened(): EmbeddedView | null {
    return this.way.at(-1) ?? null;
  }

  /** Goes into the credential at `pointers`, seen from the one that is looked at. */
  enter(...pointers: string[]): void {
    this.path = [...this.way.map((inner) => inner.pointer), ...pointers];
  }

  /** Goes out by one; gives whether there was a way out. */
  leave(): boolean {
    if (this.path.length === 0) return false;
    this.path = this.way.slice(0, -1).map((inner) => inner.pointer);
    return true;
  }

  /** The one `step` places on among those that stand beside it in the same role and can be opened. */
  neighbour(step: number): EmbeddedView | undefined {
    const way = this.way;
    const opened = way.at(-1);
    const around = way.length > 1 ? way.at(-2)?.report : this.#outer();
    if (opened === undefined || !around) return undefined;
    const beside = around.embedded.filter((inner) => inner.role === opened.role && inner.report !== null);
    return beside[beside.findIndex((inner) => inner.pointer === opened.pointer) + step];
  }

  /** Goes `step` places on. */
  walk(step: number): void {
    const next = this.neighbour(step);
    if (next !== undefined) this.path = [...this.path.slice(0, -1), next.pointer];
  }
}
