import { expect, it, vi } from "vitest";

import type { Backend, BadgeSummary, Command, ImportCounts, ImportLine, ImportProgress, ImportReport } from "../backend/types.ts";
import { Imports } from "./imports.svelte.ts";

const BADGE = { id: 7, name: "Rust Basics", verdict: "verified" } as BadgeSummary;
const ADDED: ImportLine = { source: "a.png", outcome: "added", badge: BADGE };
const FAILED: ImportLine = { source: "b.pdf", outcome: "failed", error: { code: "import.not-a-badge", message: "A PDF.", hint: "" } };
const NONE: ImportCounts = { added: 0, updated: 0, already_there: 0, kept_not_valid: 0, held: 0, left_out: 0, self_listed: 0, collection: 0, offer: 0, skipped: 0, failed: 0 };

interface Made {
  imports: Imports;
  tell: (progress: Partial<ImportProgress>) => void;
  clock: { now: number };
  asked: Command[];
}

/** `lines` are what the program has of every import; `unfinished` what it says at the start. */
function made(lines: ImportLine[] = [], unfinished: ImportReport[] = []): Made {
  const clock = { now: 0 };
  const asked: Command[] = [];
  let listener: (progress: ImportProgress) => void = () => undefined;
  const counts = { ...NONE };
  for (const { outcome } of lines) counts[outcome]++;
  const backend = {
    onImportProgress: (wanted: typeof listener) => {
      listener = wanted;
      return () => undefined;
    },
    call: async (command: Command, request: { outcome: string; limit: number }) => {
      asked.push(command);
      if (command === "import_report") return { state: counts.held > 0 ? "waiting" : "finished", counts, failures: [], done: lines.length, left: 0 };
      if (command === "import_lines") return { lines: lines.filter(({ outcome }) => outcome === request.outcome).slice(0, request.limit), total: 0 };
      return command === "unfinished_imports" ? unfinished : {};
    },
  } as unknown as Backend;
  const imports = new Imports(backend, () => clock.now);
  const tell = (progress: Partial<ImportProgress>): void => {
    listener({ import: 1, state: "running", done: 0, total: 0, counts: NONE, per_minute: null, seconds_left: null, lines: [], error: null, finished: false, ...progress });
  };
  return { imports, tell, clock, asked };
}

const over = (): Partial<ImportProgress> => ({ state: "finished", finished: true });

it("sums up at the end what the program wrote down, and keeps the reasons", async () => {
  const { imports, tell } = made([ADDED, FAILED, { source: "c.json", outcome: "already_there", badge: BADGE, linked: true }]);
  tell({ total: 3, done: 1, counts: { ...NONE, added: 1 }, lines: [ADDED] });
  expect(imports.current?.latest).toEqual([ADDED]);
  expect(imports.current?.over).toBe(false);
  tell({ total: 3, done: 3, ...over() });
  await vi.waitFor(() => {
    expect(imports.current?.report).not.toBeNull();
  });
  const job = imports.current;
  expect([job?.counts.added, job?.counts.already_there, job?.counts.failed, job?.over]).toEqual([1, 1, 1, true]);
  expect(job?.linesOf("failed")[0]?.error.message).toBe("A PDF.");
  expect(job?.only).toBeNull();
});

it("shows an import that nobody here began", () => {
  const { imports, tell } = made();
  tell({ import: 12, total: 1 });
  expect(imports.current?.import).toBe(12);
});

it("tells of changes at a pace, and always at the end", async () => {
  const { imports, tell, clock } = made();
  const changed = vi.fn();
  imports.onChange = changed;
  for (let done = 1; done <= 100; done++) {
    clock.now += 10;
    tell({ total: 100, done, lines: [ADDED] });
  }
  expect(changed.mock.calls.length).toBeLessThanOrEqual(3);
  const before = changed.mock.calls.length;
  tell({ total: 100, done: 100, ...over() });
  await vi.waitFor(() => {
    expect(changed).toHaveBeenCalledTimes(before + 1);
  });
});

it("keeps only the newest lines of a long import", () => {
  const { imports, tell } = made();
  for (let done = 1; done <= 100; done++) tell({ total: 100, done, lines: [{ ...ADDED, source: `${done}.png` }] });
  expect(imports.current?.latest.map(({ source }) => source)).toEqual(["100.png", "99.png", "98.png", "97.png"]);
});

it("unfolds at the end where something could not be read", async () => {
  const { imports, tell } = made([FAILED]);
  tell({ total: 1 });
  imports.folded = true;
  tell({ total: 1, done: 1, ...over() });
  await vi.waitFor(() => {
    expect(imports.folded).toBe(false);
  });
});

it("rests where it was paused or came to a halt, and is over only at its end", () => {
  const { imports, tell } = made();
  tell({ total: 9, done: 2, state: "paused", finished: true });
  expect([imports.current?.paused, imports.current?.over]).toEqual([true, false]);
  tell({ total: 9, done: 3 });
  expect([imports.current?.paused, imports.current?.over]).toEqual([false, false]);
  tell({ total: 9, done: 3, finished: true, error: { code: "wallet.disk-full", message: "Full.", hint: "Free some space." } });
  expect([imports.current?.paused, imports.current?.error?.message]).toEqual([true, "Full."]);
});

it("goes on with what was interrupted, and says from where", async () => {
  const report = { import: 3, state: "running", done: 312, left: 4688, counts: NONE, failures: [] } as unknown as ImportReport;
  const { imports, asked } = made([], [report]);
  await imports.resume();
  expect(asked).toContain("resume_import");
  expect([imports.current?.interrupted, imports.current?.startedAt, imports.current?.total]).toEqual([true, 312, 5000]);
});

it("does not lose a question when another import comes", async () => {
  const { imports, tell } = made([{ source: "x.json", outcome: "held", name: "X", verdict: "invalid", headline: "Invalid" }]);
  tell({ import: 1, total: 1, done: 1, state: "waiting", finished: true });
  await vi.waitFor(() => {
    expect(imports.current?.asks).toBe(true);
  });
  tell({ import: 2, total: 1 });
  expect(imports.current?.import).toBe(2);
  imports.dismiss();
  expect(imports.current?.import).toBe(1);
});
