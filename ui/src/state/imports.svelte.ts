import type { Backend, BadgeSummary, ImportLine, ImportProgress } from "../backend/types.ts";

/** One import, from its first word to its summary. */
export class ImportJob {
  readonly import: number;
  done = $state(0);
  total = $state(0);
  finished = $state(false);
  added = $state(0);
  alreadyThere = $state(0);
  failed = $state(0);
  /** Grows with each line, so that views of `lines` know when to look again. */
  version = $state(0);
  readonly lines: ImportLine[] = [];
  #began: number;
  #now: () => number;

  constructor(id: number, now: () => number) {
    this.import = id;
    this.#now = now;
    this.#began = now();
  }

  take(progress: ImportProgress): void {
    this.done = progress.done;
    this.total = progress.total;
    this.finished = progress.finished;
    if (progress.line !== null) this.#note(progress.line);
  }

  /** Seconds left by the pace so far; `null` until there is a pace to speak of. */
  get secondsLeft(): number | null {
    const took = (this.#now() - this.#began) / 1000;
    if (this.finished || this.done < 3 || took < 2 || this.total === 0) return null;
    return (took / this.done) * (this.total - this.done);
  }

  /** The lines of one outcome, at most `most`. */
  linesOf<O extends ImportLine["outcome"]>(outcome: O, most: number): Extract<ImportLine, { outcome: O }>[] {
    void this.version;
    const found: Extract<ImportLine, { outcome: O }>[] = [];
    for (const line of this.lines) {
      if (found.length === most) break;
      if (line.outcome === outcome) found.push(line as Extract<ImportLine, { outcome: O }>);
    }
    return found;
  }

  /** The badge, where the import was about just one. */
  get only(): BadgeSummary | null {
    const line = this.version === 1 ? this.lines[0] : undefined;
    return line === undefined || line.outcome === "failed" ? null : line.badge;
  }

  #note(line: ImportLine): void {
    this.lines.push(line);
    if (line.outcome === "added") this.added++;
    else if (line.outcome === "already_there") this.alreadyThere++;
    else this.failed++;
    this.version++;
  }
}

/** Imports as the program tells of them, whoever began them: a button, a drop or a second start. */
export class Imports {
  /** The import that is shown; the latest. */
  current = $state.raw<ImportJob | null>(null);
  /** Whether it is folded into a small line. */
  folded = $state(false);
  /** Called when the wall has changed, at most every `PACE` milliseconds and at the end. */
  onChange: () => void = () => undefined;
  onFinish: (job: ImportJob) => void = () => undefined;

  #jobs = new Map<number, ImportJob>();
  #lastChange = Number.NEGATIVE_INFINITY;
  #now: () => number;
  static readonly PACE = 700;

  constructor(backend: Backend, now: () => number = () => performance.now()) {
    this.#now = now;
    backend.onImportProgress((progress) => {
      this.take(progress);
    });
  }

  take(progress: ImportProgress): void {
    let job = this.#jobs.get(progress.import);
    if (job === undefined) {
      job = new ImportJob(progress.import, this.#now);
      this.#jobs.set(progress.import, job);
      this.current = job;
      this.folded = false;
    }
    job.take(progress);
    if (progress.finished) {
      this.#jobs.delete(progress.import);
      this.folded &&= job.failed === 0;
      this.#changed();
      this.onFinish(job);
    } else if (this.#now() - this.#lastChange > Imports.PACE) {
      this.#changed();
    }
  }

  dismiss(): void {
    this.current = null;
  }

  #changed(): void {
    this.#lastChange = this.#now();
    this.onChange();
  }
}
