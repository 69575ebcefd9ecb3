import { expect, it, vi } from "vitest";

import type { Backend, BadgeSummary, ImportLine, ImportProgress } from "../backend/types.ts";
import { Imports } from "./imports.svelte.ts";

const BADGE = { id: 7, name: "Rust Basics", verdict: "verified" } as BadgeSummary;
const ADDED: ImportLine = { source: "a.png", outcome: "added", badge: BADGE };
const FAILED: ImportLine = { source: "b.pdf", outcome: "failed", error: { code: "import.not-a-badge", message: "A PDF.", hint: "" } };

function made(): { imports: Imports; tell: (progress: Partial<ImportProgress>) => void; clock: { now: number } } {
  const clock = { now: 0 };
  let listener: (progress: ImportProgress) => void = () => undefined;
  const backend = {
    onImportProgress: (wanted: typeof listener) => {
      listener = wanted;
      return () => undefined;
    },
  } as unknown as Backend;
  const imports = new Imports(backend, () => clock.now);
  const tell = (progress: Partial<ImportProgress>): void => {
    listener({ import: 1, done: 0, total: 0, line: null, finished: false, ...progress });
  };
  return { imports, tell, clock };
}

it("counts what became of each source, and keeps the reasons", () => {
  const { imports, tell } = made();
  tell({ total: 3 });
  tell({ total: 3, done: 1, line: ADDED });
  tell({ total: 3, done: 2, line: FAILED });
  tell({ total: 3, done: 3, line: { source: "c.json", outcome: "already_there", badge: BADGE, linked: true } });
  tell({ total: 3, done: 3, finished: true });
  const job = imports.current;
  expect([job?.added, job?.alreadyThere, job?.failed, job?.finished]).toEqual([1, 1, 1, true]);
  expect(job?.linesOf("failed", 10)[0]?.error.message).toBe("A PDF.");
  expect(job?.only).toBeNull();
});

it("shows an import that nobody here began", () => {
  const { imports, tell } = made();
  tell({ import: 12, total: 1 });
  expect(imports.current?.import).toBe(12);
});

it("tells of changes at a pace, and always at the end", () => {
  const { imports, tell, clock } = made();
  const changed = vi.fn();
  imports.onChange = changed;
  for (let done = 1; done <= 100; done++) {
    clock.now += 10;
    tell({ total: 100, done, line: ADDED });
  }
  expect(changed.mock.calls.length).toBeLessThanOrEqual(3);
  const before = changed.mock.calls.length;
  tell({ total: 100, done: 100, finished: true });
  expect(changed).toHaveBeenCalledTimes(before + 1);
});

it("guesses the time left by the pace so far", () => {
  const { imports, tell, clock } = made();
  tell({ total: 100 });
  expect(imports.current?.secondsLeft).toBeNull();
  clock.now = 10_000;
  tell({ total: 100, done: 20, line: ADDED });
  expect(imports.current?.secondsLeft).toBe(40);
});

it("unfolds at the end where something could not be read", () => {
  const { imports, tell } = made();
  tell({ total: 1 });
  imports.folded = true;
  tell({ total: 1, done: 1, line: FAILED });
  tell({ total: 1, done: 1, finished: true });
  expect(imports.folded).toBe(false);
});
