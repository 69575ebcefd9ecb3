import { toApiError, type ApiError, type Backend, type WatchedFolder } from "../backend/types.ts";

/** The watched folders. Which there are is chosen in the system's dialog: no path goes from here to the program. */
export class Folders {
  list = $state.raw<WatchedFolder[]>([]);
  error = $state.raw<ApiError | null>(null);
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  refresh(): Promise<void> {
    return this.#take(() => this.#backend.call("watched_folders", {}));
  }

  add(): Promise<void> {
    return this.#take(() => this.#backend.call("watch_folder", {}));
  }

  remove(id: number): Promise<void> {
    return this.#take(() => this.#backend.call("unwatch_folder", { id }));
  }

  pause(id: number, paused: boolean): Promise<void> {
    return this.#take(() => this.#backend.call("pause_watching", { id, paused }));
  }

  /** `null` is a dialog that was closed without a choice. */
  async #take(ask: () => Promise<WatchedFolder[] | null>): Promise<void> {
    try {
      this.list = (await ask()) ?? this.list;
      this.error = null;
    } catch (error) {
      this.error = toApiError(error);
    }
  }
}
