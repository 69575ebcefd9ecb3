/** Imports of the made-up wallet: they run in the background, and can be paused, stopped, decided about and undone. */
import type { ApiError, BadgeSummary, ImportCounts, ImportLine, ImportProgress, ImportReport, ImportState, NotValid } from "../types.ts";

/** Something that was brought; what becomes of it is found when its turn comes. */
export interface Brought {
  source: string;
  outcome: () => ImportLine;
}

interface Job {
  id: number;
  state: ImportState;
  brought: Brought[];
  lines: ImportLine[];
  began: number;
}

export interface FakeImports {
  begin(brought: Brought[]): { import: number };
  /** As if an import had been under way when the program ended. */
  interrupted(brought: Brought[], done: number): void;
  pause(id: number): void;
  resume(id: number): void;
  cancel(id: number): void;
  decide(id: number, keep: boolean): void;
  undo(id: number): BadgeSummary[];
  report(id: number): ImportReport;
  reportText(id: number): string;
  lines(id: number, outcome: string | null, offset: number, limit: number): { lines: ImportLine[]; total: number };
  unfinished(): ImportReport[];
}

interface Setting {
  /** Milliseconds for one thing, or for a batch of a large import. */
  pace: () => number;
  tell: (progress: ImportProgress) => void;
  notValid: () => NotValid;
  keep: (line: Extract<ImportLine, { outcome: "held" | "left_out" }>) => BadgeSummary;
}

export function fakeImports({ pace, tell, notValid, keep }: Setting): FakeImports {
  const jobs = new Map<number, Job>();
  let next = 1;

  const job = (id: number): Job => {
    const found = jobs.get(id);
    if (found === undefined) throw { code: "import.none", message: `There is no import ${id}.`, hint: "Begin it again." } satisfies ApiError;
    return found;
  };
  const word = (one: Job, lines: ImportLine[]): void => {
    const done = one.lines.length;
    const perMinute = done < 5 ? null : Math.round((done / Math.max(1, Date.now() - one.began)) * 60_000);
    tell({
      import: one.id,
      state: one.state,
      done,
      total: one.brought.length,
      counts: count(one.lines),
      per_minute: perMinute,
      seconds_left: perMinute === null || one.state !== "running" ? null : Math.round(((one.brought.length - done) / perMinute) * 60),
      lines: lines.slice(-5),
      error: null,
      finished: one.state !== "running",
    });
  };
  const run = async (one: Job): Promise<void> => {
    const batch = Math.max(1, Math.round(one.brought.length / 60));
    await pause(pace() - 4);
    word(one, []);
    while (one.lines.length < one.brought.length) {
      await pause(pace());
      if (one.state !== "running") return;
      const lines = one.brought.slice(one.lines.length, one.lines.length + batch).map(({ outcome }) => settle(outcome()));
      one.lines.push(...lines);
      if (one.lines.length < one.brought.length) word(one, lines);
    }
    one.state = one.lines.some((line) => line.outcome === "held") ? "waiting" : "finished";
    word(one, one.lines.slice(-batch));
  };
  const settle = (line: ImportLine): ImportLine => {
    if (line.outcome !== "held" || notValid() === "ask") return line;
    return notValid() === "keep" ? { source: line.source, outcome: "kept_not_valid", badge: keep(line) } : { ...line, outcome: "left_out" };
  };
  const report = (one: Job): ImportReport => ({
    import: one.id,
    state: one.state,
    started_at: new Date(one.began).toISOString(),
    finished_at: one.state === "running" ? null : new Date().toISOString(),
    done: one.lines.length,
    left: one.brought.length - one.lines.length,
    counts: count(one.lines),
    failures: groups(one.lines),
    links_skipped: one.brought.length > 1000 ? 3 : 0,
    hidden_skipped: one.brought.length > 1000 ? 12 : 0,
  });

  return {
    begin(brought) {
      const one: Job = { id: next++, state: "running", brought, lines: [], began: Date.now() };
      jobs.set(one.id, one);
      void run(one);
      return { import: one.id };
    },
    interrupted(brought, done) {
      const one: Job = { id: next++, state: "running", brought, lines: brought.slice(0, done).map(({ outcome }) => outcome()), began: Date.now() };
      jobs.set(one.id, one);
    },
    pause(id) {
      job(id).state = "paused";
      word(job(id), []);
    },
    resume(id) {
      job(id).state = "running";
      void run(job(id));
    },
    cancel(id) {
      job(id).state = "cancelled";
      word(job(id), []);
    },
    decide(id, wanted) {
      const one = job(id);
      one.lines = one.lines.map((line) => {
        if (line.outcome !== "held") return line;
        return wanted ? { source: line.source, outcome: "kept_not_valid", badge: keep(line) } : { ...line, outcome: "left_out" };
      });
      one.state = "finished";
      word(one, []);
    },
    undo(id) {
      const one = job(id);
      one.state = "undone";
      return one.lines.flatMap((line) => (line.outcome === "added" || line.outcome === "kept_not_valid" ? [line.badge] : []));
    },
    report: (id) => report(job(id)),
    reportText: (id) =>
      job(id)
        .lines.map((line) =>
          [line.outcome.replaceAll("_", " "), line.source, ...("badge" in line ? [line.badge.name] : line.outcome === "failed" ? [line.error.code, line.error.message] : [])].join("\t"),
        )
        .join("\n"),
    lines(id, outcome, offset, limit) {
      const wanted = job(id).lines.filter((line) => outcome === null || line.outcome === outcome);
      return { lines: wanted.slice(offset, offset + limit), total: wanted.length };
    },
    unfinished: () => [...jobs.values()].filter(({ state }) => state === "running" || state === "paused" || state === "waiting").map(report),
  };
}

function count(lines: ImportLine[]): ImportCounts {
  const counts: ImportCounts = { added: 0, updated: 0, already_there: 0, kept_not_valid: 0, held: 0, left_out: 0, self_listed: 0, collection: 0, offer: 0, skipped: 0, failed: 0 };
  for (const { outcome } of lines) counts[outcome]++;
  return counts;
}

function groups(lines: ImportLine[]): ImportReport["failures"] {
  const found = new Map<string, ImportReport["failures"][number]>();
  for (const line of lines) {
    if (line.outcome !== "failed") continue;
    const { code, message, hint } = line.error;
    const group = found.get(code) ?? { code, count: 0, message, hint, sources: [] };
    group.count++;
    if (group.sources.length < 3) group.sources.push(line.source);
    found.set(code, group);
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
