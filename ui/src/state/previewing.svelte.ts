/** A look at what is about to be made; it follows what the person chooses and types. */
import { toApiError, type ApiError, type Preview } from "../backend/types.ts";

/** How long to wait for more before what is typed is asked about. */
export const TYPING = 300;

export class Previewing<R> {
  preview = $state.raw<Preview | null>(null);
  error = $state.raw<ApiError | null>(null);

  private readonly make: (request: R) => Promise<Preview>;
  private asked = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(make: (request: R) => Promise<Preview>) {
    this.make = make;
  }

  /** Asks for the preview: at once the first time, later when nothing more has been asked for a while. */
  ask(request: R): void {
    const mine = ++this.asked;
    clearTimeout(this.waiting);
    if (mine === 1) void this.look(request, mine);
    else this.waiting = setTimeout(() => void this.look(request, mine), TYPING);
  }

  /** Nobody looks any more. */
  stop(): void {
    this.asked++;
    clearTimeout(this.waiting);
  }

  private async look(request: R, mine: number): Promise<void> {
    try {
      const preview = await this.make(request);
      // The latest question's answer counts, whichever comes last.
      if (mine !== this.asked) return;
      this.preview = preview;
      this.error = null;
    } catch (reason) {
      if (mine === this.asked) this.error = toApiError(reason);
    }
  }
}
