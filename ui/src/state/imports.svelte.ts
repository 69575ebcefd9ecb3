import { toApiError, type ApiError, type Backend, type BadgeSummary, type ImportCounts, type ImportLine, type ImportProgress, type ImportReport, type ImportState } from "../backend/types.ts";

/** What can become of a thing that was brought, in the order in which it is told. */
export const OUTCOMES = ["added", "updated", "already_there", "kept_not_valid", "held", "left_out", "self_listed", "offer", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const NONE: ImportCounts = { added: 0, updated: 0, already_there: 0, kept_not_valid: 0, held: 0, left_out: 0, self_listed: 0, collection: 0, offer: 0, skipped: 0, failed: 0 };

/** One import, from its first word to its summary. */
export class ImportJob {
  readonly import: number;
  state = $state<ImportState>("running");
  done = $state(0);
  total = $state(0);
  counts = $state.raw<ImportCounts>(NONE);
  perMinute = $state<number | null>(null);
  secondsLeft = $state<number | null>(null);
  /** Why it stopped before its end. */
  error = $state.raw<ApiError | null>(null);
  /** Nothing more is told of it, until it is resumed. */
  rests = $state(false);
  /** It was under way when the program ended, and went on. */
  interrupted = $state(false);
  /** How many were done when it went on after an interruption. */
  startedAt = 0;
  /** The newest lines, newest first. */
  latest = $state.raw<ImportLine[]>([]);
  /** All that became of it, once it is over. */
  report = $state.raw<ImportReport | null>(null);
  /** The first few lines of each outcome, once it is over. */
  few = $state.raw<ImportLine[]>([]);
  #backend: Backend;

  static readonly LATEST = 4;
  /** So many lines of each outcome stand in the summary itself. */
  static readonly FEW = 5;

  constructor(id: number, backend: Backend) {
    this.import = id;
    this.#backend = backend;
  }

  take(progress: ImportProgress): void {
    this.state = progress.state;
    this.done = progress.done;
    this.total = progress.total;
    this.counts = progress.counts;
    this.perMinute = progress.per_minute;
    this.secondsLeft = progress.seconds_left;
    this.error = progress.error;
    this.rests = progress.finished;
    if (progress.lines.length > 0) this.latest = [...progress.lines.toReversed(), ...this.latest].slice(0, ImportJob.LATEST);
  }

  /** It goes on only when the person says so. */
  get paused(): boolean {
    return this.state === "paused" || (this.state === "running" && this.rests);
  }

  get over(): boolean {
    return !this.paused && this.rests;
  }

  /** The person is asked something. */
  get asks(): boolean {
    return this.state === "waiting" || this.collections.length > 0;
  }

  get share(): number {
    return this.total === 0 ? 0 : this.done / this.total;
  }

  /** Pages with badges that were found, and not brought in. */
  get collections(): Extract<ImportLine, { outcome: "collection" }>[] {
    return this.few.filter((line) => line.outcome === "collection");
  }

  /** How many came to this end. */
  count(outcome: Outcome): number {
    return this.counts[outcome];
  }

  linesOf<O extends ImportLine["outcome"]>(outcome: O): Extract<ImportLine, { outcome: O }>[] {
    return this.few.filter((line) => line.outcome === outcome) as Extract<ImportLine, { outcome: O }>[];
  }

  /** The badge, where the import was about just one. */
  get only(): BadgeSummary | null {
    const line = this.done === 1 ? this.few[0] : undefined;
    return line !== undefined && "badge" in line ? line.badge : null;
  }

  /** Reads what became of it. */
  async summarise(): Promise<void> {
    const report = await this.#backend.call("import_report", { import: this.import });
    const wanted = ([...OUTCOMES, "collection"] as const).filter((outcome) => report.counts[outcome] > 0);
    const pages = await Promise.all(wanted.map((outcome) => this.#lines(outcome)));
    this.report = report;
    this.state = report.state;
    this.counts = report.counts;
    this.few = pages.flat();
  }

  async #lines(outcome: string): Promise<ImportLine[]> {
    const { lines } = await this.#backend.call("import_lines", { import: this.import, outcome, offset: 0, limit: ImportJob.FEW });
    return lines;
  }
}

/** Imports as the program tells of them, whoever began them: a button, a drop, a watched folder or a second start. */
export class Imports {
  /** The import that is shown; the latest. */
  current = $state.raw<ImportJob | null>(null);
  /** Whether it is folded into a small line. */
  folded = $state(false);
  /** Called when the wall has changed, at most every `PACE` milliseconds and at the end. */
  onChange: () => void = () => undefined;
  onFinish: (job: ImportJob) => void = () => undefined;
  onFail: (error: unknown) => void = () => undefined;

  #backend: Backend;
  #jobs = new Map<number, ImportJob>();
  /** Questions that another import came before. */
  #later: ImportJob[] = [];
  #lastChange = Number.NEGATIVE_INFINITY;
  #now: () => number;
  static readonly PACE = 700;

  constructor(backend: Backend, now: () => number = () => performance.now()) {
    this.#backend = backend;
    this.#now = now;
    backend.onImportProgress((progress) => void this.take(progress));
  }

  async take(progress: ImportProgress): Promise<void> {
    const job = this.#job(progress.import);
    job.take(progress);
    if (job.over) {
      this.#jobs.delete(progress.import);
      await job.summarise().catch((error: unknown) => {
        job.error = toApiError(error);
      });
      this.folded &&= job.counts.failed === 0 && !job.asks;
      this.#changed();
      this.onFinish(job);
    } else if (job.rests || this.#now() - this.#lastChange > Imports.PACE) {
      this.#changed();
    }
  }

  /** Goes on with what was under way when the program ended, and shows again what was paused or asked. */
  async resume(): Promise<void> {
    for (const report of await this.#backend.call("unfinished_imports", {})) {
      const job = this.#job(report.import);
      job.take({ ...report, total: report.done + report.left, per_minute: null, seconds_left: null, lines: [], error: null, finished: report.state !== "running" });
      job.interrupted = report.state === "running";
      job.startedAt = report.done;
      if (job.interrupted) await this.#backend.call("resume_import", { import: job.import });
      if (job.over) await job.summarise();
    }
  }

  /** The latest is put away; an earlier one that still asks something comes up. */
  dismiss(): void {
    this.current = this.#later.pop() ?? null;
    this.folded = false;
  }

  #job(id: number): ImportJob {
    let job = this.#jobs.get(id);
    if (job === undefined) {
      // What is resumed, or decided about, is told of again.
      job = this.current?.import === id ? this.current : new ImportJob(id, this.#backend);
      this.#jobs.set(id, job);
      if (this.current !== null && this.current !== job && !(this.current.over && !this.current.asks)) this.#later.push(this.current);
      this.current = job;
      this.folded = false;
    }
    return job;
  }

  #changed(): void {
    this.#lastChange = this.#now();
    this.onChange();
  }
}
